"""The numbers that the original's authors state, through the real models."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from cost_pipeline.books.decision_rows import Decision, decide
from cost_pipeline.contracts.registry import all_contracts
from cost_pipeline.load.reference import load_seed
from cost_pipeline.publish.quotes import QuoteRequest, quote
from cost_pipeline.storage.connection import RunClock, set_clock
from cost_pipeline_tests.tables import build_models, fresh_warehouse, give
from cost_pipeline_tests.usage_world import CATALOG, UsageWorld

VECTORS = Path(__file__).parent / "vectors" / "arcadia_verified.json"
APRIL = datetime(2026, 4, 1, tzinfo=UTC)
NOW = datetime(2026, 5, 20, tzinfo=UTC)


def cases(name: str) -> list[dict[str, Any]]:
    return [
        case
        for case in json.loads(VECTORS.read_text())["cases"]
        if case["name"] == name
    ]


def warehouse_of(case: dict[str, Any]):
    """A warehouse whose catalog is the case's own."""
    connection = fresh_warehouse()
    given = case["in"]
    code = given["plan"]["code"]
    give(
        connection,
        "raw.plan_versions",
        f"""
        plan_version_id | plan_code | version | base_price_cents | currency | status | published_at
        {code}-v1 | {code} | 1 | {given["plan"]["base_price_cents"]} | AUD | active | 2025-01-01
        """,  # noqa: E501
    )
    items = "\n".join(
        f"{code}-v1 | {item['resource_kind']} | {item['included_qty']} | "
        f"{item['overage_unit']} | {item['overage_price_cents']} | "
        f"{item['hard_cap_qty'] or 'null'}"
        for item in given["plan"]["items"]
    )
    give(
        connection,
        "raw.plan_items",
        "plan_version_id | billing_kind | included_quantity | overage_unit_size | "
        f"overage_unit_price_cents | hard_cap_quantity\n{items}",
    )
    addons = "\n".join(
        f"{a['code']} | {a['resource_kind']} | {a['qty']} | {a['price_cents']} | AUD"
        for a in given["addons"]
    )
    give(
        connection,
        "raw.addons",
        f"addon_code | billing_kind | quantity | price_cents | currency\n{addons}",
    )
    rate = Decimal(given["tax_bps"]) / 10000
    give(
        connection,
        "raw.tax_rates",
        f"tax_code | rate | effective_from\nT | {rate} | 2000-01-01",
    )
    return connection


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=f"{case['id']} {name}")
        for name in ("tenant_invoice_rollup", "quote_within_allowance")
        for case in cases(name)
    ],
)
def test_a_quote_has_the_stated_lines_and_sums(case):
    given, stated = case["in"], case["out"]
    request = QuoteRequest(
        given["plan"]["code"],
        APRIL,
        addons={addon["code"]: Decimal(addon["count"]) for addon in given["addons"]},
        usage={kind: Decimal(str(number)) for kind, number in given["usage"].items()},
        tax_code="T",
    )
    with warehouse_of(case) as catalog:
        lines = quote(request, NOW, catalog)
    taxed = [line for line in lines if line.line_kind == "tax"]
    plain = [line for line in lines if line.line_kind != "tax"]
    assert [
        {
            "kind": line.line_kind,
            "resource_kind": line.resource_kind,
            "qty": line.quantity,
            "amount_cents": line.amount_cents,
        }
        for line in plain
    ] == [
        {key: value for key, value in line.items() if key != "label"}
        for line in stated["lines"]
    ]
    labels = [line["label"] for line in stated["lines"] if "label" in line]
    assert [line.description for line in plain if line.line_kind == "addon"] == labels
    assert sum(line.amount_cents for line in plain) == stated["subtotal_cents"]
    assert sum(line.amount_cents for line in taxed) == stated["tax_cents"]
    assert sum(line.amount_cents for line in lines) == stated["total_cents"]


def seeded():
    connection = fresh_warehouse()
    for name in CATALOG:
        load_seed(connection, all_contracts()[f"raw.{name}"])
    return connection


