"""Three years of many customers' activities: folded at once, and then by one more day.

At L these are a million activities of 100,000 tenants, all of them invoiced from the
first day on. The rest of the world is tiny; what a run of it costs is taken off.
"""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from cost_pipeline.resources import opened_warehouse, run_clock
from cost_pipeline.settings import Settings
from cost_pipeline_tests.benchmarks.homes import Homes
from cost_pipeline_tests.benchmarks.jobs import Jobs, below, timed
from cost_pipeline_tests.benchmarks.report import Row
from cost_pipeline_tests.benchmarks.sizes import SIZES, Size
from cost_pipeline_tests.benchmarks.world import NAMES, QUERIES, facts_of, insert

Result = dict[str, Any]
DAYS = 3 * 365
# Folded, claimed and put on invoices.
WANTED = ("core.subscription_charges", "ledger.claims", "core.anniversary_lines")
A_DAY = """
    select 'late' || i as activity_id, {activities} + i as sequence,
        tenant_of(i * 7) as tenant_id,
        'relay-' || (i * 7 % {tenants}) || '-0' as resource_id,
        'update_relay' as activity_type,
        case when i % 2 = 0 then 'basic' else 'growth' end as plan_code,
        timestamp '{now}' + to_seconds(i * 86400 // {a_day}) as created_at,
        'bench-day' as source_file, i as source_row
    from range({a_day}) as all_rows(i)
"""
# Who did something that day, or renewed.
TOUCHED = """
    select count(distinct tenant_id) from (
        select tenant_id from raw.activities where source_file = 'bench-day'
        union all
        select tenant_id from core.relay_renewals, ref.clock
        where boundary_at > now_at - interval 1 day
    )
"""


def _facts(size: Size) -> dict[str, object]:
    """The world's facts, with ten times its tenants and three years of days."""
    long = size.over(DAYS)
    facts = {**facts_of(long), "tenants": size.hosted_tenants, "relays": 1}
    return {**facts, "a_day": max(1, size.activities // DAYS)}


def long_log(size: Size) -> Result:
    """Give a home a long log of many tenants."""
    settings = Settings.load()
    with opened_warehouse(settings, run_clock(settings)) as connection:
        connection.execute(NAMES.format(**_facts(size)))
        for table in ("raw.tenants", "raw.activities"):
            connection.execute(f"delete from {table}")
            insert(connection, table, QUERIES[table].format(**_facts(size)))
        connection.execute("checkpoint")
    return {}


def charged(size: Size) -> Result:
    """All charges, claims and invoices of the log, through the jobs."""
    del size
    jobs = Jobs.opened()
    seconds = _timed(jobs)
    return {"seconds": seconds, "order": jobs.order, "failures": jobs.problems}


def next_day(size: Size) -> Result:
    """What the first claims changed, then nothing new, then one day more."""
    jobs = Jobs.opened()
    claimed, nothing = _timed(jobs), _timed(jobs)
    jobs.now += timedelta(days=1)
    settings = Settings.load()
    with opened_warehouse(settings, run_clock(settings)) as connection:
        connection.execute(NAMES.format(**_facts(size)))
        insert(connection, "raw.activities", A_DAY.format(**_facts(size)))
        connection.execute("checkpoint")
    day = _timed(jobs)
    later = run_clock(settings, jobs.now.isoformat())
    with opened_warehouse(settings, later) as connection:
        touched = connection.execute(TOUCHED).fetchall()[0][0]
    return {
        "claimed": claimed,
        "nothing": nothing,
        "seconds": day,
        "touched": touched,
        "failures": jobs.problems,
    }


def _timed(jobs: Jobs) -> float:
    wanted = {*below("core.item_claims", *WANTED), *WANTED}
    return timed(lambda: jobs.run("whole", wanted))


def logs(homes: Homes, size: Size) -> Iterator[Row]:
    """The rows of the table: all at once against bare, and one day against all."""
    since = (size.now - timedelta(days=DAYS + 1)).date().isoformat()
    issued = {"COST_PIPELINE_ISSUE_FROM": since}
    tiny = SIZES["tiny"]
    world = homes.copy(tiny, "long-log")
    homes.measure("long_log", size, within=world)
    idle: list[tuple[float, float]] = []
    full: list[tuple[float, float]] = []
    days: list[Result] = []
    for number in range(homes.rounds):
        for found, name in ((idle, homes.prepare(tiny)), (full, world)):
            home = Path(shutil.copytree(name, homes.folder / f"log-{number}"))
            bare_home = Path(shutil.copytree(name, homes.folder / f"bare-log-{number}"))
            ours = homes.measure("charged", size, within=home, environment=issued)
            bare = homes.measure(
                "bare",
                size,
                within=bare_home,
                environment=issued,
                order=ours["order"],
            )
            found.append((ours["seconds"], bare["seconds"]))
            if found is full:
                days.append(
                    homes.measure("next_day", size, within=home, environment=issued)
                )
            for done in (home, bare_home):
                shutil.rmtree(done)
    ours_s, bare_s = (median(pair[side] for pair in full) for side in (0, 1))
    fixed_s = median(ours - bare for ours, bare in idle)
    yield Row(
        f"{size.activities:,} activities of {size.hosted_tenants:,} tenants in three "
        "years charged and invoiced, against bare",
        f"{(ours_s - fixed_s) / bare_s:.2f}x",
        "<= 1.30x",
        f"{ours_s:.2f} s with {fixed_s:.2f} s of fixed overhead, bare {bare_s:.2f} s",
    )
    day_s, nothing_s, claimed_s = (
        median(day[key] for day in days) for key in ("seconds", "nothing", "claimed")
    )
    share = days[-1]["touched"] / size.hosted_tenants
    yield Row(
        "one more day of it, against all of it; nothing new taken off",
        f"{(day_s - nothing_s) / (ours_s - nothing_s):.2f}x",
        "by the tenants it touches",
        f"{share:.1%} of the tenants: {day_s:.2f} s against {ours_s:.2f} s, "
        f"{nothing_s:.2f} s with nothing new; {claimed_s:.2f} s after the first claims",
    )
