"""Rows in, rows out: how a test states the tables a SQL model reads.

Tables are written as text, one row per line, cells parted by `|`. Contract tables get
their declared types; other columns are typed by their name and their values.
"""

import atexit
import re
import shutil
import tempfile
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from cost_pipeline.books.ledger_tables import append_due
from cost_pipeline.contracts.base import Contract
from cost_pipeline.contracts.landed import QUARANTINE
from cost_pipeline.contracts.registry import all_contracts
from cost_pipeline.load.reference import load_seed
from cost_pipeline.models.build import Window, build
from cost_pipeline.models.calendar import make_calendar
from cost_pipeline.models.library import all_models
from cost_pipeline.storage.connection import (
    RunClock,
    open_memory,
    prepare,
    set_clock,
)
from cost_pipeline.storage.ledger import Written, prepare_ledger

NOW = datetime(2026, 5, 20, tzinfo=UTC)


def fresh_warehouse(
    now: datetime = NOW, issue_from: date | None = None
) -> duckdb.DuckDBPyConnection:
    """An empty warehouse in memory: every declared table is there, seeds are loaded."""
    connection = open_memory()
    connection.execute(f"attach '{seeded_file()}' as seeded (read_only)")
    connection.execute("copy from database seeded to memory")
    connection.execute("detach seeded")
    set_clock(connection, RunClock(now, issue_from))
    prepare_ledger(connection, None)
    for model in all_models().values():
        if model.is_view:
            connection.execute(f"create view {model.table} as {model.query}")
    return connection


@cache
def seeded_file() -> Path:
    """What every test begins with, made once: reading the seeds takes half a second."""
    folder = tempfile.mkdtemp(prefix="seeded-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / "seeded.duckdb"
    with duckdb.connect(str(path)) as connection:
        prepare(connection, None)
        make_calendar(connection)
        connection.execute(QUARANTINE.ddl())
        for contract in all_contracts().values():
            if contract.table.startswith("ledger."):
                continue
            connection.execute(contract.ddl())
            if contract.table.startswith("ref."):
                load_seed(connection, contract)
    return path


def tell(connection: duckdb.DuckDBPyConnection, *tables: str) -> Written:
    """Append what is due to tables of the ledger; returns what the last one took."""
    for table in tables:
        written = append_due(connection, all_models()[table], None)
    return written


def give(connection: duckdb.DuckDBPyConnection, table: str, text: str) -> None:
    """Put the rows of a text table into a table, replacing what was there."""
    rows: list[list[Any]]
    names, rows = read_text(text)
    contract = all_contracts().get(table)
    if contract is None:
        types = [type_of(name, [r[i] for r in rows]) for i, name in enumerate(names)]
        ddl = ", ".join(f"{n} {t}" for n, t in zip(names, types, strict=True))
        if table.startswith("staging."):
            connection.execute(f"drop view if exists {table}")
        connection.execute(f"create or replace table {table} ({ddl})")
    else:
        connection.execute(f"delete from {table}")
        rows = [complete(contract, names, row, i) for i, row in enumerate(rows, 1)]
        names = [column.name for column in contract.all_columns]
        if table.startswith("ledger."):
            names += ["input_hash", "batch", "written_at"]
            rows = [[*row, "given", 1, NOW.replace(tzinfo=None)] for row in rows]
    if rows:
        marks = ", ".join("?" * len(names))
        connection.executemany(
            f"insert into {table} ({', '.join(names)}) values ({marks})", rows
        )


def complete(
    contract: Contract, names: list[str], row: list[str | None], number: int
) -> list[Any]:
    """A row with all columns of its contract: what was not stated gets its default."""
    given = dict(zip(names, row, strict=True))
    values: list[Any] = []
    for column in contract.all_columns:
        if column.name in given:
            values.append(given[column.name])
        elif column.name == "source_file":
            values.append("test")
        elif column.name == "source_row":
            values.append(number)
        else:
            values.append(column.default or _filler(column.type, column.required))
    return values


def _filler(kind: str, is_required: bool) -> Any:
    if not is_required:
        return None
    fillers = {"varchar": "USD", "timestamp": "2026-01-01", "date": "2026-01-01"}
    return fillers.get(kind, "{}" if kind == "json" else 0)


def read_text(text: str) -> tuple[list[str], list[list[str | None]]]:
    """Split a text table into its header and its cells."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    cells = [[cell.strip() for cell in line.split("|")] for line in lines]
    rows = [[_value(cell) for cell in row] for row in cells[1:]]
    return cells[0], rows


def _value(cell: str) -> str | None:
    if cell in ("", "null"):
        return None
    return cell.replace("_", "") if re.fullmatch(r"-?[0-9][0-9_.]*", cell) else cell


def type_of(name: str, values: list[str | None]) -> str:
    """The type of a column that no contract declares."""
    known = [value for value in values if value is not None]
    if re.search(r"_(at|from|to|start|end)$", name) and _all(r"\d{4}-.*", known):
        is_day = known and _all(r"\d{4}-\d\d-\d\d", known)
        return "date" if is_day and not name.endswith("_at") else "timestamp"
    if name in ("day", "month") or name.endswith(("_date", "_day", "_month")):
        return "date" if _all(r"\d{4}-\d\d-\d\d", known) else "varchar"
    if name.startswith(("is_", "has_")):
        return "boolean"
    if name.endswith(("_cents", "_micros")) or (known and _all(r"-?\d+", known)):
        return "varchar" if name.endswith("_id") else "bigint"
    if known and _all(r"-?\d+\.\d+|-?\d+", known):
        return "decimal(28,12)"
    return "varchar"


def _all(pattern: str, values: list[str]) -> bool:
    return all(re.fullmatch(pattern, value) for value in values)


def build_models(
    connection: duckdb.DuckDBPyConnection,
    *tables: str,
    given: Mapping[str, str] | None = None,
    window: Window | None = None,
) -> None:
    """Build models with everything upstream of them that was not given.

    What the ledger holds it holds; only a table of it that is asked for is appended to.
    """
    models = all_models()
    given = given or {}
    wanted: set[str] = set()
    waiting = list(tables)
    while waiting:
        table = waiting.pop()
        if table in wanted or table in given or table not in models:
            continue
        if models[table].is_append and table not in tables:
            continue
        wanted.add(table)
        waiting += models[table].upstream
    for table, text in given.items():
        give(connection, table, text)
    for table, model in models.items():
        if table in wanted and model.is_append:
            append_due(connection, model, None)
        elif table in wanted:
            build(connection, model, window if model.partition else None)
