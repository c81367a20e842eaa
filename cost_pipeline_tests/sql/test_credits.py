"""Credits: periods, tiers, imports and money, each case that would hurt."""

from datetime import UTC, date, datetime

from cost_pipeline.warehouse.checking import broken_audit
from cost_pipeline.warehouse.models import all_audits
from cost_pipeline_tests.tables import build_models, fresh_warehouse

NOBODY = {"core.subscription_anchors": "tenant_id | anchor_at"}
QUOTAS = {
    "raw.credit_quotas": """
        tier | lifetime | gemini_cap_lifetime | monthly | gemini_cap_monthly
        core | 5        | 3                   |         |
        pro  |          |                     | 10      | 3
        max  |          |                     |         | 5
    """
}
BASE = NOBODY | QUOTAS
DAYS = range(1, 8)
IMPORTED = {
    "install_id": "a",
    "tier_snapshot": "pro",
    "lifetime_consumed": "2",
    "monthly_consumed": "4",
    "last_renewal_at": "2026-04-30",
    "anniversary_day": "31",
    "last_active_at": "2026-05-10T12:00:00",
}


def test_the_first_paid_credit_settles_the_anchor_once(run_model):
    rows = run_model(
        "core.credit_anchors",
        given=BASE
        | {
            "raw.installs": """
                install_id | tier | first_seen_at
                free       | core | 2026-01-31T10:00:00
                paid       | pro  | 2026-01-31T10:00:00
            """,
            "raw.credit_events": """
                event_id | install_id | occurred_at         | tier | backend
                1        | free       | 2026-02-02T00:00:00 | core | gemini
                2        | paid       | 2026-02-02T00:00:00 | core | gemini
                3        | paid       | 2026-02-17T08:00:00 | pro  | gemini
                4        | paid       | 2026-02-18T00:00:00 | core | gemini
                5        | paid       | 2026-02-19T00:00:00 | max  | gemini
            """,
        },
        select="install_id, anchor_at, anchored_by",
    )
    assert rows == [
        ("free", datetime(2026, 1, 31, 10), "first_seen"),
        ("paid", datetime(2026, 2, 17, 8), "first_paid"),
    ]


def test_usage_keeps_every_period_and_month_apart(run_model):
    rows = run_model(
        "core.credit_usage",
        given=BASE
        | {
            "raw.credit_events": """
                event_id | install_id | occurred_at         | tier | backend
                1        | a          | 2026-01-31T10:00:00 | pro  | gemini
                2        | a          | 2026-02-01T00:00:00 | pro  | gemini
                3        | a          | 2026-02-28T09:59:59 | pro  | gemini
                4        | a          | 2026-02-28T10:00:00 | pro  | hardware
                5        | a          | 2026-03-31T10:00:00 | pro  | hardware
                6        | a          | 2026-05-21T00:00:00 | pro  | gemini
            """
        },
        select="period_number, month, backend, credits",
    )
    assert rows == [
        (0, date(2026, 1, 1), "gemini", 1),
        (0, date(2026, 2, 1), "gemini", 2),
        (1, date(2026, 2, 1), "hardware", 1),
        (2, date(2026, 3, 1), "hardware", 1),
    ]


def test_imported_counters_are_not_debited_again_by_events_they_hold(run_model):
    rows = run_model(
        "marts.credit_balances",
        given=BASE
        | {
            "raw.credit_ledger_import": "\n".join(
                [" | ".join(IMPORTED), " | ".join(IMPORTED.values())]
            ),
            "raw.credit_events": """
                event_id | install_id | occurred_at         | tier | backend
                1        | a          | 2026-05-10T12:00:00 | pro  | hardware
                2        | a          | 2026-05-11T00:00:00 | pro  | hardware
            """,
        },
        select="period_start, next_renewal_at, lifetime_used, monthly_used, remaining",
    )
    assert rows == [(datetime(2026, 4, 30), datetime(2026, 5, 31), 2, 5, 5)]


def test_a_tier_bought_counts_before_its_first_credit(run_model):
    rows = run_model(
        "marts.credit_balances",
        given=BASE
        | {
            "raw.installs": """
                install_id | tenant_id | tier | first_seen_at | tier_changed_at
                bought     | studio    | pro  | 2026-05-01    | 2026-05-19
                later      | studio    | pro  | 2026-05-01    | 2026-05-21
            """,
            "raw.credit_events": """
                event_id | install_id | occurred_at | tier | backend
                1        | bought     | 2026-05-02  | core | gemini
                2        | later      | 2026-05-02  | core | gemini
            """,
        },
        select="install_id, tier, capped, used, remaining, gemini_remaining",
    )
    assert rows == [
        ("bought", "pro", "monthly", 0, 10, 3),
        ("later", "core", "lifetime", 1, 4, 2),
    ]


