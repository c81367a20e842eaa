"""What is measured, each in a process of its own, so that memory is that of one thing.

    python -m cost_pipeline_tests.benchmarks.measures NAME '{"argument": ...}'

A measure answers with one line of JSON. The order, the rounds and the table of ratios
are `__main__.py`; the loops that SQL is compared with are `loops.py`.
"""

import json
import resource
import sys
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import pairwise
from operator import itemgetter
from typing import Any

import duckdb

from cost_pipeline.assets.nodes import LAST_OF_DAYS
from cost_pipeline.books.ledger_tables import append_due
from cost_pipeline.books.metered_days import NEEDED, remember_metered
from cost_pipeline.models.build import Window, replace_range
from cost_pipeline.models.library import all_models
from cost_pipeline.models.model import Model
from cost_pipeline.models.rules import broken_rules
from cost_pipeline.publish.published_file import publish
from cost_pipeline.resources import opened_warehouse, run_clock
from cost_pipeline.settings import Settings
from cost_pipeline.storage.connection import prepare
from cost_pipeline_tests.benchmarks import bills, crowds, logs, world
from cost_pipeline_tests.benchmarks.jobs import (
    METERED,
    Jobs,
    below,
    days_of,
    timed,
)
from cost_pipeline_tests.benchmarks.sizes import SIZES, Size
from cost_pipeline_tests.benchmarks.syncs import bare_sync, sync

Result = dict[str, Any]
SLOWEST = 8


def fill(size: Size) -> Result:
    """Make the raw tables."""
    world.fill(Settings.load(), size)
    return {}


def crowd(size: Size) -> Result:
    """Put many hosted machines into a home that has few of anything."""
    crowds.crowd(Settings.load(), size)
    return {}


def chain(size: Size) -> Result:
    """All tables through the jobs; the order goes to the bare build."""
    jobs = Jobs.opened()
    started = time.perf_counter()
    jobs.whole()
    return {
        "seconds": time.perf_counter() - started,
        "order": jobs.order,
        "steps": len(jobs.order),
        "failures": jobs.problems,
    }


def bare(size: Size, order: list[str], memory_limit: str | None = None) -> Result:
    """The same SQL in the same order on one plain connection, and nothing else."""
    settings = Settings.load()
    with opened_warehouse(settings, run_clock(settings)):
        pass
    models = all_models()
    window = Window(size.first.date(), size.now.date() - timedelta(days=1))
    connection = duckdb.connect(str(settings.warehouse_path))
    prepare(connection, memory_limit)
    connection.execute(f"attach '{settings.ledger_path}' as ledger")
    started = time.perf_counter()
    ends = [started]
    for table in order:
        if models[table].is_append:
            append_due(connection, models[table], None)
        elif models[table].partition:
            replace_range(connection, models[table], window)
            if table == LAST_OF_DAYS:
                remember_metered(connection, window)
        else:
            connection.execute(f"create or replace {_what(models[table])}")
        ends.append(time.perf_counter())
    connection.close()
    took = zip(order, (after - before for before, after in pairwise(ends)), strict=True)
    slowest = sorted(took, key=itemgetter(1), reverse=True)[:SLOWEST]
    return {"seconds": ends[-1] - started, "slowest": slowest}


def _what(model: Model) -> str:
    kind = "view" if model.is_view else "table"
    return f"{kind} {model.table} as {model.query}"


def rules(size: Size) -> Result:
    """What all rules of all tables cost where there are hardly any rows."""
    del size
    settings = Settings.load()
    models = all_models().values()
    count = sum(len(m.checks) + len(m.warnings) + len(m.grain) + 1 for m in models)
    with opened_warehouse(settings, run_clock(settings)) as connection:
        started = time.perf_counter()
        for model in models:
            broken_rules(connection, model)
        return {"seconds": time.perf_counter() - started, "rules": count}


def subject(size: Size, table: str) -> Result:
    """One table with all that it is computed from, through the jobs."""
    jobs = Jobs.opened()
    started = time.perf_counter()
    jobs.run("whole", below(table))
    return {
        "seconds": time.perf_counter() - started,
        "order": jobs.order,
        "failures": jobs.problems,
    }


def metering(size: Size) -> Result:
    """All days as one run, what exists being known."""
    jobs = Jobs.opened()
    jobs.run("whole", below(*NEEDED))
    window = Window(size.first.date(), size.now.date() - timedelta(days=1))
    seconds = timed(lambda: jobs.run("metering", METERED, days_of(window)))
    return {"seconds": seconds, "failures": jobs.problems}


def history(size: Size) -> Result:
    """One day alone, all days at once, then the next day after all of them."""
    jobs = Jobs.opened()
    jobs.run("whole", below(*NEEDED))
    last = size.now.date() - timedelta(days=1)
    one, every = Window(last, last), Window(size.first.date(), last)
    one_s = timed(lambda: jobs.run("metering", METERED, days_of(one)))
    all_s = timed(lambda: jobs.run("metering", METERED, days_of(every)))
    jobs.whole()
    jobs.now = size.now + timedelta(days=1)
    tomorrow = Window(last + timedelta(days=1), last + timedelta(days=1))
    jobs.run("whole", below(*NEEDED))
    next_s = timed(lambda: jobs.run("metering", METERED, days_of(tomorrow)))
    books_s = timed(jobs.whole)
    return {
        "one_day": one_s,
        "all_days": all_s,
        "next_day": next_s,
        "next_day_books": books_s,
        "failures": jobs.problems,
    }


def published(size: Size) -> Result:
    """Write the published file and its Parquet anew."""
    del size
    settings = Settings.load()
    with opened_warehouse(settings, run_clock(settings)) as connection:
        started = time.perf_counter()
        done = publish(connection, settings.published_path, settings.exports_path)
        return {"seconds": time.perf_counter() - started, "size_mb": done.size_mb}


def loop(size: Size, name: str) -> Result:
    """The same rule, row after row in Python."""
    from cost_pipeline_tests.benchmarks.loops import LOOPS

    settings = Settings.load()
    with opened_warehouse(settings, run_clock(settings)) as connection:
        return {"seconds": LOOPS[name](connection, size)}


MEASURES: Mapping[str, Callable[..., Result]] = {
    "fill": fill,
    "crowd": crowd,
    "chain": chain,
    "bare": bare,
    "rules": rules,
    "subject": subject,
    "metering": metering,
    "history": history,
    "published": published,
    "loop": loop,
    "sync": sync,
    "bare_sync": bare_sync,
    "bill_world": bills.bill_world,
    "bill_bare": bills.bill_bare,
    "bill": bills.bill,
    "long_log": logs.long_log,
    "charged": logs.charged,
    "next_day": logs.next_day,
}


def main(arguments: list[str]) -> None:
    name, given = arguments[0], json.loads(arguments[1])
    size = SIZES[given.pop("size")].over(given.pop("days", 31))
    result = MEASURES[name](size, **given)
    # Kilobytes on Linux.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write("\n" + json.dumps({**result, "peak_mib": round(peak)}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
