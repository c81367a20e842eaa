"""Metering: which days are due, and what was metered last.

How a day is metered is SQL (`core/usage/usage_daily.sql`). Here only the manifest is
kept: a copy of the inputs of the last metering, so that a day is metered again when
they changed and only then. It is written after the days were built; killed in between,
they are simply metered once more.
"""

from collections.abc import Sequence
from datetime import timedelta

import duckdb

from cost_pipeline.models.build import Window, has_table
from cost_pipeline.models.library import all_models
from cost_pipeline.storage.connection import transaction

TABLE = "core.usage_daily"
METERING_DUE = "ref.metering_due"
# Built before anything is due: what exists, what happened, what was seen.
NEEDED = ("core.metered_intervals", "core.usage_events", "core.observed_days")
DAY = timedelta(days=1)

MANIFEST = """
create table if not exists ops.metered_inputs (
    item varchar, from_at timestamp, to_at timestamp
);
create table if not exists ops.metered_days (first_day date, last_day date);
"""

# Everything that decides what a day holds, and the span of time it decides about. An
# interval that was only prolonged or cut keeps its item: just the difference is due.
INPUTS = """
select
    concat_ws('|', 'interval', resource_id, billing_kind, valid_from, deployment_id,
        tenant_id, kind, coalesce(cast(weight as varchar), 'unknown')) as item,
    valid_from as from_at,
    coalesce(valid_to, timestamp '2049-12-31') as to_at
from core.metered_intervals
union all
select
    concat_ws('|', 'event', event_id, day, deployment_id, tenant_id, billing_kind,
        base_quantity),
    cast(day as timestamp),
    cast(day as timestamp) + interval 1 day
from core.usage_events
union all
select
    concat_ws('|', 'observed', day, kind),
    cast(day as timestamp),
    cast(day as timestamp) + interval 1 day
from core.observed_days
union all
select
    concat_ws('|', 'rule', billing_kind, base_per_unit, is_month_share, ?),
    timestamp '2010-01-01',
    timestamp '2049-12-31'
from ref.billing_kinds
"""

# First and last day that must be there: from the first use to yesterday.
EXPECTED = """
select
    min(cast(from_at as date)),
    (select cast(cast(now_at as date) - 1 as date) from ref.clock)
from ({inputs})
where item like 'interval|%' or item like 'event|%'
"""

YESTERDAY = """
select cast(cast(now_at as date) - 1 as date), cast(cast(now_at as date) - 1 as date)
from ref.clock
"""

TOUCHED = """
select
    min(greatest(cast(spans.from_at as date), ?)),
    max(least(cast(spans.to_at - interval 1 microsecond as date), ?))
from (
    select
        case when known.item is null or given.item is null
            then coalesce(given.from_at, known.from_at)
            else least(given.to_at, known.to_at) end as from_at,
        case when known.item is null or given.item is null
            then coalesce(given.to_at, known.to_at)
            else greatest(given.to_at, known.to_at) end as to_at
    from ({inputs}) as given
    full join ops.metered_inputs as known using (item)
    where known.item is null or given.item is null or known.to_at <> given.to_at
) as spans
where cast(spans.from_at as date) <= ?
    and cast(spans.to_at - interval 1 microsecond as date) >= ?
"""


def due_window(connection: duckdb.DuckDBPyConnection) -> Window | None:
    """The days to meter: never metered, metered from other inputs, or not to be there.

    One range from the first such day to the last: metering a day again changes nothing,
    and one statement over a range is cheaper than one for each day.
    """
    if not all(has_table(connection, table) for table in NEEDED):
        return None
    connection.execute(MANIFEST)
    expected = _span(connection, EXPECTED, [_definition()])
    present = _present_days(connection)
    if expected is None and not has_table(connection, TABLE):
        # Nothing to meter yet; what reads the table still needs it to be there.
        return _span(connection, YESTERDAY)
    if expected is None:
        return present
    first, last = expected.first_day, expected.last_day
    known = _span(connection, "select first_day, last_day from ops.metered_days")
    if present is None or known is None:
        return expected if present is None else _hull([expected, present])
    due: list[Window] = []
    if first < known.first_day:
        due.append(Window(first, known.first_day - DAY))
    if known.last_day < last:
        due.append(Window(known.last_day + DAY, last))
    if present.first_day < first or present.last_day > last:
        due.append(present)
    touched = _span(connection, TOUCHED, [first, last, _definition(), last, first])
    return _hull(due if touched is None else [*due, touched])


def note_metering_due(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the first day that is over and not metered, null = none, where SQL sees it.

    Before anything is told: a month with such a day is not invoiced yet.
    """
    window = due_window(connection)
    with transaction(connection):
        connection.execute(f"delete from {METERING_DUE}")
        connection.execute(
            f"insert into {METERING_DUE} values (?)",
            [window.first_day if window else None],
        )


def remember_metered(connection: duckdb.DuckDBPyConnection, window: Window) -> bool:
    """Keep the inputs of what was metered; false if the window left due days out.

    A narrower window was somebody's wish: its days are right, but the manifest stays as
    it is, so that the days it left out are still due.
    """
    due = due_window(connection)
    if due and (window.first_day > due.first_day or window.last_day < due.last_day):
        return False
    expected = _span(connection, EXPECTED, [_definition()])
    with transaction(connection):
        connection.execute(
            f"create or replace table ops.metered_inputs as {INPUTS}", [_definition()]
        )
        connection.execute("delete from ops.metered_days")
        if expected is not None:
            span = [expected.first_day, expected.last_day]
            connection.execute("insert into ops.metered_days values (?, ?)", span)
    return True


def _present_days(connection: duckdb.DuckDBPyConnection) -> Window | None:
    """First and last day that the table holds, if it is there and holds any."""
    if not has_table(connection, TABLE):
        return None
    return _span(connection, f"select min(day), max(day) from {TABLE}")


def _definition() -> str:
    """The hash of the rule: another rule makes every day due."""
    return all_models()[TABLE].definition


def _span(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    parameters: Sequence[object] = (),
) -> Window | None:
    """The range that a query of two days answers; none if it is empty."""
    rows = connection.execute(query.format(inputs=INPUTS), list(parameters)).fetchall()
    if not rows or rows[0][0] is None or rows[0][0] > rows[0][1]:
        return None
    return Window(*rows[0])


def _hull(windows: Sequence[Window]) -> Window | None:
    """The range from the first day of all to the last."""
    if not windows:
        return None
    return Window(
        min(window.first_day for window in windows),
        max(window.last_day for window in windows),
    )
