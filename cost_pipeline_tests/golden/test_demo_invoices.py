"""The stated numbers of the pilot, from the demo account's resources."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

import cost_pipeline.sources
from cost_pipeline.books.metered_days import due_window, remember_metered
from cost_pipeline.commands.demo import land_past
from cost_pipeline.contracts.registry import source_tables
from cost_pipeline.load.observations import load_observations
from cost_pipeline.load.receipts import load_receipts
from cost_pipeline.load.reference import load_seed
from cost_pipeline.load.tables import SourceFile, load_table
from cost_pipeline.models.build import build
from cost_pipeline.models.library import all_models
from cost_pipeline.settings import Settings
from cost_pipeline.storage.landing import Landing
from cost_pipeline_tests.tables import build_models, fresh_warehouse, tell
from cost_pipeline_tests.usage_world import AFTER_ISSUE, drafted

TABLES = Path(cost_pipeline.sources.__file__).parent / "demo"
INPUTS = (
    "core.metered_intervals",
    "core.usage_events",
    "core.observed_days",
    "core.open_strikes",
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demo's past landed and loaded, metered and invoiced."""
    home = tmp_path_factory.mktemp("demo")
    settings = Settings(COST_PIPELINE_HOME=home, COST_PIPELINE_PROVIDER="demo")
    landing = Landing(settings.landing_path)
    land_past(settings, landing)
    with fresh_warehouse(issue_from=date(2026, 2, 1)) as connection:
        for contract in source_tables():
            load_seed(connection, contract)
            for suffix in ("csv", "jsonl"):
                path = TABLES / f"{contract.name}.{suffix}"
                if path.exists():
                    load_table(connection, contract, SourceFile(path, suffix, "demo"))
        load_receipts(connection, landing)
        load_observations(connection, landing)
        build_models(connection, *INPUTS)
        window = due_window(connection)
        assert window is not None
        build(connection, all_models()["core.usage_daily"], window)
        remember_metered(connection, window)
        for table in drafted():
            build(connection, all_models()[table])
        tell(connection, "ledger.lines", "ledger.documents")
        for table in AFTER_ISSUE:
            build(connection, all_models()[table])
        yield connection


def test_april_of_the_pilot_is_the_stated_invoice(demo):
    lines = demo.execute(
        "select line_kind, quantity, amount_cents from core.calendar_lines "
        "where invoice_id = 'INV-2026-04-pilot-AUD' order by line_number"
    ).fetchall()
    assert lines == [
        ("plan_base", 1, 5000),
        ("addon", 1, 750),
        ("overage", 672, 672),
        ("tax", 1, 642),
    ]
    header = demo.execute(
        "select subtotal_cents, tax_cents, total_cents, status "
        "from core.calendar_documents where invoice_id = 'INV-2026-04-pilot-AUD'"
    ).fetchall()
    assert header == [(6422, 642, 7064, "issued")]
    used = demo.execute(
        "select used_quantity from core.quote_overages "
        "where quote_id = 'sub-pilot-studio@2026-04' and billing_kind = 'droplet_hours'"
    ).fetchall()
    assert used == [(2160,)]


def test_the_first_ten_days_of_may_are_the_stated_records(demo):
    rows = demo.execute(
        "select billing_kind, count(*), sum(base_quantity), max(base_per_unit) "
        "from core.usage_daily where deployment_id = 'pilot-studio' "
        "and day between '2026-05-01' and '2026-05-10' group by all"
    ).fetchall()
    exact = {row[0]: Fraction(int(row[2]), int(row[3])) for row in rows}
    assert sum(row[1] for row in rows) == 70
    assert exact == {
        "droplet_hours": 480,
        "dns_zones": Fraction(20, 31),
        "snapshot_gb_month": Fraction(480, 31),
    }
    overage = demo.execute(
        "select count(*) from core.calendar_lines where line_kind = 'overage' "
        "and invoice_id = 'INV-2026-05-pilot-AUD'"
    ).fetchall()
    assert overage == [(0,)]


def test_the_cap_that_leaks_is_told(demo):
    found = demo.execute(
        "select count(*) from core.usage_findings "
        "where finding = 'cap_hit' and tenant_id = 'kestrel'"
    ).fetchall()
    assert found == [(3,)]
