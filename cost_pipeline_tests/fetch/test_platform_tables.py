"""The platform's tables: what it gives is used, and defaults stand in for the rest."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cost_pipeline.books.decision_rows import DecisionRefused
from cost_pipeline.books.decisions import confirm_shrink
from cost_pipeline.contracts.registry import all_contracts
from cost_pipeline.fetch.guards import rows_of
from cost_pipeline.fetch.platform_tables import land_tables, waiting_tables
from cost_pipeline.load.platform_tables import load_source
from cost_pipeline.load.reference import SEEDS
from cost_pipeline.sources.files import FileSources
from cost_pipeline.storage.connection import RunClock, set_clock
from cost_pipeline.storage.landing import Landing
from cost_pipeline_tests.tables import fresh_warehouse

NOW = datetime(2026, 5, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    "table", ["raw.plans", "ref.metering_rules", "ref.urn_kinds", "ref.rate_cards"]
)
def test_a_table_the_platform_gives_replaces_its_seed(tmp_path: Path, table: str):
    contract = all_contracts()[table]
    seed = (SEEDS / f"{contract.name}.csv").read_text("utf-8").splitlines()
    folder = tmp_path / "platform"
    folder.mkdir()
    (folder / f"{contract.name}.csv").write_text("\n".join(seed[:2]) + "\n", "utf-8")
    landing = Landing(tmp_path / "landing")
    land_tables(FileSources(folder), landing, NOW)
    connection = fresh_warehouse()
    given = load_source(connection, landing, contract, NOW)
    default = load_source(connection, landing, all_contracts()["raw.tax_rates"], NOW)
    assert (given.loaded, given.quarantined) == (1, 0)
    assert default.loaded > 1


LOG = [f"a{n},{n},t1,relay,create_relay,basic,2026-05-{n:02}" for n in range(1, 21)]
HEADER = "activity_id,sequence,tenant_id,resource_id,activity_type,plan_code,created_at"


class Platform:
    """A platform whose activity log can lose rows, and who reads it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.segments = folder / "tables", folder / "ledger"
        self.folder.mkdir()
        self.landing = Landing(folder / "landing")
        self.connection = fresh_warehouse()

    def sync(self, rows: list[str], hour: int, *, is_issuing: bool = True) -> list[str]:
        """Land the log with these rows and load it; returns the ids that count."""
        (self.folder / "activities.csv").write_text("\n".join([HEADER, *rows]) + "\n")
        now = NOW + timedelta(hours=hour)
        set_clock(self.connection, RunClock(now))
        segments = self.segments if is_issuing else None
        land_tables(FileSources(self.folder), self.landing, now, segments)
        contract = all_contracts()["raw.activities"]
        load_source(self.connection, self.landing, contract, now)
        found = self.connection.execute("select activity_id from raw.activities")
        return sorted(row[0] for row in found.fetchall())

    def confirm(self) -> None:
        confirm_shrink(self.connection, self.segments, kind="activities")

    def waits(self, hour: int) -> str | None:
        return waiting_tables(self.landing, NOW + timedelta(hours=hour))


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    return Platform(tmp_path)


def test_half_a_log_waits_until_the_whole_one_is_there(platform: Platform):
    whole = platform.sync(LOG, 0)
    torn = [*LOG[:9], "a10,10,t1"]
    assert platform.sync(torn, 1) == platform.sync(torn, 2) == whole
    waits = platform.waits(2)
    assert waits is not None
    assert waits.startswith("activities: 11 rows of the last sync are gone")
    assert len(platform.sync([*LOG, LOG[0].replace("a1,", "a21,")], 3)) == 21
    assert platform.waits(3) is None


def test_a_log_that_is_not_there_any_more_waits_too(platform: Platform):
    whole = platform.sync(LOG, 0)
    assert platform.sync([], 1) == whole
    (platform.folder / "activities.csv").unlink()
    now = NOW + timedelta(hours=2)
    land_tables(FileSources(platform.folder), platform.landing, now, platform.segments)
    assert "20 rows" in (platform.waits(2) or "")


def test_a_shrunken_log_counts_once_the_operator_says_so(platform: Platform):
    platform.sync(LOG, 0)
    with pytest.raises(DecisionRefused, match="no listing of activities waits"):
        platform.confirm()
    platform.sync(LOG[:9], 1)
    platform.confirm()
    with pytest.raises(DecisionRefused, match="no listing of activities waits"):
        platform.confirm()
    # What was shown to him was nine rows; that the rest goes too is another question.
    assert len(platform.sync([], 2)) == 20
    assert len(platform.sync(LOG[:9], 3)) == 9


def test_few_rows_may_go_and_nothing_waits_before_documents_are_issued(
    platform: Platform,
):
    platform.sync(LOG, 0)
    assert len(platform.sync(LOG[:15], 1)) == 15
    assert len(platform.sync(LOG[:4], 2, is_issuing=False)) == 4


def test_a_log_that_waits_does_so_after_a_rebuild(platform: Platform):
    whole = platform.sync(LOG, 0)
    platform.sync(LOG[:9], 1)
    platform.connection = fresh_warehouse(NOW + timedelta(hours=1))
    contract = all_contracts()["raw.activities"]
    hour = NOW + timedelta(hours=1)
    loaded = load_source(platform.connection, platform.landing, contract, hour)
    assert loaded.loaded == len(whole)
    platform.confirm()


@pytest.mark.parametrize(
    ("suffix", "body", "rows"),
    [
        pytest.param("csv", 'a,b\n1,"x\ny"\n2,z\n', 2, id="a quoted newline"),
        pytest.param("csv", "a,b\n", 0, id="only a header"),
        pytest.param("csv", "", 0, id="an empty file"),
        pytest.param("jsonl", '{"a": "x, \\"y\\""}\n{"a": 2}\n', 2, id="lines of JSON"),
        pytest.param("parquet", "no parquet", 0, id="what cannot be read"),
    ],
)
def test_rows_are_counted(tmp_path: Path, suffix: str, body: str, rows: int):
    landing = Landing(tmp_path)
    entry = {"sha256": landing.put(body.encode(), f".{suffix}"), "format": suffix}
    assert rows_of(landing, entry) == rows
