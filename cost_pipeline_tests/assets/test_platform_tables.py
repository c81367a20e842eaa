"""Looking at the platform's tables when they cannot be read."""

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from cost_pipeline.assets.fetched import fetch
from cost_pipeline.sources.files import FileSources
from cost_pipeline.storage.connection import RunClock
from cost_pipeline.storage.landing import Landing

KEY = dg.AssetKey(["landing", "platform_tables"])


def sync(folder: Path, home: Path, day: int) -> dg.ExecuteInProcessResult:
    given = {
        "provider": None,
        "rates": None,
        "sources": FileSources(folder),
        "landing": Landing(home),
        "clock": RunClock(datetime(2026, 5, day, tzinfo=UTC)),
    }
    return dg.materialize(
        [fetch], selection=[KEY], resources=given, raise_on_error=False
    )


def test_what_cannot_be_read_leaves_the_last_sync_and_says_so(tmp_path):
    folder, home = tmp_path / "platform", tmp_path / "landing"
    assert not sync(folder, home, 1).success
    folder.mkdir()
    (folder / "plans.csv").write_text("plan_code,name\nbasic,Basic\n")
    first = sync(folder, home, 2)
    (check,) = first.get_asset_check_evaluations()
    assert check.passed
    (folder / "plans.csv").rename(folder / "tenants.csv")
    folder.rename(tmp_path / "gone")
    later = sync(folder, home, 3)
    (check,) = later.get_asset_check_evaluations()
    assert later.success
    assert not check.passed
    assert check.severity == dg.AssetCheckSeverity.ERROR
    assert "COST_PIPELINE_SOURCES" in (check.description or "")
    syncs = [
        run.asset_materializations_for_node(fetch.node_def.name)[0]
        for run in (first, later)
    ]
    assert syncs[0].metadata["sha256"] == syncs[1].metadata["sha256"]
