"""Random logs of activities, and the plans they name, for tests of subscriptions."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from hypothesis import strategies as st

from cost_pipeline_tests.reference.subscriptions import Activity

ALWAYS = date(2000, 1, 1)
START = datetime(2024, 1, 28, 23, 59, 59)
LONG_AGO = datetime(1900, 1, 1)
RISE = datetime(2024, 3, 10, 12)
END = datetime(2024, 5, 31, 0, 30)
# plan, name, version, price, published, retired
PLANS = [
    ("free", "Free", 1, 0, LONG_AGO, None),
    ("basic", "Basic", 1, 1000, LONG_AGO, None),
    ("odd", "Odd", 1, 3333, LONG_AGO, RISE),
    ("odd", "Odd", 2, 7777, RISE, None),
    ("ended", "Ended", 1, 500, LONG_AGO, END - timedelta(days=60)),
]
PLAN_CODES = ("free", "basic", "odd", "ended", "unknown", None)
TYPES = ("create_relay", "update_relay", "activate_relay", "deactivate_relay", "ping")


def price_of(plan: str | None, at: datetime) -> int | None:
    found = [
        price
        for code, _, _, price, published, retired in PLANS
        if code == plan and published <= at and (retired is None or at < retired)
    ]
    return found[0] if found else None


@st.composite
def logs(draw: st.DrawFn) -> list[Activity]:
    """One tenant's log: few instants, so that many activities share one."""
    # Month ends, odd seconds, and the very instants of later boundaries.
    days = st.integers(0, 124)
    seconds = st.sampled_from([0, 1, 3599, 3600, 43_201, 86_399])
    instants = draw(
        st.lists(
            st.builds(lambda d, s: START + timedelta(days=d, seconds=s), days, seconds),
            min_size=1,
            max_size=6,
        )
    )
    entry = st.tuples(
        st.sampled_from(instants),
        st.sampled_from(["r1", "r2"]),
        st.sampled_from(TYPES),
        st.sampled_from(PLAN_CODES),
    )
    entries = draw(st.lists(entry, min_size=1, max_size=10))
    # Ids run against the sequence: nothing may be ordered by them.
    return [
        Activity(at, number, f"a{9 - number}", "t", relay, kind, plan)
        for number, (at, relay, kind, plan) in enumerate(entries)
    ]


def of_tenant(log: Iterable[Activity], tenant_id: str) -> list[Activity]:
    return [
        Activity(
            row.created_at,
            row.sequence,
            f"{tenant_id}-{row.activity_id}",
            tenant_id,
            row.resource_id,
            row.activity_type,
            row.plan_code,
        )
        for row in log
    ]


def as_rows(log: Iterable[Activity]) -> list[tuple[object, ...]]:
    return [
        (
            row.activity_id,
            row.sequence,
            row.tenant_id,
            row.resource_id,
            row.activity_type,
            row.plan_code,
            row.created_at,
        )
        for row in log
    ]