def test_the_default_catalog_sells_the_stated_plans_and_addons():
    (case,) = cases("catalog_seed")
    with seeded() as connection:
        build_models(connection, "marts.plans", "marts.addons", "marts.plan_items")
        found = connection.execute(
            "select plan_code, base_price_cents, currency from marts.plans "
            "where currency = 'AUD' order by base_price_cents"
        ).fetchall()
        addons = connection.execute("select count(*) from marts.addons").fetchall()
        kinds = connection.execute(
            "select list(distinct plan_code order by plan_code) from marts.plan_items "
            "where billing_kind = 'llm_tokens'"
        ).fetchall()
    assert found == [
        (plan["code"], plan["base_price_cents"], plan["currency"])
        for plan in case["out"]["plans"]
    ]
    assert addons == [(case["out"]["addon_count"],)]
    assert kinds == [(["pro", "studio"],)]


def test_publishing_a_version_retires_the_former_and_moves_nobody():
    (case,) = cases("plan_version_publish")
    with fresh_warehouse() as connection:
        give(
            connection,
            "raw.plan_versions",
            """
            plan_version_id | plan_code | version | base_price_cents | currency | status | published_at
            s-v1            | s         | 1       | 5000             | AUD      | active | 2025-01-01
            s-v2            | s         | 2       | 6000             | AUD      | draft  |
            """,  # noqa: E501
        )
        give(connection, "raw.plans", "plan_code | name\ns | S")
        give(
            connection,
            "raw.subscriptions",
            """
            subscription_id | tenant_id | plan_version_id | started_at
            sub             | t         | s-v1            | 2026-01-01
            """,
        )
        decide(connection, Decision("publish-plan-version", "s-v2"), None)
        set_clock(connection, RunClock(NOW.replace(day=21)))
        build_models(connection, "marts.plans", "core.tenant_plans")
        sold = connection.execute(
            "select version, base_price_cents from marts.plans"
        ).fetchall()
        bound = connection.execute(
            "select plan_version_id, base_price_cents from core.tenant_plans"
        ).fetchall()
        spans = connection.execute(
            "select version, valid_to is null from core.versions_in_force "
            "order by version"
        ).fetchall()
    assert sold == [(2, case["out"]["new_signup_price"])]
    assert bound == [("s-v1", case["out"]["subscription_price"])]
    assert spans == [(1, False), (2, True)]


def pilot_since(start: str) -> UsageWorld:
    world = UsageWorld(date.fromisoformat(start))
    world.give_pilot()
    world.exist(("d", "droplet", None, start, None))
    return world


def test_a_month_rolled_up_again_is_skipped():
    (case,) = cases("rollup_idempotent")
    assert case["in"]["run"] == ["2026-04", "2026-04"]
    world = pilot_since("2026-04-01")
    new = [world.run("2026-05-01T03:00:00").new for _ in case["in"]["run"]]
    assert new == [case["out"]["invoices"], 0]
    assert case["out"]["second"] == "skipped"


def test_ten_days_of_the_stated_resources_give_the_stated_records():
    (case,) = cases("metering_10_days")
    given, stated = case["in"], case["out"]
    first = date.fromisoformat(f"{given['month']}-{given['from_day']:02d}")
    world = UsageWorld()
    world.exist(
        *[
            (str(n), resource["kind"], resource.get("size_gb"), first, None)
            for n, resource in enumerate(given["resources"])
        ]
    )
    world.at(f"{given['month']}-{given['to_day'] + 1:02d}T01:10:00")
    world.meter()
    rows = world.rows(
        "select billing_kind, count(*), sum(base_quantity), max(base_per_unit) "
        "from core.usage_daily group by all"
    )
    assert sum(row[1] for row in rows) == stated["usage_records"]
    assert {row[0]: Fraction(int(row[2]), int(row[3])) for row in rows} == {
        kind: Fraction(usage["exact"]) for kind, usage in stated["usage"].items()
    }


def test_a_tick_does_the_month_and_the_day_that_ended_before_it():
    month, day = cases("schedule_period")
    world = pilot_since("2026-04-01")
    world.run(month["in"]["now"].rstrip("Z"))
    assert world.rows(
        "select cast(period_start as date), cast(period_end as date) "
        "from ledger.documents"
    ) == [
        tuple(
            date.fromisoformat(month["out"][f"period_{end}"])
            for end in ("start", "end")
        )
    ]
    world = pilot_since("2026-02-01")
    world.at(day["in"]["now"].rstrip("Z"))
    window = world.meter()
    assert window is not None
    assert window.last_day == date.fromisoformat(day["out"]["day"])
