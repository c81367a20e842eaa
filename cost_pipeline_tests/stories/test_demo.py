"""The demo: one command, offline, and the same answer every time."""

import duckdb
import pytest

from cost_pipeline.models.query_files import query_of
from cost_pipeline_tests.conftest import command

pytestmark = pytest.mark.slow


def ask(home, query):
    path = home / "data" / "published" / "cost.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_every_published_table_has_rows(demo_home):
    tables = ask(demo_home, "select table_name from duckdb_tables() order by 1")
    empty = [
        name
        for (name,) in tables
        if ask(demo_home, f"select count(*) from marts.{name}") == [(0,)]
    ]
    # A correction needs a month that was final in an earlier run and changed since.
    assert set(empty) <= {"margin_corrections"}


def test_the_margin_table_shows_no_margin_before_the_bill(demo_home):
    found = {
        (row[0], row[1]): row[2:5] for row in ask(demo_home, query_of("report/demo"))
    }
    assert found["Apr 2026", "kestrel"] == ("21.10", "30.64", "-9.54")
    assert found["May 2026", "pilot"] == ("57.50", "–", "–")


def test_april_of_the_pilot_costs_what_was_verified(demo_home):
    found = ask(
        demo_home,
        "select subtotal_cents, tax_cents, total_cents, status "
        "from marts.tenant_invoices where tenant_id = 'pilot' and cycle = 'calendar' "
        "and period_start = '2026-04-01' and document_type = 'invoice'",
    )
    assert found == [(6422, 642, 7064, "issued")]


def test_april_of_the_provider_is_what_was_verified(demo_home):
    found = ask(
        demo_home,
        "select lines, amount_micros, lines_micros, verdict "
        "from marts.provider_invoices where period = '2026-04'",
    )
    assert found == [(33, 86_920_000, 86_920_000, "accepted")]


def test_the_inventory_is_what_was_verified(demo_home):
    found = dict(
        ask(
            demo_home,
            "select kind, count(*) from marts.resources "
            "where valid_to is null group by kind",
        )
    )
    verified = {"droplet": 5, "dns_zone": 7, "snapshot": 12, "firewall": 1}
    verified |= {"spaces_bucket": 6, "droplet_backup": 4}
    assert found == verified


def test_ten_days_of_may_are_seventy_records(demo_home):
    found = ask(
        demo_home,
        "select count(*), sum(quantity) filter (where billing_kind = 'droplet_hours') "
        "from marts.usage_daily where day between '2026-05-01' and '2026-05-10' "
        "and deployment_id = 'pilot-studio'",
    )
    assert [(rows, int(hours)) for rows, hours in found] == [(70, 480)]


def test_the_digest_command_reads_the_published_file(demo_home):
    done = command(demo_home, "digest")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[-1].endswith("  all")
    assert any(line.endswith("  marts.cost_vs_revenue") for line in lines)


def test_ask_answers_and_cannot_write_or_read_elsewhere(demo_home):
    done = command(
        demo_home, "ask", "select count(*) as invoices from marts.provider_invoices"
    )
    assert done.returncode == 0, done.stderr
    assert "invoices" in done.stdout
    for query in (
        "create table marts.mine as select 1",
        "select * from read_csv('/etc/hostname')",
        "copy marts.plans to 'stolen.csv'",
    ):
        done = command(demo_home, "ask", query)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1


def test_the_demo_refuses_a_home_with_another_account(tmp_path):
    from datetime import UTC, datetime

    from cost_pipeline.domain.listing import Listing
    from cost_pipeline.storage.landing import Landing

    landing = Landing(tmp_path / "data" / "landing")
    empty = Listing("projects", (), is_complete=True)
    landing.keep_listing("do:main", empty, now=datetime(2026, 5, 1, tzinfo=UTC))
    done = command(tmp_path, "demo")
    assert done.returncode == 1
    assert "do:main" in done.stderr
