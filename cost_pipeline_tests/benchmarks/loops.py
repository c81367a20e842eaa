"""The rules that SQL is compared with, row after row in plain Python.

Rows are read before the clock starts, so a loop is charged for the rule alone. Folds
and credits are the references that hold the SQL; metering is written here, because a
day of an interval is one subtraction.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter

import duckdb

from cost_pipeline_tests.benchmarks.sizes import Size
from cost_pipeline_tests.reference.credits import Event, Quota, replay
from cost_pipeline_tests.reference.subscriptions import Activity, charges_of

Loop = Callable[[duckdb.DuckDBPyConnection, Size], float]
DAY = timedelta(days=1)
PRICES = {"free": 0, "basic": 1000, "growth": 3000}


def fold(connection: duckdb.DuckDBPyConnection, size: Size) -> float:
    """Every tenant's activity log, folded into charges."""
    rows = connection.execute(
        "select tenant_id, created_at, sequence, activity_id, resource_id, "
        "activity_type, plan_code from raw.activities order by tenant_id, sequence"
    ).fetchall()
    now = size.now.replace(tzinfo=None)
    started = time.perf_counter()
    count = 0
    for tenant, group in groupby(rows, itemgetter(0)):
        log = [
            Activity(at, sequence, key, tenant, relay, kind, plan)
            for _, at, sequence, key, relay, kind, plan in group
        ]
        count += len(charges_of(log, lambda plan, _: PRICES.get(plan or ""), now))
    assert count
    return time.perf_counter() - started


def credits(connection: duckdb.DuckDBPyConnection, size: Size) -> float:
    """Every install's events, spent one by one."""
    quotas = {
        tier: Quota(*limits)
        for tier, *limits in connection.execute(
            "select tier, lifetime, gemini_cap_lifetime, monthly, gemini_cap_monthly "
            "from raw.credit_quotas"
        ).fetchall()
    }
    rows = connection.execute(
        "select install_id, event_id, occurred_at, tier, backend "
        "from raw.credit_events order by install_id, occurred_at"
    ).fetchall()
    first, now = size.first.replace(tzinfo=None), size.now.replace(tzinfo=None)
    started = time.perf_counter()
    used = 0
    for _, group in groupby(rows, itemgetter(0)):
        events = [Event(key, at, tier, backend) for _, key, at, tier, backend in group]
        used += replay(events, quotas, first, True, now).used
    assert used
    return time.perf_counter() - started


def metering(connection: duckdb.DuckDBPyConnection, size: Size) -> float:
    """Every interval, cut into days and added up."""
    rows = connection.execute(
        "select deployment_id, resource_id, billing_kind, valid_from, valid_to, weight "
        "from core.metered_intervals"
    ).fetchall()
    end = datetime(size.now.year, size.now.month, size.now.day)
    started = time.perf_counter()
    used: defaultdict[tuple[object, ...], int] = defaultdict(int)
    for deployment, resource, kind, valid_from, valid_to, weight in rows:
        until = min(valid_to or end, end)
        day = valid_from.replace(hour=0, minute=0, second=0, microsecond=0)
        while day < until:
            seconds = (min(until, day + DAY) - max(valid_from, day)).total_seconds()
            used[day, deployment, resource, kind] += int(seconds) * (weight or 0)
            day += DAY
    assert used
    return time.perf_counter() - started


LOOPS: Mapping[str, Loop] = {"fold": fold, "credits": credits, "metering": metering}
