"""The benchmark measures what it says, at a size that takes seconds; no time is held.

What the figures are is `RESULTS.md`, written by `make bench`.
"""

from pathlib import Path

import duckdb
import pytest

from cost_pipeline.settings import Settings
from cost_pipeline_tests.benchmarks import bills
from cost_pipeline_tests.benchmarks.homes import Homes
from cost_pipeline_tests.benchmarks.landed import write_files
from cost_pipeline_tests.benchmarks.logs import logs
from cost_pipeline_tests.benchmarks.report import Row, keep
from cost_pipeline_tests.benchmarks.sizes import SIZES
from cost_pipeline_tests.benchmarks.world import fill, settings_in

TINY = SIZES["tiny"]
COUNTED = (
    *("core.resources", "core.usage_daily", "core.cost_lines", "marts.usage_daily"),
    *("core.subscription_charges", "marts.credit_balances", "marts.tenant_invoices"),
    *("marts.cost_vs_revenue", "marts.open_drift", "ledger.documents"),
)


def counts(home: Path) -> dict[str, int]:
    with duckdb.connect(str(home / "data" / "warehouse.duckdb")) as connection:
        connection.execute(f"attach '{home / 'data' / 'ledger.duckdb'}' as ledger")
        return {
            table: connection.execute(f"select count(*) from {table}").fetchall()[0][0]
            for table in COUNTED
        }


@pytest.mark.slow
def test_the_bare_build_makes_what_the_whole_chain_makes(tmp_path: Path) -> None:
    homes = Homes(tmp_path)
    ours, bare = homes.copy(TINY, "ours"), homes.copy(TINY, "bare")
    done = homes.measure("chain", TINY, within=ours)
    homes.measure("bare", TINY, within=bare, order=done["order"])
    assert counts(ours) == counts(bare)
    assert min(counts(ours).values()) > 0
    for loop in ("fold", "credits", "metering"):
        assert homes.measure("loop", TINY, within=ours, name=loop)["seconds"] > 0
    homes.measure("crowd", TINY, within=bare)
    with duckdb.connect(str(bare / "data" / "warehouse.duckdb")) as connection:
        query = "select count(*), count(distinct tenant_id) from raw.hosted_deployments"
        found = connection.execute(query).fetchall()
    assert found == [(TINY.machines, TINY.hosted_tenants)]
    account = write_files(ours / "data" / "warehouse.duckdb", tmp_path / "tables")
    assert len(account.lists["/v2/droplets"][1]) > TINY.resources // 2


@pytest.mark.slow
def test_a_bill_is_taken_in_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in settings_in(tmp_path, TINY).items():
        monkeypatch.setenv(name, value)
    fill(Settings.load(), TINY)
    bills.bill_world(TINY)
    assert bills.bill_bare(TINY)["seconds"] > 0
    assert bills.bill(TINY)["failures"] == []


@pytest.mark.slow
def test_a_day_more_of_a_long_log_touches_some_tenants_and_not_all(
    tmp_path: Path,
) -> None:
    rows = list(logs(Homes(tmp_path, rounds=1), TINY))
    assert [row.target for row in rows] == ["<= 1.30x", "by the tenants it touches"]
    share = float(rows[1].how.split("%")[0])
    assert 0 < share < 50


def test_results_keep_one_section_for_each_size(tmp_path: Path) -> None:
    path = tmp_path / "RESULTS.md"
    for name, result in (("S", "1x"), ("M", "2x"), ("S", "3x")):
        keep(path, SIZES[name], "2026-06-01", "a machine", [Row("chain", result)])
    text = path.read_text()
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## Size S",
        "## Size M",
    ]
    assert "3x" in text
    assert "1x" not in text
