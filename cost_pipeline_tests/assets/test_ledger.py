"""The steps that tell the world: what they come after, and what they say."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import duckdb

from cost_pipeline.assets.ledger import appended, delivery_asset, ledger_asset
from cost_pipeline.gateways.demo import DryRunGateway
from cost_pipeline.models.model import all_models
from cost_pipeline.storage.connection import RunClock, set_clock
from cost_pipeline_tests.tables import fresh_warehouse, give

MAY_20 = datetime(2026, 5, 20, tzinfo=UTC)
QUEUE = """
    message_id | kind   | recipient | tenant_id | skip_reason | data
    {name}     | notice | operator  | acme      | no address  | {{}}
"""


def run(
    connection: duckdb.DuckDBPyConnection, now: datetime, segments: Path
) -> list[tuple[str, bool, dg.AssetCheckSeverity, str | None]]:
    """One ledger phase with one table; returns what its checks say."""
    clock = RunClock(now, date(2026, 1, 1))
    set_clock(connection, clock)
    done = dg.materialize(
        [ledger_asset(all_models()["ledger.messages"], set()), delivery_asset()],
        resources={
            "warehouse": SimpleNamespace(connection=connection, segments=segments),
            "messages": DryRunGateway(),
            "clock": clock,
        },
    )
    return [
        (check.asset_key.path[1], check.passed, check.severity, check.description)
        for check in done.get_asset_check_evaluations()
    ]


def test_a_run_as_of_the_past_warns_at_every_table_and_fails_at_none(tmp_path):
    with fresh_warehouse() as connection:
        give(connection, "core.message_queue", QUEUE.format(name="first"))
        now = [check[:2] for check in run(connection, MAY_20, tmp_path)]
        assert now == [("messages", True), ("deliveries", True)]
        give(connection, "core.message_queue", QUEUE.format(name="second"))
        said = run(connection, MAY_20 - timedelta(days=1), tmp_path)
        assert [check[:3] for check in said] == [
            ("messages", False, dg.AssetCheckSeverity.WARN),
            ("deliveries", False, dg.AssetCheckSeverity.WARN),
        ]
        for *_, words in said:
            assert (words or "").startswith("now lies before 2026-05-20 00:00:00")
        told = connection.execute("select message_id from ledger.messages").fetchall()
        assert told == [("first",)]


def test_a_step_comes_after_all_that_its_query_reads():
    models = all_models()
    for model in appended():
        asset = ledger_asset(model, set(models))
        found = {".".join(key.path) for key in asset.dependency_keys}
        assert found == set(model.upstream) & models.keys(), model.table
    crossings = ledger_asset(models["ledger.crossings"], set(models))
    assert dg.AssetKey(["core", "spend_thresholds"]) in crossings.dependency_keys
