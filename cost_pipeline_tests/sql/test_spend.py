"""Hosted spend, thresholds and crossings, by cases that would hurt and at random."""

from datetime import date, datetime, timedelta
from fractions import Fraction
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

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
    spend_of,
)
from cost_pipeline_tests.tables import NOW, build_models

MAY = datetime(2026, 5, 1)


def may(day, hour=0):
    return datetime(2026, 5, day, hour)


def test_three_small_machines_cross_a_pro_plan_after_120_hours_and_50_minutes():
    machines = {f"m{n}": Machine("shared-cpu-1x", "active", MAY) for n in range(3)}
    given = {PLANS: plans_text({"t": plan("pro")})}
    found = spend_of(machines, given=given, select="crossed_at", table="crossings")
    assert found == [(datetime(2026, 5, 6, 0, 50),)]


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


def test_a_status_that_is_still_to_come_is_not_known():
    stops = ((MAY, "active"), (may(25), "stopped"))
    runs = Machine("shared-cpu-1x", "active", MAY, events=stops)
    starts = Machine("shared-cpu-1x", "stopped", MAY, events=((may(25), "active"),))
    select = "spend_cents, projected_cents"
    found = spend_of({"runs": runs, "starts": starts}, select=select)
    assert found == [(456 * 16, 744 * 16)]


def test_a_threshold_reached_just_as_machines_change_is_crossed_once():
    changed_at = may(9, 8)
    before = Machine("shared-cpu-1x", "deleting", MAY, changed_at)
    after = Machine("shared-cpu-2x", "active", changed_at)
    given = {PLANS: plans_text({"t": ("exact", 1600, "USD")})}
    machines = {"before": before, "after": after}
    found = spend_of(machines, given=given, select="crossed_at", table="crossings")
    # 200 h x 16 cents are twice 16 dollars.
    assert found == [(changed_at,)]


def test_the_last_hours_of_a_month_are_judged_in_the_next():
    created_at = datetime(2026, 4, 30, 22)
    machine = Machine("performance-8x", "active", created_at, MAY)
    given = {PLANS: plans_text({"t": plan("pro")})}
    found = spend_of({"m": machine}, given=given, select="*", table="crossings")
    crossed = datetime(2026, 4, 30, 23, 58, 59)
    assert found == [("t", "fly_compute_spend", date(2026, 4, 1), 200, crossed)]


def test_an_invoiced_share_stands_beside_the_estimate_without_tax():
    given = {
        PLANS: plans_text({"t": plan("pro")}),
        "core.provider_invoices": """
            invoice_uuid | period_start
            april        | 2026-04-01
            june         | 2026-06-01
        """,
        "core.cost_allocation": """
            invoice_uuid | tenant_id    | bucket       | amount_micros | currency
            april        | t            | tenant       | 57_000_000    | USD
            april        | t            | shared       | 1_000_000     | USD
            april        | t            | tax          | 5_800_000     | USD
            april        | unattributed | unattributed | 900_000_000   | USD
            april        | unattributed | shared       | 900_000_000   | USD
            june         | t            | tenant       | 99_000_000    | USD
        """,
    }
    found = spend_of({}, given=given, select="metric, spend_cents, is_over, audience")
    assert found == [("invoiced_cost", 5800, True, "operator")]


def test_what_the_estimate_cannot_know_is_said():
    plans = PLAN_HEADER + (
        "t|a|pro|v|2900|USD|2026-01-01|null\nt|b|basic|v|900|AUD|2026-01-01|null"
    )
    machines = {
        status: Machine("shared-cpu-1x", status, MAY)
        for status in ("active", "stopped", "melted")
    }
    given = {
        PLANS: plans,
        "raw.hosted_status_events": """
            deployment_id | status | occurred_at
            forgotten     | active | 2026-05-01
            forgotten     | active | 2026-06-01
            to come       | active | 2026-06-01
        """,
    }
    select = "finding, subject_id"
    found = spend_of(machines, given=given, select=select, table="findings")
    assert found == [
        ("no_status_history", "stopped"),
        ("plan_of_other_currency", "t 2026-05-01"),
        ("status_without_machine", "forgotten"),
        ("unknown_status", "melted"),
    ]


def some_machine(random: Random) -> Machine:
    """A machine whose life, stops and types hit the edges now and then."""

    def instant() -> datetime:
        if random.random() < 0.2:
            return MAY + timedelta(days=random.choice([-31, -30, -1, 0, 1, 19]))
        return MAY + timedelta(seconds=random.randrange(-60 * 86_400, 24 * 86_400))

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
