"""Hosted spend, thresholds and crossings, by cases that would hurt and at random."""

from datetime import date, datetime, timedelta
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cost_pipeline.warehouse.checking import broken_audit, broken_rules
from cost_pipeline.warehouse.models import all_audits, all_models
from cost_pipeline_tests.reference.spend import (
    Machine,
    crossed_at,
    rounded,
    spend_cents,
)
from cost_pipeline_tests.sql.spend_tables import (
    INHERITED,
    NO_COSTS,
    PLAN_HEADER,
    PLANS,
    give_machines,
    hosted_warehouse,
    plan,
    plans_text,
)
from cost_pipeline_tests.tables import NOW, build_models

MAY = datetime(2026, 5, 1)


def may(day, hour=0):
    return datetime(2026, 5, day, hour)


def spend_of(
    machines, *, given=None, now=NOW, select, inherited=True, table="thresholds"
):
    connection = hosted_warehouse(now, inherited=inherited)
    give_machines(connection, {n: ("t", m) for n, m in machines.items()})
    tables = {**NO_COSTS, **(given or {})}
    build_models(connection, f"core.spend_{table}", given=tables)
    return connection.execute(
        f"select {select} from core.spend_{table} order by all"
    ).fetchall()


def test_three_small_machines_cross_a_pro_plan_after_120_hours_and_50_minutes():
    machines = {f"m{n}": Machine("shared-cpu-1x", "active", MAY) for n in range(3)}
    given = {PLANS: plans_text({"t": plan("pro")})}
    found = spend_of(machines, given=given, select="crossed_at", table="crossings")
    assert found == [(datetime(2026, 5, 6, 0, 50),)]


def test_at_published_prices_the_same_machines_cost_pennies_and_cross_nothing():
    machines = {f"m{n}": Machine("shared-cpu-1x", "active", MAY) for n in range(3)}
    given = {PLANS: plans_text({"t": plan("pro")})}
    select = "spend_cents, projected_cents, is_over, rate_card"
    found = spend_of(machines, given=given, select=select, inherited=False)
    # 3 x 1,641,600 s and 3 x 2,678,400 s at 0.00008465 cents.
    assert found == [(417, 680, False, "fly-2026-08")]


def test_stopping_and_deleting_keep_the_hours_that_were_run():
    stopped = Machine(
        "performance-1x", "stopped", MAY, events=((MAY, "active"), (may(3), "stopped"))
    )
    deleted = Machine("performance-1x", "deleting", MAY, may(4))
    found = spend_of(
        {"s": stopped, "d": deleted}, select="spend_cents, projected_cents"
    )
    assert found == [((48 + 72) * 366, (48 + 72) * 366)]


def test_a_machine_resumed_is_not_charged_for_the_time_it_stood():
    events = ((MAY, "active"), (may(1, 1), "stopped"), (may(2), "active"))
    machine = Machine("performance-1x", "active", MAY, events=events)
    found = spend_of({"m": machine}, select="spend_cents", now=datetime(2026, 5, 2, 1))
    assert found == [(2 * 366,)]


