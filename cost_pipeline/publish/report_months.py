"""The months of the report: its figures, its story in sentences, its picture.

Which month is shown and what it came to is here; the questions asked about it are
`report_sections.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb

from cost_pipeline.models.query_files import query_of
from cost_pipeline.publish.pictures import Group, columns
from cost_pipeline.publish.report_values import Table, money, table, write

MARGINS = "marts.cost_vs_revenue"
NO_CUSTOMERS = {
    "internal": "went into our own use",
    "unattributed": "went to nobody known",
}

NOTHING_SHOWN = (
    "select cast(null as date) as month, cast(null as date) as month_before, "
    "cast(null as date) as running_month"
)


@dataclass(frozen=True)
class Month:
    """The figures of one month in one currency."""

    month: date
    currency: str
    revenue_cents: int | None
    cost_cents: int | None
    margin_cents: int | None
    margin_pct: Any
    state: str
    unconverted: int

    @property
    def is_unbilled(self) -> bool:
        """Without the provider's bill a margin would only look like one."""
        return self.state != "final" and not self.cost_cents

    @property
    def name(self) -> str:
        return f"{self.month:%B %Y}"


def months(
    connection: duckdb.DuckDBPyConnection, present: set[str], moment: datetime
) -> list[Month]:
    """The last twelve months, after the month all sections ask for was set."""
    if MARGINS not in present:
        connection.execute(f"create or replace temp table shown as {NOTHING_SHOWN}")
        return []
    connection.execute(
        f"create or replace temp table shown as {query_of('report/shown')}",
        {"now": moment},
    )
    return [
        Month(*row) for row in connection.execute(query_of("report/trend")).fetchall()
    ]


def shown_month(connection: duckdb.DuckDBPyConnection) -> str:
    """The month the sections are about, in words."""
    month = connection.execute("select month from shown").fetchall()[0][0]
    return f"{month:%B %Y}" if month else "This month"


def headlines(
    connection: duckdb.DuckDBPyConnection, found: Sequence[Month]
) -> list[Month]:
    """The last final month and the one that runs."""
    wanted = connection.execute("select month, running_month from shown").fetchall()[0]
    return [month for month in found if month.month in wanted]


def story(connection: duckdb.DuckDBPyConnection, found: Sequence[Month]) -> list[str]:
    """The month in a few sentences, one set for each currency."""
    shown = connection.execute("select month from shown").fetchall()[0][0]
    sentences = []
    for month in found:
        if month.month != shown or month.margin_cents is None:
            continue
        left = "left" if month.margin_cents >= 0 else "lost"
        share = f", {write('_pct', month.margin_pct)} of revenue"
        sentences.append(
            f"In {month.name} customers were billed "
            f"{money(month.revenue_cents or 0, month.currency)} and the provider cost "
            f"{money(month.cost_cents or 0, month.currency)}. That {left} "
            f"{money(abs(month.margin_cents), month.currency)}"
            f"{share if month.margin_pct is not None else ''}."
        )
        sentences += _losers(connection, month)
    return sentences


def _losers(connection: duckdb.DuckDBPyConnection, month: Month) -> list[str]:
    rows = connection.execute(
        query_of("report/month_margins"),
        {"month": month.month, "currency": month.currency},
    ).fetchall()
    customers = [row for row in rows if row[0] not in NO_CUSTOMERS]
    losing = [row for row in customers if row[1] is not None and row[1] < 0]
    sentences = []
    if losing:
        who, margin = losing[0]
        sentences.append(
            f"{len(losing)} of {len(customers)} customers cost more than they paid; "
            f"the most, {money(-margin, month.currency)}, was for {write('', who)}."
        )
    for who, margin in rows:
        if who in NO_CUSTOMERS and margin:
            sentences.append(f"{money(-margin, month.currency)} {NO_CUSTOMERS[who]}.")
    if month.unconverted:
        cells = "amount has" if month.unconverted == 1 else "amounts have"
        sentences.append(
            f"{month.unconverted} {cells} no exchange rate and stand apart."
        )
    return sentences


def trend_table(found: Sequence[Month]) -> Table:
    names = ["month", "revenue_cents", "cost_cents", "margin_cents"]
    names += ["of_revenue_pct", "state", "currency"]
    return table(names, [_trend_row(month) for month in found])


def _trend_row(month: Month) -> list[Any]:
    known = (month.cost_cents, month.margin_cents, month.margin_pct)
    figures = (None, None, None) if month.is_unbilled else known
    return [month.month, month.revenue_cents, *figures, month.state, month.currency]


def trend_picture(found: Sequence[Month]) -> str:
    """Drawn for one currency: two on one scale would compare what cannot be."""
    if len({month.currency for month in found}) != 1:
        return ""
    groups = [
        Group(
            f"{m.month:%b %Y}",
            m.revenue_cents or 0,
            m.cost_cents or 0,
            None if m.is_unbilled else m.margin_cents,
            m.state == "final",
        )
        for m in found
    ]
    billed = [month for month in found if not month.is_unbilled] or found
    first, last = billed[0], billed[-1]
    words = (
        f"From {first.name} to {last.name}; the margin went from "
        f"{money(first.margin_cents or 0, first.currency)} to "
        f"{money(last.margin_cents or 0, last.currency)}. The table below has all."
    )
    return columns(groups, "Revenue, cost and margin by month", words)
