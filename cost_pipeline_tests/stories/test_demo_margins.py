"""The demo's margins: worked out once more by hand, and traced row by row.

The computation here shares nothing with the models: it reads the bill and the activity
log as they were given, knows the owners by name, and counts in fractions.
"""

import csv
from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest

from cost_pipeline.publish.traces import trace
from cost_pipeline_tests.reference.costs import shared_out
from cost_pipeline_tests.reference.margins import half_away, report_cents
from cost_pipeline_tests.reference.subscriptions import Activity, charges_of

pytestmark = pytest.mark.slow

PACKAGE = Path(__file__).resolve().parents[2] / "cost_pipeline"
BILL = PACKAGE / "providers" / "demo" / "invoice_lines.csv"
LOG = PACKAGE / "sources" / "demo" / "activities.csv"
DEMO_NOW = datetime(2026, 5, 20)

KINDS = {
    "Droplets": "droplet",
    "Droplet Snapshots": "snapshot",
    "Droplet Backups": "droplet_backup",
    "Spaces Subscription": "spaces_bucket",
}
# Who answers for a project of the bill. What is shared or of the whole account is
# shared out by what each deployment costs directly.
OWNERS = {
    "Internal": ("internal", "internal"),
    "Kestrel": ("kestrel", "kestrel-app"),
    "Harbor Relay": ("harbor", "relay-harbor-1"),
    "Pilot": ("pilot", "pilot-studio"),
    "Hackathon": ("unattributed", "unattributed"),
}
CUSTOMERS = {"kestrel-app": "kestrel", "relay-harbor-1": "harbor"}
CUSTOMERS |= {"pilot-studio": "pilot"}
# The bank's rates of 30 April, per euro.
RATE = Fraction(half_away(Fraction("1.6371") / Fraction("1.1702") * 10**10), 10**10)
PLANS = {"free": 0, "basic": 1000, "growth": 3000}
IN_AUD = {
    # Studio; an add-on of 50 GB; 3 droplets x 720 h less 1488 h, at one cent.
    ("pilot", "pilot-studio", "plan"): 5000,
    ("pilot", "pilot-studio", "spaces_bucket"): 750,
    ("pilot", "pilot-studio", "droplet"): 3 * 720 - 1488,
    # Starter; 720 h + 270 h, capped at 800 h, less 744 h; 9 + 7 GB less 10, at 9 cents.
    ("kestrel", "kestrel-app", "plan"): 2000,
    ("kestrel", "kestrel-app", "droplet"): min(720 + 270, 800) - 744,
    ("kestrel", "kestrel-app", "snapshot"): (9 + 7 - 10) * 9,
}
# Nothing is used beyond an allowance yet.
MAY_IN_AUD = {
    ("pilot", "pilot-studio", "plan"): 5000,
    ("pilot", "pilot-studio", "spaces_bucket"): 750,
    ("kestrel", "kestrel-app", "plan"): 2000,
}
HOSTED = {
    ("orchard", "unattributed", "plan"): 2900,
    ("meridian", "unattributed", "plan"): 2900,
}


def costs() -> dict[tuple[str, str, str], int]:
    """Millionths of a dollar of each cell of April, shares included."""
    found: dict[tuple[str, str, str], int] = defaultdict(int)
    shared: list[tuple[str, int]] = []
    for line in csv.DictReader(BILL.open(newline="")):
        if line["period"] != "2026-04" or line["product"] == "Taxes":
            continue
        kind, amount = KINDS[line["product"]], int(Decimal(line["amount"]) * 10**6)
        owner = OWNERS.get(line["project_name"])
        if owner is None:
            shared.append((kind, amount))
        else:
            found[(*owner, kind)] += amount
    direct = {
        name: sum(m for (_, deployment, _), m in found.items() if deployment == name)
        for name in CUSTOMERS
    }
    for kind, amount in shared:
        for name, part in shared_out(amount, direct).items():
            found[CUSTOMERS[name], name, kind] += part
    return dict(found)


def relays(month: int) -> dict[tuple[str, str, str], int]:
    """Cents of each relay for service that starts in the month, from the log."""
    logs: dict[str, list[Activity]] = defaultdict(list)
    for row in csv.DictReader(LOG.open(newline="")):
        at = datetime.fromisoformat(row["created_at"]).astimezone(UTC)
        entry = Activity(
            at.replace(tzinfo=None),
            int(row["sequence"]),
            row["activity_id"],
            row["tenant_id"],
            row["resource_id"],
            row["activity_type"],
            row["plan_code"] or None,
        )
        logs[entry.tenant_id].append(entry)
    found: dict[tuple[str, str, str], int] = defaultdict(int)
    for tenant, log in logs.items():
        charges = charges_of(log, lambda plan, _: PLANS.get(plan or ""), DEMO_NOW)
        for charge in charges:
            if (charge.created_at.year, charge.created_at.month) == (2026, month):
                relay = charge.charge_id.split("/")[1]
                found[tenant, relay, "plan"] += charge.amount_cents
    return dict(found)


