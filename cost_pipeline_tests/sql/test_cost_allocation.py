"""Who bears a line: to the last millionth, by rules that are data."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cost_pipeline.warehouse.building import build
from cost_pipeline.warehouse.checking import broken_audit
from cost_pipeline.warehouse.models import all_audits, all_models
from cost_pipeline_tests.reference.costs import shared_out
from cost_pipeline_tests.tables import fresh_warehouse

LINES = (
    "invoice_uuid varchar, line_number bigint, provider_account varchar, "
    "period_start timestamp, scope varchar, rule varchar, rule_version bigint, "
    "method varchar, tenant_id varchar, deployment_id varchar, amount_micros bigint, "
    "currency varchar"
)
MONTH = "2026-04-01"


@pytest.fixture(scope="module")
def warehouse():
    with fresh_warehouse() as connection:
        yield connection


def allocated(connection, rows, deployments=()):
    """Allocate lines given as (invoice, line, scope, rule, method, deployment, micros).

    Each invoice is of an account of its own, so that many cases share one run.
    """
    connection.execute(f"create or replace table core.cost_lines ({LINES})")
    connection.execute("delete from raw.deployments")
    values = [
        (i, n, i, MONTH, scope, rule, 1, method, f"t-{d}", d, micros, "USD")
        for i, n, scope, rule, method, d, micros in rows
    ]
    connection.executemany(
        f"insert into core.cost_lines values ({', '.join('?' * 12)})", values
    )
    for name, ended in deployments:
        connection.execute(
            "insert into raw.deployments values (?, ?, null, '2020-01-01', ?, 'x', 1)",
            [name, f"t-{name}", ended],
        )
    allocate(connection)
    return connection.execute(
        "select invoice_uuid, line_number, deployment_id, bucket, amount_micros "
        "from core.cost_allocation order by all"
    ).fetchall()


def allocate(connection):
    """Build what lies between the lines and their allocation."""
    names = ("allocation_drivers", "allocation_shares", "shared_costs")
    for name in (*names, "cost_allocation"):
        build(connection, all_models()[f"core.{name}"])


amounts = st.integers(-(10**12), 10**12)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(amounts, st.lists(st.integers(1, 10**11), min_size=1, max_size=6)),
        min_size=1,
        max_size=20,
    )
)
def test_shares_are_those_of_the_reference_and_sum_to_the_line(warehouse, cases):
    rows = []
    expected = []
    for number, (amount, weights) in enumerate(cases):
        invoice = f"i{number:02d}"
        names = {f"d{n}": weight for n, weight in enumerate(weights)}
        for n, (name, weight) in enumerate(names.items(), start=1):
            rows.append((invoice, n, "tenant", "owner", "keep", name, weight))
        rows.append(
            (invoice, 99, "shared", "shared_by_cost", "by_cost", "unattributed", amount)
        )
        expected += [
            (invoice, 99, name, "shared", part)
            for name, part in shared_out(amount, names).items()
        ]
    found = [row for row in allocated(warehouse, rows) if row[1] == 99]
    assert found == sorted(expected)


@pytest.mark.parametrize(
    ("deployments", "expected"),
    [
        pytest.param(
            [("a", None), ("b", None), ("gone", "2026-04-01")],
            [("a", "shared", 3), ("b", "shared", 2)],
            id="nobody has direct cost: equal parts of who was there",
        ),
        pytest.param(
            [("gone", "2026-03-31")],
            [("unattributed", "unattributed", 5)],
            id="nobody was there: it stays unattributed",
        ),
    ],
)
def test_a_rule_falls_back_as_it_says(warehouse, deployments, expected):
    rows = [("i", 1, "shared", "shared_by_cost", "by_cost", "unattributed", 5)]
    found = allocated(warehouse, rows, deployments)
    assert [(row[2], row[3], row[4]) for row in found] == expected


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        pytest.param(
            [("a", 3), ("b", 1), ("gone", 9)], [("a", 75), ("b", 25)], id="by weight"
        ),
        pytest.param([("a", 3)], [("a", 100)], id="who has no weight bears nothing"),
        pytest.param(
            [("gone", 9)],
            [("a", 50), ("b", 50)],
            id="nobody there has one: equal parts",
        ),
    ],
)
def test_a_weighted_rule_shares_by_weights_that_are_data(weights, expected):
    rows = [("i", 1, "shared", "by_weight", "weighted", "unattributed", -100)]
    with fresh_warehouse() as connection:
        connection.execute(
            "update ref.allocation_rules set rule = 'by_weight', method = 'weighted' "
            "where scope = 'shared'"
        )
        for name, weight in weights:
            connection.execute(
                "insert into ref.allocation_weights (tenant_id, deployment_id, weight) "
                "values (?, ?, ?)",
                [f"t-{name}", name, weight],
            )
        there = [("a", None), ("b", None), ("gone", "2026-03-31")]
        found = allocated(connection, rows, there)
    assert [(row[2], -row[4]) for row in found] == expected


def test_every_scope_has_its_bucket(warehouse):
    rows = [
        ("i", n, scope, scope, "keep", "d" if scope == "tenant" else "x", n)
        for n, scope in enumerate(
            ("tenant", "internal", "tax", "rounding", "unattributed"), start=1
        )
    ]
    assert [(row[2], row[3]) for row in allocated(warehouse, rows)] == [
        ("d", "tenant"),
        ("unattributed", "internal"),
        ("unattributed", "tax"),
        ("unattributed", "provider_rounding"),
        ("unattributed", "unattributed"),
    ]


def test_ten_thousand_random_invoices_leave_no_residue():
    draw = random.Random(4)
    connection = fresh_warehouse()
    rows = []
    for number in range(10_000):
        for line in range(1, draw.randint(2, 6)):
            scope = draw.choice(("tenant", "shared", "account", "tax", "unattributed"))
            is_shared = scope in ("shared", "account")
            micros = draw.choice((1, -1, draw.randint(-(10**9), 10**9), 5_000))
            rule = f"{scope}_by_cost" if is_shared else scope
            method = "by_cost" if is_shared else "keep"
            name = f"d{draw.randint(0, 6)}"
            rows.append(f"{number},{line},{scope},{rule},{method},{name},{micros}")
    connection.execute(f"create table core.cost_lines ({LINES})")
    connection.execute(
        "insert into core.cost_lines select 'i' || f[1], cast(f[2] as bigint), 'a' || "
        "cast(cast(f[1] as bigint) % 500 as varchar), timestamp '2026-04-01', f[3], "
        "f[4], 1, f[5], 't' || f[6], f[6], cast(f[7] as bigint), 'USD' "
        "from (select string_split(unnest(?), ',') as f)",
        [rows],
    )
    connection.execute(
        "create table marts.provider_invoices as select invoice_uuid, "
        "'accepted' as verdict, cast(sum(amount_micros) as bigint) as lines_micros "
        "from core.cost_lines group by all"
    )
    allocate(connection)
    connection.execute("create view marts.cost_allocation as from core.cost_allocation")
    audit = next(a for a in all_audits() if a.name == "invoices_leave_no_residue")
    assert broken_audit(connection, audit) == []
    assert connection.execute(
        "select count(*) from marts.provider_invoices"
    ).fetchall() == [(10_000,)]
