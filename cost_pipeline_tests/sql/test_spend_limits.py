"""What spend is held to: plans, thresholds, floors and other currencies."""

from datetime import date, datetime, timedelta

from cost_pipeline_tests.reference.spend import Machine
from cost_pipeline_tests.sql.spend_tables import (
    NO_COSTS,
    PLAN_HEADER,
    PLANS,
    give_machines,
    hosted_warehouse,
    plans_text,
    spend_of,
)
from cost_pipeline_tests.tables import build_models

MAY = datetime(2026, 5, 1)


def test_a_plan_changed_in_the_middle_does_not_move_the_months_threshold():
    plans = PLAN_HEADER + (
        "t||pro|v|2900|USD|2026-01-01|2026-05-10\nt||team|v|9900|USD|2026-05-10|null"
    )
    machine = Machine("shared-cpu-1x", "active", datetime(2026, 4, 1))
    found = spend_of(
        {"m": machine},
        given={PLANS: plans},
        select="period_start, plan_code, threshold_cents",
        now=datetime(2026, 6, 2),
    )
    assert found == [
        (date(2026, 4, 1), "pro", 5800),
        (date(2026, 5, 1), "pro", 5800),
        (date(2026, 6, 1), "team", 19800),
    ]


def test_plans_add_up_and_the_first_to_begin_in_a_month_counts_for_all_of_it():
    plans = PLAN_HEADER + (
        "both|a|pro|v|2900|USD|2026-01-01|null\nboth|b|team|v|9900|USD|2026-05-01|null\n"
        "later||pro|v|2900|USD|2026-05-10|null\nlater||team|v|9900|USD|2026-05-11|null\n"
        "ended||team|v|9900|USD|2026-01-01|2026-05-01"
    )
    connection = hosted_warehouse()
    machine = Machine("shared-cpu-1x", "active", MAY)
    give_machines(connection, {n: (n, machine) for n in ("both", "later", "ended")})
    build_models(connection, "core.spend_thresholds", given={**NO_COSTS, PLANS: plans})
    query = "select tenant_id, plan_code, threshold_cents from core.spend_thresholds"
    assert sorted(connection.execute(query).fetchall()) == [
        ("both", "pro + team", 25_600),
        ("ended", "none", 500),
        ("later", "pro", 5800),
    ]


def test_a_tenant_of_relays_is_held_to_the_plans_of_those_that_ran():
    given = {
        "core.activity_states": """
            tenant_id | created_at | next_at    | is_active_after | plan_after
            t         | 2026-01-01 | 2026-02-01 | true            | growth
            t         | 2026-02-01 | null       | true            | basic
            t         | 2026-03-01 | null       | true            | basic
            t         | 2026-03-01 | 2026-04-01 | true            | growth
            t         | 2026-04-01 | null       | false           | growth
            t         | 2026-05-02 | null       | true            | growth
        """,
        "core.plan_prices": """
            plan_code | base_price_cents | currency | valid_from | valid_to
            basic     | 1000             | USD      | 2026-01-01 | 2026-03-01
            basic     | 1100             | USD      | 2026-03-01 | 9999-12-31
            growth    | 3000             | USD      | 2026-01-01 | 9999-12-31
        """,
    }
    machine = Machine("shared-cpu-1x", "active", MAY)
    select = "plan_code, plan_price_cents, threshold_cents"
    found = spend_of({"m": machine}, given=given, select=select)
    assert found == [("basic", 2100, 4200)]


