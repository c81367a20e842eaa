"""The original worker's vectors: its rule by the reference, ours by the models."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cost_pipeline_tests.reference.spend import (
    Machine,
    month_of,
    original_is_over,
    original_rate_cents,
    original_spend_cents,
)
from cost_pipeline_tests.sql.spend_tables import (
    NO_COSTS,
    PLANS,
    give_machines,
    hosted_warehouse,
    machines_of,
    plan,
    plans_text,
)
from cost_pipeline_tests.tables import build_models

VECTORS = Path(__file__).parents[1] / "golden" / "vectors"

# Where our rule says more than the original's, and why.
OURS = {
    "3": 3200,  # what was deleted ran until it was
    "7": 16,  # 3599 s are not nothing
    "9": 16,
    "10": 48,  # two times 90 minutes are three hours
    "11": 16,
    "16": 384,  # deleting: it ran until it was gone
    "22": 384,  # a deletion to come has not happened
    "23": 5808,  # 362.9997 h, rounded once
}


def cases(name):
    found = json.loads((VECTORS / f"fly_{name}.json").read_text("utf-8"))
    return [pytest.param(case, id=case["id"]) for case in found["cases"]]


def instant(text):
    return datetime.fromisoformat(text).replace(tzinfo=None) if text else None


def machine_of(row):
    changes = row.get("status_changes", [])
    events = [(instant(change["at"]), change["status"]) for change in changes]
    created_at = instant(row["created_at"])
    if events:
        events.insert(0, (created_at, row["status"]))
    return Machine(
        row["instance_type"],
        row["status"],
        created_at,
        instant(row["deleted_at"]),
        tuple(events),
    )


@pytest.mark.parametrize("case", cases("current_period_start"))
def test_a_period_is_the_calendar_month_in_utc(case):
    # The second that begins at the instant, or holds it, is spent in its month.
    second = instant(case["in"]["now"]).replace(microsecond=0)
    connection = hosted_warehouse(second + timedelta(days=40))
    machine = Machine("shared-cpu-1x", "active", second, second + timedelta(seconds=1))
    give_machines(connection, {"machine": ("tenant", machine)})
    build_models(connection, "core.hosted_spend", given=NO_COSTS)
    found = connection.execute(
        "select cast(period_start as varchar), seconds from core.hosted_spend"
    ).fetchall()
    assert found == [(case["out"], 1)]


@pytest.mark.parametrize("case", cases("hourly_rate_cents"))
def test_the_original_rates_are_reproduced(case):
    assert original_rate_cents(case["in"]["instance_type"]) == case["out"]


@pytest.mark.parametrize("case", cases("hourly_rate_cents"))
def test_the_inherited_card_gives_the_same_rates_with_its_stated_fallback(case):
    connection = hosted_warehouse()
    build_models(connection, "core.rate_cards_in_force", given=NO_COSTS)
    found = connection.execute(
        "select price_cents from core.rate_cards_in_force "
        "where instance_type in (?, '*') order by instance_type = '*' limit 1",
        [case["in"]["instance_type"]],
    ).fetchall()
    assert found == [(case["out"],)]


@pytest.mark.parametrize("case", cases("plan_price_cents"))
def test_a_threshold_is_twice_the_plan_or_the_floor_of_a_free_one(case):
    connection = hosted_warehouse()
    given = Machine("shared-cpu-1x", "active", datetime(2026, 5, 1))
    give_machines(connection, {"machine": ("tenant", given)})
    plans = {PLANS: plans_text({"tenant": plan(case["in"]["plan"])})}
    build_models(connection, "core.spend_thresholds", given={**NO_COSTS, **plans})
    found = connection.execute(
        "select threshold_cents from core.spend_thresholds"
    ).fetchall()
    assert found == [(2 * case["out"] if case["out"] else 500,)]


@pytest.mark.parametrize("case", cases("estimate_org_spend_cents"))
def test_the_original_estimate_is_reproduced_from_the_same_tables(case):
    connection, start, now = estimate_case(case)
    machines = machines_of(connection, "tenant")
    assert original_spend_cents(machines, start, now) == case["out"]


@pytest.mark.parametrize("case", cases("estimate_org_spend_cents"))
def test_our_estimate_differs_only_where_the_original_forgets(case):
    connection, start, _ = estimate_case(case)
    build_models(connection, "core.spend_thresholds", given=NO_COSTS)
    found = connection.execute(
        "select coalesce(sum(spend_cents), 0) from core.spend_thresholds "
        "where period_start = ?",
        [start.date()],
    ).fetchall()
    assert found == [(OURS.get(case["id"], case["out"]),)]


def estimate_case(case):
    start, now = instant(case["in"]["period_start"]), instant(case["in"]["now"])
    connection = hosted_warehouse(now)
    rows = map(machine_of, case["in"]["deployments"])
    give_machines(connection, {f"m{n}": ("tenant", row) for n, row in enumerate(rows)})
    return connection, start, now


@pytest.mark.parametrize("case", cases("worker_runs"))
def test_the_original_worker_is_reproduced_run_by_run(case):
    written: set[tuple[int, str]] = set()
    orgs = {org["id"]: org for org in case["in"]["orgs"]}
    connection = hosted_warehouse()
    give_worker_machines(connection, case)
    machines = {org: machines_of(connection, str(org)) for org in orgs}
    for run in case["out"]["runs"]:
        now = instant(run["at"])
        start = month_of(now)
        spend = {
            org: original_spend_cents(owned, start, now)
            for org, owned in machines.items()
        }
        assert spend == {row["org_id"]: row["spend_cents"] for row in run["spend"]}
        over = {
            (org, str(start.date()))
            for org, cents in spend.items()
            if original_is_over(orgs[org]["plan"], cents)
        }
        alerts = {(row["org_id"], row["period_start"]) for row in run["alerts"]}
        assert over - written == alerts
        written |= over


# The instants our rule finds; the original could only fire at the next scan, did not
# watch free plans, and forgot or invented the hours of machines that were stopped.
CROSSINGS = {
    "1": [
        ("1", "2026-04-01", "2026-04-23 23:04:56"),
        ("1", "2026-05-01", "2026-05-04 23:04:56"),
        ("1", "2026-06-01", "2026-06-04 23:04:56"),
        ("2", "2026-05-01", "2026-05-14 12:35:25"),
        ("3", "2026-04-01", "2026-04-20 08:11:49"),
        ("3", "2026-05-01", "2026-05-01 08:11:49"),
        ("3", "2026-06-01", "2026-06-01 08:11:49"),
    ],
    "2": [
        ("1", "2026-05-01", "2026-05-01 01:58:59"),
        ("2", "2026-05-01", "2026-05-01 01:58:59"),
    ],
    "3": [],
    "4": [],
    "5": [("1", "2026-05-01", "2026-05-14 20:00:00")],
}


@pytest.mark.parametrize("case", cases("worker_runs"))
def test_crossings_of_the_worker_runs_have_their_exact_second(case):
    now = instant(case["out"]["runs"][-1]["at"])
    connection = hosted_warehouse(now)
    give_worker_machines(connection, case)
    plans = {str(org["id"]): plan(org["plan"]) for org in case["in"]["orgs"]}
    given = {**NO_COSTS, PLANS: plans_text(plans)}
    build_models(connection, "core.spend_crossings", given=given)
    found = connection.execute(
        "select tenant_id, cast(period_start as varchar), cast(crossed_at as varchar) "
        "from core.spend_crossings order by all"
    ).fetchall()
    assert found == CROSSINGS[case["id"]]


def give_worker_machines(connection, case):
    rows = enumerate(case["in"]["deployments"])
    machines = {f"m{n}": (str(row["org_id"]), machine_of(row)) for n, row in rows}
    give_machines(connection, machines)
