"""What credits cost and earn, and what nobody knows of them."""

from datetime import UTC, date, datetime

from cost_pipeline.models.library import all_audits
from cost_pipeline.models.rules import broken_audit
from cost_pipeline_tests.tables import build_models, fresh_warehouse

NOBODY = {"core.activity_states": "tenant_id | created_at"}
QUOTAS = {
    "raw.credit_quotas": """
        tier | lifetime | gemini_cap_lifetime | monthly | gemini_cap_monthly
        core | 5        | 3                   |         |
        pro  |          |                     | 10      | 3
        max  |          |                     |         | 5
    """
}
BASE = NOBODY | QUOTAS

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
    # A tier that changes at a boundary is paid from there; a period that begins at the
    # run's now has begun.
    rows = run_model(
        "core.credit_revenue",
        given=MONEY
        | {
            "raw.installs": """
                install_id | tier | first_seen_at | tier_changed_at
                a          | pro  | 2026-03-31    | 2026-03-31
                b          | pro  | 2026-03-20    | 2026-04-20
            """,
            "raw.credit_events": "event_id | install_id | occurred_at | tier | backend",
        },
        select="deployment_id, month, amount_cents",
    )
    march, april, may = (date(2026, month, 1) for month in (3, 4, 5))
    assert rows == [
        ("a", march, 900),
        ("a", april, 1000),
        ("b", april, 900),
        ("b", may, 1000),
    ]


def test_what_nobody_knows_is_named_and_never_dropped():
    with fresh_warehouse(datetime(2026, 5, 20, tzinfo=UTC)) as connection:
        build_models(
            connection,
            "core.credit_findings",
            "marts.quarantine",
            "core.credit_revenue",
            "marts.credit_balances",
            given=MONEY,
        )
        found = connection.execute(
            "select finding, subject_id, tenant_id from core.credit_findings "
            "order by all"
        ).fetchall()
        aside = connection.execute(
            "select table_name, source_row, reason from marts.quarantine"
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


def test_a_credit_that_is_counted_twice_or_not_at_all_breaks_the_audit():
    audit = next(a for a in all_audits() if a.name == "credits_all_counted")
    with fresh_warehouse(datetime(2026, 5, 20, tzinfo=UTC)) as connection:
        # The import holds the first three; one after now counts nowhere.
        later = "7 | a | 2026-05-21 | pro | gemini\n"
        events = MONEY["raw.credit_events"].rstrip() + "\n" + later
        build_models(
            connection, "core.credit_usage", given=MONEY | {"raw.credit_events": events}
        )
        assert broken_audit(connection, audit) == []
        connection.execute(
            "update core.credit_anchors set imported_until = "
            "timestamp '2026-04-30 05:30:00' where install_id = 'a'"
        )
        assert len(broken_audit(connection, audit)) == 1
        connection.execute(
            "delete from core.credit_usage where install_id = 'a' "
            "and last_at <= timestamp '2026-04-30 05:30:00'"
        )
        assert broken_audit(connection, audit) == []
        connection.execute("update core.credit_usage set credits = credits + 1")
        assert len(broken_audit(connection, audit)) == 1