def test_each_of_several_thresholds_is_reached_at_its_own_second():
    machine = Machine("performance-1x", "active", MAY)
    given = {
        PLANS: plans_text({"t": ("odd", 2901, "USD")}),
        "ref.spend_thresholds": """
            metric            | threshold_pct | floor_cents | floor_currency | audience
            fly_compute_spend | 150           | 500         | USD            | owner
            fly_compute_spend | 300           | 500         | USD            | owner
            fly_compute_spend | 6000          | 500         | USD            | owner
        """,
    }
    select = "threshold_pct, threshold_cents, is_over"
    found = spend_of({"m": machine}, given=given, select=select)
    # 150 % of 29.01 is 43.515, rounded half up.
    assert found == [(150, 4352, True), (300, 8703, True), (6000, 174_060, False)]
    select = "threshold_pct, crossed_at"
    found = spend_of({"m": machine}, given=given, select=select, table="crossings")
    assert found == [
        (150, datetime(2026, 5, 1, 11, 53, 27)),
        (300, datetime(2026, 5, 1, 23, 46, 44)),
    ]


def test_a_projection_that_only_reaches_the_threshold_is_over_it():
    given = {PLANS: plans_text({"t": ("exact", 5952, "USD")})}
    select = "projected_cents, is_over, is_projected_over"
    # A deletion that is still to come has not happened, and may not.
    machine = Machine("shared-cpu-1x", "active", MAY, datetime(2026, 7, 1))
    assert spend_of({"m": machine}, given=given, select=select) == [
        (11_904, False, True)
    ]


def test_a_tenant_without_a_plan_is_held_to_the_floor():
    machine = Machine("performance-1x", "active", MAY)
    select = "plan_code, plan_price_cents, threshold_cents, is_over"
    assert spend_of({"m": machine}, select=select) == [("none", 0, 500, True)]


def test_spend_in_another_currency_is_converted_once_and_judged_in_its_own():
    machine = Machine("shared-cpu-1x", "active", MAY)
    given = {
        PLANS: plans_text({"t": ("pro", 2900, "AUD")}),
        "core.fx_daily": """
            day        | base | quote | rate         | rate_date
            2026-04-30 | USD  | AUD   | 1.5000000000 | 2026-04-30
            2026-05-01 | USD  | AUD   | 9.0000000000 | 2026-05-01
            2026-05-20 | USD  | AUD   | 1.4381200000 | 2026-05-19
        """,
    }
    april = Machine(
        "shared-cpu-1x", "active", datetime(2026, 4, 1), datetime(2026, 4, 2)
    )
    select = "period_start, currency, fx_rate, spend_cents, is_over"
    found = spend_of({"a": april, "m": machine}, given=given, select=select)
    # April at its last day's rate; 456 h x 16 cents x 1.43812 = 10492.52...
    assert [(d.month, c, str(r), s, o) for d, c, r, s, o in found] == [
        (4, "AUD", "1.5000000000", 576, False),
        (5, "AUD", "1.4381200000", 10493, True),
    ]


def test_amounts_are_rounded_half_up_and_to_the_millionth_before_an_exchange():
    late = Machine("shared-cpu-1x", "active", MAY + timedelta(minutes=1))
    found = spend_of({"m": late}, select="spend_cents, projected_cents")
    # A minute less than 456 h and 744 h is 0.2667 cents less.
    assert found == [(7296, 11_904)]
    brief = Machine("shared-cpu-1x", "active", MAY, MAY + timedelta(seconds=2))
    given = {
        PLANS: plans_text({"t": ("pro", 2900, "IDR")}),
        "core.fx_daily": """
            day        | base | quote | rate   | rate_date
            2026-05-20 | USD  | IDR   | 4000.0 | 2026-05-19
        """,
    }
    select = "spend_cents, projected_cents"
    found = spend_of({"m": brief}, given=given, select=select, inherited=False)
    # 1.693 millionths of a dollar are 2, and those 0.8 cents.
    assert found == [(1, 1)]


def test_without_a_recent_rate_nothing_is_judged_and_it_is_said():
    machine = Machine("shared-cpu-1x", "active", MAY)
    given = {PLANS: plans_text({"t": ("pro", 2900, "AUD")})}
    found = spend_of({"m": machine}, given=given, select="spend_cents, is_over")
    assert found == [(None, False)]
    said = spend_of({"m": machine}, given=given, select="finding", table="findings")
    assert said == [("no_fx_rate",)]
