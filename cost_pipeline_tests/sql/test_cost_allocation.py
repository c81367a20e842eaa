"""Who bears a line: to the last millionth, by rules that are data."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cost_pipeline.models.build import build
from cost_pipeline.models.library import all_audits, all_models
from cost_pipeline.models.rules import broken_audit
from cost_pipeline_tests.reference.costs import shared_out
from cost_pipeline_tests.tables import build_models, fresh_warehouse

LINES = (
    "invoice_uuid varchar, line_number bigint, provider_account varchar, "
    "period_start timestamp, scope varchar, rule varchar, rule_version bigint, "
    "method varchar, tenant_id varchar, deployment_id varchar, amount_micros bigint, "
    "currency varchar"
)
MONTH = "2026-04-01"
MARTS = ("marts.provider_invoices", "marts.cost_allocation")

# Seven projects of customers, one that all share, one of our own; p9 nobody knows.
PROJECTS = {
    "raw.observations": "kind|provider_id|account|observed_at|document\n"
    + "\n".join(
        f'projects|p{n}|do:main|2014-01-01 00:00:00|{{"name": "p{n}"}}'
        for n in range(9)
    ),
    "raw.project_links": (
        "provider_project_id|tenant_id|deployment_id|role|valid_from\n"
        + "\n".join(f"p{n}|t-d{n}|d{n}|tenant|2014-01-01" for n in range(7))
        + "\np7|null|null|shared|2014-01-01\np8|null|null|internal|2014-01-01"
    ),
}

# What ten thousand files and an index leave in the raw tables; totals are whole cents.
GENERATED = {
    "raw.invoice_lines": "select invoice_uuid, 'v' || invoice_uuid as version, "
    "line_number, product, '' as group_description, 'box (x)' as description, "
    "project_name, amount_micros from rows",
    "raw.billing_files": "select 'do:main' as account, 'invoice_csv' as kind, "
    "invoice_uuid as subject, 'v' || invoice_uuid as sha256, count(*) as rows_read, "
    "0 as rows_quarantined from rows group by invoice_uuid",
    "raw.invoice_headers": "select 'do:main' as account, invoice_uuid, period, "
    "cast(round(sum(amount_micros), -4) as bigint) as amount_micros, "
    "false as is_preview, 'index' as source_file, 1 as source_row "
    "from rows group by invoice_uuid, period",
    "raw.receipts": "select 'do:main' as account, 'invoice_csv' as kind, "
    "subject, timestamp '2026-05-01' as received_at, sha256, '.csv' as suffix, "
    "1 as items, true as is_complete, 'accepted' as verdict from raw.billing_files "
    "union all select 'do:main', 'invoices', '', timestamp '2026-05-01', 'index', "
    "'.jsonl.gz', 1, true, 'accepted'",
}


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
    for name in ("allocation_shares", "cost_allocation"):
        build(connection, all_models()[f"core.{name}"])
    return connection.execute(
        "select invoice_uuid, line_number, deployment_id, bucket, amount_micros "
        "from core.cost_allocation order by all"
    ).fetchall()


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


def generated_bill(draw: random.Random) -> list[tuple[str, str, int]]:
    """Lines as (product, project, micros): fees, credits, taxes, parts of a cent."""
    products = ("Droplets", "Droplets", "Spaces Subscription", "Credits", "Taxes")
    lines = [
        (
            draw.choice(products),
            f"p{draw.randint(0, 9)}",
            draw.choice((1, -1, 5_000, draw.randint(-(10**9), 10**9))),
        )
        for _ in range(draw.randint(1, 5))
    ]
    # Exactly half a cent off is refused, which is not what is tried here.
    is_half = sum(micros for *_, micros in lines) % 10_000 == 5_000
    return [*lines, ("Droplets", "p0", 1)] if is_half else lines


def test_ten_thousand_random_invoices_leave_no_residue():
    draw = random.Random(4)
    rows = [
        f"{number},{line},{product},{project},{micros}"
        for number in range(10_000)
        for line, (product, project, micros) in enumerate(generated_bill(draw), 1)
    ]
    connection = fresh_warehouse()
    connection.execute(
        "create table rows as select 'i' || f[1] as invoice_uuid, f[3] as product, "
        "strftime(date '2014-01-01' + to_months(cast(f[1] as integer) % 120), '%Y-%m') "
        "as period, cast(f[2] as bigint) as line_number, f[4] as project_name, "
        "cast(f[5] as bigint) as amount_micros "
        "from (select string_split(unnest(?), ',') as f)",
        [rows],
    )
    for table, query in GENERATED.items():
        connection.execute(f"insert into {table} by name {query}")
    build_models(connection, *MARTS, given=PROJECTS)
    audit = next(a for a in all_audits() if a.name == "invoices_leave_no_residue")
    assert broken_audit(connection, audit) == []
    assert connection.execute(
        "select count(*), count(*) filter (where invoices.amount_micros = "
        "(select sum(amount_micros) from marts.cost_allocation as parts "
        "where parts.invoice_uuid = invoices.invoice_uuid)) "
        "from marts.provider_invoices as invoices where verdict = 'accepted'"
    ).fetchall() == [(10_000, 10_000)]
    assert connection.execute(
        "select count(distinct bucket) from marts.cost_allocation"
    ).fetchall() == [(6,)]
