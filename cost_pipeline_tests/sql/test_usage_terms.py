"""Which day, price, rate and subscription counts where one ends and another begins."""

from datetime import datetime

REQUESTS = """
    quote_id | tenant_id | subscription_id | plan_version_id | currency | tax_code | month      | next_month | service_start       | service_end
    a        | t         | a               | v               | AUD      | T        | 2026-04-01 | 2026-05-01 | 2026-04-01T00:00:00 | 2026-05-01T00:00:00
    b        | t         | b               | v               | AUD      | T        | 2026-04-01 | 2026-05-01 | 2026-04-01T00:00:00 | 2026-05-01T00:00:00
"""  # noqa: E501
VERSIONS = """
    plan_version_id | plan_code | version | base_price_cents | currency
    v               | p         | 1       | 5000             | AUD
"""


def test_a_day_belongs_to_the_own_subscription_and_of_two_to_the_later(run_model):
    rows = run_model(
        "core.covered_usage",
        {
            "raw.deployments": """
                deployment_id | tenant_id
                mine          | t
                other         | t
            """,
            "raw.plan_versions": VERSIONS,
            "raw.subscriptions": """
                subscription_id | tenant_id | deployment_id | plan_version_id | started_at       | ended_at
                first           | t         | mine          | v               | 2026-04-03       | 2026-04-05T12:00
                next            | t         | mine          | v               | 2026-04-05T12:00 | 2026-04-07
                whole           | t         |               | v               | 2026-04-04       |
            """,  # noqa: E501
            "core.usage_daily": """
                day        | deployment_id | billing_kind | base_quantity | base_per_unit | is_observed
                2026-04-02 | mine          | k            | 1             | 1             | true
                2026-04-03 | mine          | k            | 2             | 1             | true
                2026-04-04 | mine          | k            | 4             | 1             | true
                2026-04-05 | mine          | k            | 8             | 1             | true
                2026-04-06 | mine          | k            | 16            | 1             | true
                2026-04-07 | mine          | k            | 32            | 1             | true
                2026-04-04 | other         | k            | 64            | 1             | true
            """,  # noqa: E501
        },
        select="subscription_id, deployment_id, base_quantity",
    )
    assert rows == [
        ("first", "mine", 2 + 4),
        ("next", "mine", 8 + 16),
        ("none", "mine", 1),
        ("whole", "mine", 32),
        ("whole", "other", 64),
    ]


def test_an_end_is_known_from_its_own_instant_on(run_model):
    rows = run_model(
        "core.tenant_plans",
        {
            "raw.plan_versions": VERSIONS,
            "raw.subscriptions": """
                subscription_id | tenant_id | plan_version_id | started_at | ended_at
                over            | t         | v               | 2026-01-01 | 2026-05-20T00:00:00
                to_come         | t         | v               | 2026-01-01 | 2026-05-20T00:00:01
            """,  # noqa: E501
        },
        select="subscription_id, valid_to",
    )
    assert rows == [("over", datetime(2026, 5, 20)), ("to_come", None)]


def test_an_add_on_and_its_end_are_not_known_before_their_time(run_model):
    rows = run_model(
        "staging.subscription_addons",
        {
            "raw.subscription_addons": """
                subscription_id | addon_code | started_at          | ended_at
                a               | over       | 2026-05-01          | 2026-05-20
                a               | to_end     | 2026-05-20          | 2026-05-20T00:00:01
                a               | to_come    | 2026-05-20T00:00:01 |
            """
        },
        select="addon_code, ended_at",
    )
    assert rows == [("over", datetime(2026, 5, 20)), ("to_end", None)]


def test_an_add_on_is_charged_for_the_time_it_was_held(run_model):
    rows = run_model(
        "core.quote_lines",
        {
            "core.quote_requests": REQUESTS,
            "raw.plan_versions": VERSIONS,
            "raw.addons": """
                addon_code | billing_kind | quantity | price_cents | currency
                extra      | dns_zones    | 1        | 100         | AUD
            """,
            "raw.subscription_addons": """
                subscription_id | addon_code | quantity | started_at | ended_at
                a               | extra      | 1        | 2026-03-01 | 2026-04-01
                a               | extra      | 2        | 2026-04-10 | 2026-04-20
                a               | extra      | 3        | 2026-04-20 | 2026-05-10
                a               | extra      | 4        | 2026-05-01 |
            """,
        },
        select="cast(inputs ->> 'count_micros' as int), "
        "cast(inputs ->> 'seconds' as int) / 86400",
    )
    assert rows[:2] == [(1_000_000, 30), (1_000_000, 30)]
    assert rows[2:] == [(2_000_000, 10), (3_000_000, 11)]


