"""Taking tables elsewhere: CSV, Parquet and Excel made from the published file.

Texts come from outside and reach spreadsheets, so none may be computed there. What
documents look like is `statements.py`.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from cost_pipeline.models.digest import tables_in
from cost_pipeline.publish.cells import neutral
from cost_pipeline.storage.files import whole_file
from cost_pipeline.storage.literals import literal

SHEET_ROWS = 1_048_576
SHEET_NAME = 31
BATCH = 10_000
WORKBOOK = "cost.xlsx"
# A tenant may see its own documents and usage; what we pay for them stays with us.
TENANT_TABLES = (
    "marts.tenant_invoices",
    "marts.tenant_invoice_lines",
    "marts.subscription_items",
    "marts.usage_daily",
    "marts.credit_balances",
)
# The column that says which month a row belongs to.
MONTH_COLUMNS = ("month", "period_start", "day", "service_start", "start_at")


class ExtraMissing(Exception):
    """A format needs a library that is not installed."""


class UnknownFormat(Exception):
    """No such format."""


@dataclass(frozen=True)
class Chosen:
    """Which rows to take: all, one tenant's, one month's."""

    tenant: str | None = None
    month: date | None = None


@dataclass(frozen=True)
class Export:
    """One table to export: its query with the values of its conditions."""

    name: str
    query: str
    values: tuple[object, ...]


Writer = Callable[[duckdb.DuckDBPyConnection, list[Export], Path], list[Path]]


def export_tables(
    published: Path,
    folder: Path,
    formats: Sequence[str],
    chosen: Chosen | None = None,
) -> list[Path]:
    """Write the published tables in each format; the files that were written."""
    chosen = chosen or Chosen()
    for name in formats:
        if name not in WRITERS:
            raise UnknownFormat(f"{name} is none of {', '.join(WRITERS)}")
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(published), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set enable_progress_bar = false")
        sources = list(_sources(connection, chosen))
        return [
            path
            for name in formats
            for path in WRITERS[name](connection, sources, folder)
        ]


def _sources(connection: duckdb.DuckDBPyConnection, chosen: Chosen) -> Iterator[Export]:
    """The tables with their conditions; a tenant gets only what is its own."""
    present = sorted(name for name in tables_in(connection) if name[:6] == "marts.")
    for table in present:
        if chosen.tenant is not None and table not in TENANT_TABLES:
            continue
        columns = _columns(connection, table)
        conditions: list[str] = []
        values: list[object] = []
        if chosen.tenant is not None:
            conditions.append("tenant_id = ?")
            values.append(chosen.tenant)
        dated = next((name for name in MONTH_COLUMNS if name in columns), None)
        if chosen.month is not None and dated:
            conditions.append(f"date_trunc('month', {dated}) = ?")
            values.append(chosen.month.replace(day=1))
        where = f" where {' and '.join(conditions)}" if conditions else ""
        query = f"from {table}{where} order by all"
        yield Export(table.split(".")[1], query, tuple(values))


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    found = connection.execute(f"from {table} limit 0").description or ()
    return [column[0] for column in found]


def _write_parquet(
    connection: duckdb.DuckDBPyConnection, sources: list[Export], folder: Path
) -> list[Path]:
    return [
        _whole(folder / f"{source.name}.parquet", _copy_parquet(connection, source))
        for source in sources
    ]


def _copy_parquet(
    connection: duckdb.DuckDBPyConnection, source: Export
) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        connection.execute(
            f"copy ({source.query}) to {literal(path)} (format parquet)", source.values
        )

    return write


def _write_csv(
    connection: duckdb.DuckDBPyConnection, sources: list[Export], folder: Path
) -> list[Path]:
    return [
        _whole(folder / f"{source.name}.csv", _rows_as_csv(connection, source))
        for source in sources
    ]


def _rows_as_csv(
    connection: duckdb.DuckDBPyConnection, source: Export
) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        names, rows = _rows(connection, source)
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\r\n")
            writer.writerow(names)
            writer.writerows([_text(value) for value in row] for row in rows)

    return write


def _text(value: Any) -> Any:
    """Texts lose what a spreadsheet would compute; a negative number stays one."""
    return neutral(value) if isinstance(value, str) else value


def _write_excel(
    connection: duckdb.DuckDBPyConnection, sources: list[Export], folder: Path
) -> list[Path]:
    """One workbook, a sheet for each table, amounts as numbers with two decimals."""
    try:
        import xlsxwriter
    except ImportError:
        raise ExtraMissing(
            "Excel needs the extra: pip install 'cost-pipeline[excel]'"
        ) from None

    def write(path: Path) -> None:
        # Texts are written as texts: neither a formula nor a link comes of them.
        settings = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        book = xlsxwriter.Workbook(str(path), settings)
        # The clock of the machine would make equal tables unequal files.
        book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})
        formats = {
            name: book.add_format({"num_format": text})
            for name, text in NUMBER_FORMATS.items()
        }
        formats["head"] = book.add_format({"bold": True, "bottom": 1})
        for source in sources:
            sheet = book.add_worksheet(source.name[:SHEET_NAME])
            names, rows = _rows(connection, source)
            _fill(sheet, formats, names, rows)
        book.close()

    return [_whole(folder / WORKBOOK, write)]


NUMBER_FORMATS = {
    "_cents": "#,##0.00;[Red]-#,##0.00",
    "_micros": "#,##0.000000;[Red]-#,##0.000000",
    "price": "#,##0.00########",
    "_at": "yyyy-mm-dd hh:mm:ss",
    "date": "yyyy-mm-dd",
    "plain": "General",
}
UNITS = {"_cents": 100, "_micros": 1_000_000}


def _fill(
    sheet: Any, formats: dict[str, Any], names: list[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Fill one sheet; a table that is too long says so in its last row."""
    for place, name in enumerate(names):
        sheet.write_string(0, place, _heading(name), formats["head"])
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(names) - 1, 16)
    for number, row in enumerate(rows, 1):
        if number == SHEET_ROWS - 1:
            sheet.write_string(number, 0, "More rows are in the Parquet file.")
            return
        for place, (name, value) in enumerate(zip(names, row, strict=True)):
            _put(sheet, formats, number, place, name, value)