def published(home: Path) -> duckdb.DuckDBPyConnection:
    path = home / "data" / "published" / "cost.duckdb"
    return duckdb.connect(str(path), read_only=True)


def test_april_is_what_a_computation_by_hand_says(demo_home):
    micros, in_usd = costs(), relays(4) | HOSTED
    cost = report_cents(micros, RATE)
    revenue = report_cents({cell: c * 10_000 for cell, c in in_usd.items()}, RATE)
    cells = {*micros, *in_usd, *IN_AUD}
    expected = {
        cell: (
            revenue.get(cell, IN_AUD.get(cell, 0)),
            cost.get(cell, 0),
            in_usd.get(cell, IN_AUD.get(cell, 0)),
            micros.get(cell, 0),
        )
        for cell in cells
    }
    with published(demo_home) as connection:
        rows = connection.execute(
            "select tenant_id, deployment_id, kind, revenue_cents, cost_cents, "
            "revenue_original_cents, cost_micros_usd from marts.cost_vs_revenue "
            "where month = '2026-04-01' and kind <> 'credits'"
        ).fetchall()
    assert {row[:3]: row[3:] for row in rows} == expected
    assert sum(micros.values()) == 79_020_000


def test_may_has_revenue_so_far_and_no_cost_before_its_bill(demo_home):
    expected = {c: n for c, n in (relays(5) | HOSTED | MAY_IN_AUD).items() if n}
    # A credit that waits for its next document is on none, so it is no revenue yet.
    with published(demo_home) as connection:
        rows = connection.execute(
            "select tenant_id, deployment_id, kind, revenue_original_cents "
            "from marts.cost_vs_revenue where month = '2026-05-01' union all "
            "select tenant_id, resource_id, 'plan', amount_cents "
            "from marts.subscription_items where state = 'waiting' "
            "and date_trunc('month', service_start) = '2026-05-01'"
        ).fetchall()
        costs_of_may = connection.execute(
            "select distinct cost_cents, cost_micros_usd, state "
            "from marts.cost_vs_revenue where month = '2026-05-01'"
        ).fetchall()
    found: dict[tuple[str, ...], int] = defaultdict(int)
    for *cell, cents in rows:
        found[tuple(cell)] += cents
    assert {cell: cents for cell, cents in found.items() if cents} == expected
    assert costs_of_may == [(0, 0, "provisional")]


def test_every_row_of_the_margin_table_is_traced_to_its_exact_sum(demo_home):
    keys = "month, tenant_id, deployment_id, kind, revenue_currency"
    with published(demo_home) as connection:
        connection.execute("set TimeZone = 'UTC'")
        rows = connection.execute(
            f"select {keys} from marts.cost_vs_revenue"
        ).fetchall()
        inexact = []
        for row in rows:
            names = dict(zip(keys.split(", "), map(str, row), strict=True))
            found = trace(connection, "marts.cost_vs_revenue", names, limit=0)
            if not found.is_exact or not found.levels:
                inexact.append(row)
    assert len(rows) > 300
    assert inexact == []


@pytest.mark.parametrize(
    ("table", "keys"),
    [
        ("margin_by_month", {}),
        ("margin_by_tenant", {"month": "2026-04"}),
        ("margin_by_deployment", {"month": "2026-04"}),
        ("margin_by_kind", {"month": "2026-04"}),
        ("monthly_burn", {}),
        ("cost_true_up", {"month": "2026-04"}),
        ("unmatched_costs", {}),
        ("credit_margins", {}),
    ],
)
def test_what_sums_up_margins_and_bills_is_traced_too(demo_home, table, keys):
    with published(demo_home) as connection:
        found = trace(connection, table, keys, limit=0)
    assert found.is_exact
    assert [level for level in found.levels if level.is_sum]


def test_every_cost_line_is_a_row_of_its_landed_file(demo_home):
    objects = demo_home / "data" / "landing" / "objects"
    with published(demo_home) as connection:
        lines = connection.execute(
            "select source_file, source_row, amount_micros from marts.cost_lines "
            "where source_row is not null and invoice_uuid not like 'history:%'"
        ).fetchall()
    landed = {
        sha: list(csv.DictReader((objects / sha[:2] / f"{sha}.csv").open(newline="")))
        for sha in {line[0] for line in lines}
    }
    wrong = [
        (sha, row)
        for sha, row, micros in lines
        if int(Decimal(landed[sha][row - 1]["USD"].strip("$")) * 10**6) != micros
    ]
    assert wrong == []