def test_half_a_cent_of_a_part_of_a_month_is_rounded_away_from_zero(run_model):
    rows = run_model(
        "core.quote_lines",
        {
            "core.quote_requests": REQUESTS.replace("05-01T00", "04-16T00"),
            "raw.plan_versions": VERSIONS.replace("5000 ", "5001 "),
            "raw.addons": """
                addon_code | billing_kind | quantity | price_cents | currency
                discount   | dns_zones    | 1        | -5001       | AUD
            """,
            "raw.subscription_addons": """
                subscription_id | addon_code | quantity | started_at
                a               | discount   | 1        | 2026-03-01
            """,
        },
        select="line_kind, amount_cents",
    )
    assert rows == [("addon", -2501), ("plan_base", 2501), ("plan_base", 2501)]


def test_a_price_outside_the_plan_is_that_of_the_first_day(run_model):
    rows = run_model(
        "core.quote_allowances",
        {
            "core.quote_requests": REQUESTS,
            "core.covered_usage": """
                subscription_id | month      | billing_kind | base_quantity | base_per_unit
                a               | 2026-04-01 | dns_zones    | 1             | 1
            """,  # noqa: E501
            "raw.resource_prices": """
                billing_kind | unit_price_cents | currency | effective_from | effective_to
                dns_zones    | 10               | AUD      | 2025-01-01     | 2026-04-01
                dns_zones    | 20               | AUD      | 2026-04-01     | 2026-05-01
                dns_zones    | 30               | AUD      | 2026-05-01     |
            """,  # noqa: E501
        },
        select="unit_price_cents",
    )
    assert rows == [(20,)]


def test_tax_has_the_rate_of_the_first_day_and_is_rounded_once_for_all(run_model):
    rows = run_model(
        "core.quote_taxes",
        {
            "core.quote_requests": REQUESTS,
            "core.quote_lines": """
                quote_id | currency | amount_cents
                a        | AUD      | 2
                b        | AUD      | 1
            """,
            "raw.tax_rates": """
                tax_code | rate | effective_from | effective_to
                T        | 0.9  | 2020-01-01     | 2026-04-01
                T        | 0.2  | 2026-04-01     | 2026-05-01
                T        | 0.9  | 2026-05-01     |
            """,
        },
        select="subtotal_cents, tax_cents",
    )
    # Two fifths and one fifth of a cent are nothing each, and one cent together.
    assert rows == [(3, 1)]


def test_a_cap_is_hit_beyond_it_and_half_a_cent_is_one(run_model):
    rows = run_model(
        "core.quote_overages",
        {
            "core.quote_allowances": """
                quote_id | billing_kind | base_quantity | base_per_unit | plan_micros | addon_micros | allowance_micros | days | month_days | allowance_policy | cap_micros | size_micros | unit_rounding | unit_price_cents
                at_cap   | k            | 6             | 2             | 1000000     | 0            | 1000000          | 30   | 30         | full             | 3000000    | 1000000     | none          | 1
                beyond   | k            | 7             | 2             | 1000000     | 0            | 1000000          | 30   | 30         | full             | 3000000    | 1000000     | none          | 1
                half     | k            | 3             | 2             | 1000000     | 0            | 1000000          | 30   | 30         | full             |            | 1000000     | none          | 1
            """,  # noqa: E501
        },
        select="quote_id, overage_cents, is_capped",
    )
    assert rows == [("at_cap", 2, False), ("beyond", 2, True), ("half", 1, False)]


def test_an_event_is_counted_in_the_nearest_whole_base_units(run_model):
    rows = run_model(
        "core.usage_events",
        {
            "raw.usage_events": """
                event_id | billing_kind  | quantity | occurred_at
                less     | droplet_hours | 0.000138 | 2026-05-01
                more     | droplet_hours | 0.000139 | 2026-05-01
                token    | llm_tokens    | 0.000001 | 2026-05-01
            """
        },
        select="event_id, base_quantity",
    )
    assert rows == [("less", 0), ("more", 1), ("token", 1)]
