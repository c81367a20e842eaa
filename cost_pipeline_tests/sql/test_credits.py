"""Credits: periods, tiers and imports, each case that would hurt."""

from datetime import date, datetime

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


def test_credits_from_before_the_anchor_are_of_the_first_period(run_model):
    rows = run_model(
        "core.credit_usage",
        given=BASE
        | {
            "raw.installs": """
                install_id | tier | first_seen_at
                a          | core | 2026-04-01
            """,
            "raw.credit_events": """
                event_id | install_id | occurred_at | tier | backend
                1        | a          | 2026-02-10  | core | gemini
                2        | a          | 2026-04-10  | core | gemini
            """,
        },
        select="period_number, month, credits",
    )
    assert rows == [(0, date(2026, 2, 1), 1), (0, date(2026, 4, 1), 1)]


def test_imported_counters_without_a_period_are_of_the_last_use(run_model):
    rows = run_model(
        "marts.credit_balances",
        given=BASE
        | {
            "raw.installs": """
                install_id | tier | first_seen_at
                before     | pro  | 2026-01-15
                within     | pro  | 2026-01-15
                coming     | pro  | 2026-01-15
            """,
            "raw.credit_ledger_import": """
                install_id | tier_snapshot | monthly_consumed | last_active_at
                before     | pro           | 4                | 2026-05-14
                within     | pro           | 4                | 2026-05-16
                coming     | pro           | 4                | 2026-05-21
            """,
        },
        select="install_id, period_start, monthly_used",
    )
    may = datetime(2026, 5, 15)
    assert rows == [("before", may, 0), ("coming", may, 0), ("within", may, 4)]


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
                same       | studio    | pro  | 2026-05-01    | 2026-05-19
            """,
            "raw.credit_events": """
                event_id | install_id | occurred_at | tier | backend
                1        | bought     | 2026-05-02  | core | gemini
                2        | later      | 2026-05-02  | core | gemini
                3        | same       | 2026-05-19  | core | gemini
            """,
        },
        select="install_id, tier, capped, used, remaining, gemini_remaining",
    )
    assert rows == [
        ("bought", "pro", "monthly", 0, 10, 3),
        ("later", "core", "lifetime", 1, 4, 2),
        ("same", "pro", "monthly", 0, 10, 3),
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


def test_beyond_the_cap_on_gemini_is_an_overdraft_and_all_spent_is_none(run_model):
    lines = ["event_id | install_id | occurred_at | tier | backend"]
    lines += [f"a{number} | a | 2026-05-01 | core | hardware" for number in range(5)]
    lines += [f"b{number} | b | 2026-05-01 | core | gemini" for number in range(4)]
    rows = run_model(
        "core.credit_findings",
        given=BASE
        | {
            "raw.credit_events": "\n".join(lines),
            "raw.credit_ledger_import": """
                install_id | tier_snapshot | last_renewal_at
                c          | core          | null
                d          | core          | 2026-05-01
            """,
            "ref.credit_tier_prices": """
                tier | price_cents | currency | effective_from
                pro  | 900         | USD      | 2026-01-01
            """,
        },
        select="finding, subject_id, detail",
    )
    found = [row for row in rows if row[0] != "credit_install_unknown"]
    assert [row[:2] for row in found] == [
        ("credit_import_doubtful", "c"),
        ("credit_overdraft", "b"),
        ("credit_price_unknown", "max"),
    ]
    assert "4 used of the lifetime quota of core" in found[1][2]
