"""The SQL that quotes says what the tiny Python reference says, for any catalog."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cost_pipeline.models.build import build
from cost_pipeline.models.library import all_models
from cost_pipeline.publish.quotes import ANSWER, models_behind
from cost_pipeline_tests.reference import usage as reference
from cost_pipeline_tests.tables import fresh_warehouse

MONTHS = (date(2026, 2, 1), date(2026, 4, 1), date(2026, 5, 1), date(2028, 2, 1))
UNITS = {"droplet_hours": "hour", "snapshot_gb_month": "gb", "llm_tokens": "one"}
START = datetime(2026, 1, 1)


@dataclass(frozen=True)
class Case:
    """One subscription in one month, with one kind of usage and one add-on."""

    month: date
    start_s: int
    length_s: int
    price_cents: int
    kind: str
    base_quantity: int
    near_percent: int | None
    item: reference.Item
    addon_quantity: Decimal
    addon_cents: int
    addon_count: Decimal
    rate: Decimal

    @property
    def next_month(self) -> date:
        return (self.month + timedelta(days=31)).replace(day=1)

    @property
    def month_days(self) -> int:
        return (self.next_month - self.month).days

    @property
    def service(self) -> tuple[datetime, datetime]:
        whole = self.month_days * 86400
        start = self.start_s % whole
        length = 1 + self.length_s % (whole - start)
        first = datetime(self.month.year, self.month.month, 1)
        return first + timedelta(seconds=start), first + timedelta(
            seconds=start + length
        )

    @property
    def base_per_unit(self) -> int:
        seconds = self.month_days * 86400
        sizes = {"hour": 3600, "gb": 1_000_000 * seconds, "one": 1_000_000}
        return sizes[UNITS[self.kind]]

    @property
    def used(self) -> int:
        """Anything at all, or about what is included, where the rules matter."""
        if self.near_percent is None:
            return self.base_quantity
        included = Fraction(self.item.included + self.addon_quantity)
        return int(included * self.base_per_unit * self.near_percent / 100)


def exact(low: str, high: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(low, high, places=places, allow_nan=False)


ITEMS = st.builds(
    reference.Item,
    included=exact("0", "5000", 6),
    unit_size=st.sampled_from([Decimal(1), Decimal(1000), Decimal("0.5"), Decimal(7)]),
    rounding=st.sampled_from(["none", "up"]),
    price=st.sampled_from([Decimal("0.5"), Decimal(1)]) | exact("0.00000001", "300", 8),
    cap=st.none() | exact("0", "9000", 6),
    policy=st.sampled_from(["full", "by_days"]),
)
CASES = st.builds(
    Case,
    month=st.sampled_from(MONTHS),
    start_s=st.integers(0, 31 * 86400) | st.just(0),
    length_s=st.integers(0, 31 * 86400) | st.just(31 * 86400),
    price_cents=st.integers(0, 10_000_000),
    kind=st.sampled_from(sorted(UNITS)),
    base_quantity=st.integers(0, 10**7) | st.integers(0, 3 * 10**16),
    near_percent=st.none() | st.integers(90, 300),
    item=ITEMS,
    addon_quantity=exact("0", "500", 6),
    addon_cents=st.integers(0, 100_000),
    addon_count=st.sampled_from([Decimal(1), Decimal(2), Decimal("0.5")]),
    rate=st.sampled_from([Decimal("0.1"), Decimal("0.081"), Decimal("0.25")]),
)


@pytest.fixture(scope="module")
def warehouse():
    with fresh_warehouse() as connection:
        yield connection


def quoted(
    connection: duckdb.DuckDBPyConnection, cases: list[Case]
) -> dict[tuple[str, str], int]:
    """Quote all cases in one build of the models; amounts by case and line kind."""
    tables: dict[str, list[tuple[Any, ...]]] = {
        name: []
        for name in (
            "raw.plan_versions", "raw.plan_items", "raw.addons", "raw.tax_rates",
            "core.quote_requests", "core.quote_addons", "core.covered_usage",
        )
    }  # fmt: skip
    for number, case in enumerate(cases):
        name, (start, end) = f"q{number}", case.service
        item = case.item
        tables["raw.plan_versions"].append(
            (name, name, 1, case.price_cents, "AUD", "active", START, None, "t", number)
        )
        tables["raw.plan_items"].append(
            (name, case.kind, item.included, item.unit_size, item.rounding, item.price,
             item.cap, item.policy, "t", number)
        )  # fmt: skip
        tables["raw.addons"].append(
            (name, case.kind, case.addon_quantity, case.addon_cents, "AUD", "t", number)
        )
        tables["raw.tax_rates"].append(
            (name, case.rate, date(2000, 1, 1), None, "t", number)
        )
        tables["core.quote_requests"].append(
            (name, name, name, name, name, "AUD", name, case.month, case.next_month,
             start, end)
        )  # fmt: skip
        tables["core.quote_addons"].append(
            (name, name, start, case.addon_count, start, end)
        )
        tables["core.covered_usage"].append(
            (case.month, name, name, case.kind, case.used, case.base_per_unit)
        )
    connection.execute(EMPTY)
    for table, rows in tables.items():
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"insert into {table} values ({marks})", rows)
    for table in models_behind(ANSWER):
        build(connection, all_models()[table])
    found = connection.execute(
        "select tenant_id, line_kind, amount_cents from core.calendar_targets"
    ).fetchall()
    return {(name, kind): amount for name, kind, amount in found}


EMPTY = """
delete from raw.plan_versions; delete from raw.plan_items; delete from raw.addons;
delete from raw.tax_rates;
create or replace table core.quote_requests (
    quote_id varchar, tenant_id varchar, subscription_id varchar, deployment_id varchar,
    plan_version_id varchar, currency varchar, tax_code varchar, month date,
    next_month date, service_start timestamp, service_end timestamp
);
create or replace table core.quote_addons (
    quote_id varchar, addon_code varchar, held_since timestamp, quantity decimal(20, 6),
    service_start timestamp, service_end timestamp
);
create or replace table core.covered_usage (
    month date, subscription_id varchar, deployment_id varchar, billing_kind varchar,
    base_quantity hugeint, base_per_unit bigint
);
"""


def expected(case: Case) -> dict[str, int]:
    """The same, by the reference."""
    start, end = case.service
    whole = case.month_days * 86400
    seconds = int((end - start).total_seconds())
    days = ((end - timedelta(microseconds=1)).date() - start.date()).days + 1
    amounts = {
        "plan_base": reference.share(case.price_cents, Decimal(1), seconds, whole),
        "addon": reference.share(case.addon_cents, case.addon_count, seconds, whole),
    }
    extension = case.addon_quantity * case.addon_count
    included = reference.allowance(case.item, extension, days, case.month_days, days)
    used = Fraction(case.used, case.base_per_unit)
    amounts["overage"] = reference.overage(case.item, used, included)
    amounts["tax"] = reference.tax(sum(amounts.values()), case.rate)
    return amounts


@settings(max_examples=15, deadline=None)
@given(cases=st.lists(CASES, min_size=20, max_size=40))
def test_models_and_reference_agree_to_the_cent(warehouse, cases):
    found = quoted(warehouse, cases)
    for number, case in enumerate(cases):
        for kind, amount in expected(case).items():
            assert found.get((f"q{number}", kind), 0) == amount, (kind, case)


@settings(max_examples=5, deadline=None)
@given(cases=st.lists(CASES, min_size=20, max_size=20))
def test_a_line_can_be_computed_again_from_what_it_kept(warehouse, cases):
    quoted(warehouse, cases)
    found = warehouse.execute(
        "select line_kind, amount_cents, inputs from core.calendar_targets"
    ).fetchall()
    for kind, amount, text in found:
        assert recomputed(kind, json.loads(text)) == amount


def recomputed(kind: str, inputs: dict[str, Any]) -> int:
    """The amount of a line from the inputs that stand on it."""
    if kind == "tax":
        return reference.tax(inputs["subtotal_cents"], Decimal(inputs["rate"]))
    if kind in ("plan_base", "addon"):
        count = Decimal(inputs["count_micros"]).scaleb(-6)
        return reference.share(
            inputs["price_cents"], count, inputs["seconds"], inputs["month_seconds"]
        )
    item = reference.Item(
        Decimal(0),
        Decimal(inputs["size_micros"]).scaleb(-6),
        inputs["unit_rounding"],
        Decimal(inputs["unit_price_cents"]),
        Decimal(inputs["cap_micros"]).scaleb(-6) if inputs["cap_micros"] else None,
        "full",
    )
    used = Fraction(int(inputs["base_quantity"]), inputs["base_per_unit"])
    return reference.overage(
        item, used, Fraction(int(inputs["allowance_micros"]), 10**6)
    )
