"""What a mart shows of itself beside its asset: a small table and a few figures."""

from collections.abc import Mapping

import duckdb

from cost_pipeline.warehouse.checking import cell
from cost_pipeline.warehouse.models import Model

ROWS = 8
COLUMNS = 7

# The few figures worth plotting, with their unit in the name: SQL over one mart.
FIGURES: Mapping[str, Mapping[str, str]] = {}


def preview(connection: duckdb.DuckDBPyConnection, model: Model) -> dict[str, str]:
    """The last few rows as a Markdown table, foreign text cut and escaped."""
    columns = list(model.columns)[:COLUMNS]
    order = ", ".join(f"{name} desc" for name in model.grain)
    rows = connection.execute(
        f"select {', '.join(columns)} from {model.table} order by {order} limit {ROWS}"
    ).fetchall()
    if not rows:
        return {"preview": "No rows yet."}
    head = f"| {' | '.join(columns)} |\n|{' --- |' * len(columns)}"
    body = "\n".join(f"| {' | '.join(map(cell, row))} |" for row in rows)
    return {"preview": f"{head}\n{body}"}


def plots(
    connection: duckdb.DuckDBPyConnection, model: Model
) -> dict[str, int | float]:
    """The figures of a mart that tell its story over time."""
    figures = FIGURES.get(model.table, {})
    if not figures:
        return {}
    query = ", ".join(f"{sql} as {name}" for name, sql in figures.items())
    row = connection.execute(f"select {query} from {model.table}").fetchall()[0]
    return {
        name: value if isinstance(value, int) else round(float(value or 0), 2)
        for name, value in zip(figures, row, strict=True)
    }