def _put(
    sheet: Any, formats: dict[str, Any], row: int, place: int, name: str, value: Any
) -> None:
    if value is None:
        return
    unit = next((suffix for suffix in UNITS if _holds(name, suffix)), None)
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif unit and isinstance(value, int | Decimal):
        # Exact until the cell: a cell holds a double, which is for the eye.
        style = formats[unit if isinstance(value, int) else "price"]
        sheet.write_number(row, place, Decimal(value) / UNITS[unit], style)
    elif isinstance(value, int | Decimal):
        sheet.write_number(row, place, value, formats["plain"])
    elif isinstance(value, date):
        style = formats["_at" if isinstance(value, datetime) else "date"]
        sheet.write_datetime(row, place, value, style)
    else:
        sheet.write_string(row, place, str(value))


def _holds(name: str, suffix: str) -> bool:
    return name.endswith(suffix) or f"{suffix}_" in name


def _heading(name: str) -> str:
    """Amounts are shown in units of the currency, so the heading drops the cents."""
    for suffix in UNITS:
        name = name.removesuffix(suffix).replace(f"{suffix}_", "_")
    return name


def _rows(
    connection: duckdb.DuckDBPyConnection, source: Export
) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    found = connection.execute(source.query, source.values)
    return [column[0] for column in found.description or ()], _fetched(found)


def _fetched(found: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while rows := found.fetchmany(BATCH):
        yield from rows


def _whole(path: Path, write: Callable[[Path], None]) -> Path:
    with whole_file(path) as partial:
        write(partial)
    return path


WRITERS: dict[str, Writer] = {
    "parquet": _write_parquet,
    "csv": _write_csv,
    "xlsx": _write_excel,
}
