"""JSON lines: how they are read, and what stood in those that are none."""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from cost_pipeline.contracts.base import Contract
from cost_pipeline.storage.literals import literal

# A file that is no JSON at all is recognised by less.
MOST_SHOWN, LONGEST_SHOWN = 1000, 2000


def line_scan(contract: Contract, path: Path) -> str:
    """The query of a file; a line that is no JSON object arrives as nulls."""
    columns = ", ".join(
        f"json_extract_string(json, '$.{column.name}') as {column.name}"
        for column in contract.columns
    )
    return (
        f"select row_number() over () as source_row, {columns} "
        f"from read_ndjson_objects({literal(path)}, ignore_errors = true)"
    )


def show_lines(
    connection: duckdb.DuckDBPyConnection, contract: Contract, path: Path
) -> None:
    """Give rows that hold nothing the text of their lines, which the reader drops."""
    empty = " and ".join(f"{column.name} is null" for column in contract.columns)
    found = connection.execute(
        f"select source_row from temp.incoming where {empty} "
        f"order by source_row limit {MOST_SHOWN}"
    ).fetchall()
    if found:
        connection.executemany(
            "update temp.judged set raw_text = ?, "
            "reason = 'the line is no JSON object with columns of this table' "
            "where source_row = ? and reason is not null",
            list(_texts(path, {row[0] for row in found})),
        )


def _texts(path: Path, rows: set[int]) -> Iterator[tuple[str, int]]:
    """The lines of these rows; an empty line is no row."""
    with path.open("rb") as lines:
        for row, line in enumerate(filter(bytes.strip, lines), start=1):
            if row in rows:
                yield line.decode("utf-8", "replace").strip()[:LONGEST_SHOWN], row