def test_an_overdraft_is_shown_and_not_undone(run_model):
    lines = ["event_id | install_id | occurred_at | tier | backend"]
    lines += [f"{number} | a | 2026-05-0{number} | core | gemini" for number in DAYS]
    rows = run_model(
        "marts.credit_balances",
        given=BASE | {"raw.credit_events": "\n".join(lines)},
        select="used, remaining, overdraft, is_overdrawn, reason",
    )
    assert rows == [(7, 0, 4, True, "out_of_credits")]


MONEY = BASE | {
    "raw.installs": """
        install_id | tenant_id | tier | first_seen_at | tier_changed_at
        a          | studio    | pro  | 2026-03-31    | 2026-03-31
    """,
    "raw.credit_events": """
        event_id | install_id | occurred_at         | tier       | backend
        1        | a          | 2026-03-31T06:00:00 | pro        | gemini
        2        | a          | 2026-04-30T05:00:00 | max        | gemini
        3        | a          | 2026-04-30T05:30:00 | pro        | hardware
        4        | a          | 2026-05-02T00:00:00 | enterprise | gemini
        5        | a          | 2026-05-03T00:00:00 | pro        | gemini
        6        | stranger   | 2026-05-03T00:00:00 | core       | tpu
    """,
    "ref.credit_backend_costs": """
        backend  | unit_cost_micros | currency | effective_from
        gemini   | 2400             | USD      | 2026-01-01
        gemini   | 3000             | USD      | 2026-05-01
        hardware | 0                | USD      | 2026-01-01
    """,
    "ref.credit_tier_prices": """
        tier | price_cents | currency | effective_from
        pro  | 900         | USD      | 2026-01-01
        pro  | 1000        | USD      | 2026-04-30
        max  | 2900        | USD      | 2026-01-01
    """,
}


def test_every_answered_credit_costs_what_its_month_says(run_model):
    rows = run_model(
        "core.credit_costs",
        given=MONEY,
        select="month, tenant_id, deployment_id, backend, credits, cost_micros",
    )
    assert rows == [
        (date(2026, 3, 1), "studio", "a", "gemini", 1, 2400),
        (date(2026, 4, 1), "studio", "a", "gemini", 1, 2400),
        (date(2026, 4, 1), "studio", "a", "hardware", 1, 0),
        (date(2026, 5, 1), "studio", "a", "gemini", 2, 6000),
    ]


def test_a_period_earns_one_price_of_its_dearest_tier(run_model):
    rows = run_model(
        "core.credit_revenue",
        given=MONEY,
        select="month, tenant_id, deployment_id, service_start, tier, amount_cents",
    )
    first, second = datetime(2026, 3, 31, 6), datetime(2026, 4, 30, 6)
    assert rows == [
        (date(2026, 3, 1), "studio", "a", first, "max", 2900),
        (date(2026, 4, 1), "studio", "a", second, "pro", 1000),
    ]


def test_a_paid_install_that_rests_still_pays(run_model):
    rows = run_model(
        "core.credit_revenue",
        given=MONEY
        | {"raw.credit_events": "event_id | install_id | occurred_at | tier | backend"},
        select="month, amount_cents",
    )
    assert rows == [(date(2026, 3, 1), 900), (date(2026, 4, 1), 1000)]


def test_what_nobody_knows_is_named_and_never_dropped():
    with fresh_warehouse(datetime(2026, 5, 20, tzinfo=UTC)) as connection:
        build_models(
            connection,
            "core.credit_findings",
            "core.credit_quarantine",
            "core.credit_revenue",
            "marts.credit_balances",
            given=MONEY,
        )
        found = connection.execute(
            "select finding, subject_id, tenant_id from core.credit_findings "
            "order by all"
        ).fetchall()
        aside = connection.execute(
            "select table_name, source_row, reason from core.credit_quarantine"
        ).fetchall()
        audits = [audit for audit in all_audits() if audit.name.startswith("credit")]
        broken = [rule for audit in audits for rule in broken_audit(connection, audit)]
    assert found == [
        ("credit_cost_unknown", "tpu:2026-05-01", "unattributed"),
        ("credit_install_unknown", "stranger", "unattributed"),
        ("credit_tier_unknown", "a:enterprise", "studio"),
    ]
    assert aside == [("raw.credit_events", 4, "tier has no quota: enterprise")]
    assert len(audits) == 4
    assert broken == []
