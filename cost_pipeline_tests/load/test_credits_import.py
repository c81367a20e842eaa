"""The old credit ledger is imported whole or not at all."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from cost_pipeline.contracts.registry import all_contracts
from cost_pipeline.fetch.platform_tables import land_tables
from cost_pipeline.load.platform_tables import landed_table
from cost_pipeline.load.tables import SourceFile, SourceRefused, load_table
from cost_pipeline.sources.files import FileSources
from cost_pipeline.storage.landing import Landing
from cost_pipeline_tests.tables import fresh_warehouse

CONTRACT = all_contracts()["raw.credit_ledger_import"]
NEWER = {
    "install_id": "new",
    "tier_snapshot": "pro",
    "lifetime_consumed": 4,
    "lifetime_gemini_consumed": 3,
    "last_renewal_at": "2026-01-31T09:00:00.000Z",
    "anniversary_day": 31,
    "monthly_consumed": 11,
    "monthly_gemini_consumed": 6,
    "last_active_at": "2026-02-11T16:20:00.000Z",
}
OLDER = {"install_id": "old", "month": "2026-03", "lifetime_consumed": 7}


@pytest.fixture(scope="module")
def warehouse():
    with fresh_warehouse() as connection:
        yield connection


def load(connection, tmp_path, body):
    path = tmp_path / "ledger.jsonl"
    path.write_text(body, "utf-8")
    return load_table(connection, CONTRACT, SourceFile(path, "jsonl", "sha"))


def lines(*rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_rows_of_both_shapes_are_imported(warehouse, tmp_path):
    assert load(warehouse, tmp_path, lines(NEWER, OLDER)).loaded == 2


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="cut to nothing"),
        pytest.param(lines(NEWER) + '{"install_id": "cut', id="cut in a row"),
        pytest.param("[1, 2]\n", id="no rows but a list"),
        pytest.param(lines(NEWER | {"month": "2026-13"}), id="month 13"),
        pytest.param(lines(OLDER | {"month": "2026-00"}), id="month 00"),
        pytest.param(lines(OLDER | {"month": "0026-01"}), id="a year of two digits"),
        pytest.param(lines(OLDER | {"month": "26-3"}), id="a month of another shape"),
        pytest.param(lines(OLDER | {"month": 202603}), id="a month that is a number"),
        pytest.param(lines(NEWER | {"last_renewal_at": "not-a-date"}), id="no date"),
        pytest.param(lines(NEWER | {"monthly_consumed": -1}), id="a negative count"),
        pytest.param(lines(NEWER | {"monthly_consumed": 5}), id="parts above the sum"),
        pytest.param(lines(OLDER, OLDER | {"lifetime_consumed": 8}), id="two answers"),
        pytest.param(lines(OLDER | {"install_id": None}), id="no install"),
    ],
)
def test_a_damaged_ledger_is_refused_and_changes_nothing(warehouse, tmp_path, body):
    load(warehouse, tmp_path, lines(NEWER, OLDER))
    before = warehouse.execute(f"from {CONTRACT.table}").fetchall()
    with pytest.raises(SourceRefused):
        load(warehouse, tmp_path, body)
    assert warehouse.execute(f"from {CONTRACT.table}").fetchall() == before


@pytest.mark.parametrize("left", [None, "install_id,tier_snapshot\n"])
def test_an_old_table_that_is_cleared_away_takes_no_counter_back(tmp_path, left):
    folder, landing = tmp_path / "tables", Landing(tmp_path / "landing")
    folder.mkdir()
    (folder / "credit_ledger_import.jsonl").write_text(lines(NEWER, OLDER), "utf-8")
    day = datetime(2026, 5, 1, tzinfo=UTC)
    land_tables(FileSources(folder), landing, day)
    first = landed_table(landing, CONTRACT, day)
    (folder / "credit_ledger_import.jsonl").unlink()
    if left is not None:
        (folder / "credit_ledger_import.csv").write_text(left, "utf-8")
    (folder / "installs.csv").write_text("install_id\n", "utf-8")
    for days in (1, 2):
        receipt = land_tables(FileSources(folder), landing, day + timedelta(days=days))
        # Somebody lost what names the tables; the sync after it does not forget.
        landing.path(receipt.sha256, receipt.suffix).unlink()
        (folder / "installs.csv").write_text("install_id,tier\n", "utf-8")
    land_tables(FileSources(folder), landing, day + timedelta(days=3))
    assert landed_table(landing, CONTRACT, day + timedelta(days=3)) == first