def test_the_last_hours_of_a_month_are_judged_in_the_next():
    created_at = datetime(2026, 4, 30, 22)
    machine = Machine("performance-8x", "active", created_at, MAY)
    given = {PLANS: plans_text({"t": plan("pro")})}
    found = spend_of({"m": machine}, given=given, select="*", table="crossings")
    crossed = datetime(2026, 4, 30, 23, 58, 59)
    assert found == [("t", "fly_compute_spend", date(2026, 4, 1), 200, crossed)]


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
            2026-05-20 | USD  | AUD   | 1.4380870000 | 2026-05-19
        """,
    }
    select = "currency, fx_rate, spend_cents, is_over"
    found = spend_of({"m": machine}, given=given, select=select)
    # 456 h x 16 cents x 1.438087 = 10492.28...
    assert [(c, str(r), s, o) for c, r, s, o in found] == [
        ("AUD", "1.4380870000", 10492, True)
    ]


def test_without_a_recent_rate_nothing_is_judged_and_it_is_said():
    machine = Machine("shared-cpu-1x", "active", MAY)
    given = {PLANS: plans_text({"t": ("pro", 2900, "AUD")})}
    found = spend_of({"m": machine}, given=given, select="spend_cents, is_over")
    assert found == [(None, False)]
    said = spend_of({"m": machine}, given=given, select="finding", table="findings")
    assert said == [("no_fx_rate",)]


def test_an_invoiced_share_stands_beside_the_estimate_without_tax():
    given = {
        PLANS: plans_text({"t": plan("pro")}),
        "core.provider_invoices": """
            invoice_uuid | period_start
            april        | 2026-04-01
        """,
        "core.cost_allocation": """
            invoice_uuid | tenant_id    | bucket       | amount_micros | currency
            april        | t            | tenant       | 57_000_000    | USD
            april        | t            | shared       | 1_000_000     | USD
            april        | t            | tax          | 5_800_000     | USD
            april        | unattributed | unattributed | 900_000_000   | USD
        """,
    }
    found = spend_of({}, given=given, select="metric, spend_cents, is_over, audience")
    assert found == [("invoiced_cost", 5800, True, "operator")]


def test_an_unknown_type_costs_the_cards_fallback_and_warns():
    connection = hosted_warehouse(inherited=False)
    give_machines(connection, {"m": ("t", Machine("gpu-a100", "active", MAY))})
    build_models(connection, "core.spend_findings", given=NO_COSTS)
    spend = all_models()["core.hosted_spend"]
    assert [rule.is_warning for rule in broken_rules(connection, spend)] == [True]
    found = connection.execute("select price_cents from core.hosted_spend").fetchall()
    assert str(found[0][0]) == "0.020371200000"
    said = connection.execute("select finding, subject_id from core.spend_findings")
    assert said.fetchall() == [("unknown_instance_type", "gpu-a100")]


@pytest.mark.parametrize(
    ("inherited", "types"),
    [
        pytest.param(False, 0, id="the card in use is right"),
        pytest.param(True, 8, id="the inherited card is 50 to 80 times too high"),
    ],
)
def test_a_card_is_held_to_the_published_monthly_prices(inherited, types):
    connection = hosted_warehouse(inherited=inherited)
    build_models(connection, "core.rate_cards_in_force", given=NO_COSTS)
    audits = {audit.name: audit for audit in all_audits()}
    broken = broken_audit(connection, audits["rate_cards_match_published_prices"])
    assert sum(rule.rows for rule in broken) == types


def test_a_machine_of_a_droplet_size_costs_what_the_provider_lists():
    sizes = """
        account | slug         | price_hourly_micros | currency
        do:main | s-1vcpu-1gb  | 8_930               | USD
    """
    machine = Machine("s-1vcpu-1gb", "active", MAY)
    given = {"core.size_prices": sizes}
    found = spend_of({"m": machine}, given=given, select="spend_cents, rate_card")
    # 456 h x 0.893 cents.
    assert found == [(407, "digitalocean-sizes")]


def test_a_price_rise_cuts_the_month_where_it_begins():
    connection = hosted_warehouse()
    connection.execute(
        "insert into raw.instance_rates values ('mockforge-2026', 'shared-cpu-1x', "
        "20, 3600, '2026-05-11', 'risen', 'test', 99)"
    )
    give_machines(connection, {"m": ("t", Machine("shared-cpu-1x", "active", MAY))})
    build_models(connection, "core.spend_thresholds", given=NO_COSTS)
    found = connection.execute(
        "select spend_cents from core.spend_thresholds"
    ).fetchall()
    assert found == [(240 * 16 + 216 * 20,)]


def test_a_price_per_a_strange_unit_of_time_is_not_free_unseen():
    connection = hosted_warehouse()
    connection.execute("update raw.instance_rates set per_seconds = 7")
    give_machines(connection, {"m": ("t", Machine("shared-cpu-1x", "active", MAY))})
    build_models(connection, "core.hosted_spend", given=NO_COSTS)
    audits = {audit.name: audit for audit in all_audits()}
    assert broken_audit(connection, audits["every_running_machine_is_priced"])


def some_machine(random: Random) -> Machine:
    """A machine whose life, stops and types hit the edges now and then."""

    def instant() -> datetime:
        if random.random() < 0.2:
            return MAY + timedelta(days=random.choice([-31, -30, -1, 0, 1, 19]))
        return MAY + timedelta(seconds=random.randrange(-60 * 86_400, 19 * 86_400))

    created_at = instant()
    lived = timedelta(seconds=random.randrange(1, 80 * 86_400))
    events = {
        instant(): random.choice(["active", "deploying", "stopped", "failed", "odd"])
        for _ in range(random.randrange(5))
    }
    return Machine(
        random.choice(sorted(INHERITED)),
        random.choice(["active", "stopped", "deleting"]),
        created_at,
        random.choice([None, created_at + lived]),
        tuple(sorted(events.items())),
    )


@settings(max_examples=4, deadline=None)
@given(st.randoms(use_true_random=False))
def test_sql_and_reference_agree_on_spend_and_on_the_second_of_crossing(random):
    # One run of the models is dear and its rows are cheap: many tenants in each.
    tenants = [
        [some_machine(random) for _ in range(random.randrange(4))] for _ in range(60)
    ]
    connection = hosted_warehouse()
    named = {
        f"{tenant}-{n}": (str(tenant), machine)
        for tenant, owned in enumerate(tenants)
        for n, machine in enumerate(owned)
    }
    give_machines(connection, named)
    plans = plans_text({str(n): plan("pro") for n in range(len(tenants))})
    build_models(connection, "core.spend_crossings", given={**NO_COSTS, PLANS: plans})
    found = connection.execute(
        "select tenant_id, spend_cents, is_over, crossed_at "
        "from core.spend_thresholds left join core.spend_crossings "
        "using (tenant_id, metric, period_start, threshold_pct) "
        "where period_start = '2026-05-01'"
    ).fetchall()
    now = NOW.replace(tzinfo=None)
    for tenant, cents, is_over, when in found:
        owned = tenants[int(tenant)]
        exact = spend_cents(owned, INHERITED, MAY, now, now)
        expected = crossed_at(
            owned, INHERITED, MAY, datetime(2026, 6, 1), now, Fraction(5800)
        )
        assert (cents, is_over, when) == (rounded(exact), exact >= 5800, expected)
