"""Invoices whose figures are known from elsewhere."""

from decimal import Decimal
from pathlib import Path

from cost_pipeline_tests.bill_world import BillWorld, csv_file, line

HERE = Path(__file__).parent


def test_the_arithmetic_of_a_real_invoice(tmp_path):
    lines = [
        *[line("$12.00", f"box-{n} (s-1vcpu-2gb)") for n in range(5)],
        line("$16.00", "box-5 (s-1vcpu-2gb)"),
        line("$0.61", "box-0-1 (fra1) 10.15GB Droplet Snapshot", "Droplet Snapshots"),
        line("$2.40", "box-0 (Weekly Backup Services)", "Droplet Backups"),
        line("$6.40", "VAT Switzerland (8.10%)", "Taxes"),
    ]
    world = BillWorld(tmp_path)
    world.biller.bill("real", "85.41", csv_file(*lines))
    world.sync()
    world.books()
    assert world.rows(
        "select charge_category, sum(amount_micros) from core.cost_lines group by 1 "
        "order by 1"
    ) == [("tax", 6_400_000), ("usage", 79_010_000)]
    assert (Decimal("79.01") * Decimal("0.081")).quantize(Decimal("0.01")) == Decimal(
        "6.40"
    )
    assert world.rows("select verdict, lines_micros from core.provider_invoices") == [
        ("accepted", 85_410_000)
    ]


def test_the_constructed_invoice_of_the_contracts(tmp_path):
    world = BillWorld(tmp_path)
    body = (HERE / "invoice_constructed_2026-04.csv").read_bytes()
    world.biller.bill("u", "151.04", body)
    world.sync()
    world.books()
    assert world.rows("select verdict, lines from core.provider_invoices") == [
        ("accepted", 13)
    ]
    found = world.rows("select kind, line_name from core.charges order by line_number")
    assert found == [
        ("droplet", "vault-01"),
        ("droplet", "erp-01"),
        ("droplet", "web"),
        ("droplet", "web"),
        ("droplet", "scratch"),
        ("snapshot", "vault-01-1707755441748"),
        ("droplet_backup", "vault-01"),
        ("k8s_cluster", "my-doks-cluster"),
        ("spaces_bucket", ""),
        ("floating_ip", "203.0.113.7"),
        ("volume", "data, primary"),
        ("tax", ""),
        ("credit", ""),
    ]


def test_the_example_of_the_official_description(tmp_path):
    world = BillWorld(tmp_path)
    body = (HERE / "invoice_spec_example.csv").read_bytes()
    world.biller.bill("u", "3.27", body, period="2020-07")
    world.sync()
    world.books()
    assert world.rows("select sum(amount_micros) from core.cost_allocation") == [
        (3_270_000,)
    ]
