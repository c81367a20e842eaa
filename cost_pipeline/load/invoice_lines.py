"""Loading invoice files: readable rows go in, the others are set aside.

One file is one version of one invoice, known by its hash, and loaded once. Whether a
version is believed is decided in `core/costs/invoice_versions.sql`, from what stands
here.
"""

from pathlib import Path

import duckdb

from cost_pipeline.contracts.billing import FILES, LINES
from cost_pipeline.load.invoice_format import (
    COLUMNS,
    InvoiceRefused,
    amount_micros,
    csv_instant,
    header_of,
)
from cost_pipeline.models.query_files import query_of
from cost_pipeline.storage.connection import transaction
from cost_pipeline.storage.landing import Landing
from cost_pipeline.storage.literals import literal

KIND = "invoice_csv"
# What DuckDB says of a file that no reading of rows can make sense of.
UNREADABLE = (duckdb.InvalidInputException, duckdb.DataError)
TEXTS = {"start": "start_text", "end": "end_text", "USD": "amount_text"}
NUMBERED = ("invoice_uuid", "version", "line_number")
# A row of a file; its number is its place among the rows that have columns.
INCOMING = "temp.incoming_lines"
BROKEN = """
    (amount_micros is null or start_text is not null or end_text is not null
        or coalesce(start_at > end_at, false))
"""
REASONS = """
    concat_ws('; ',
        case when amount_micros is null then 'USD is not an amount' end,
        case when start_text is not null then 'start is not a date' end,
        case when end_text is not null then 'end is not a date' end,
        case when start_at > end_at then 'the end is before the start' end
    )
"""


def load_invoice_lines(connection: duckdb.DuckDBPyConnection, landing: Landing) -> int:
    """Load every landed invoice file that is not loaded yet; returns how many."""
    _forget_replaced(connection)
    files = connection.execute(query_of("load/billing/unloaded"), [KIND]).fetchall()
    for account, uuid, sha256, suffix in files:
        path = landing.verified(sha256, suffix)
        try:
            names = header_of(path)
            _read_rows(connection, _scan(path, names), names)
            with transaction(connection):
                quarantined = _keep_rows(connection, uuid, sha256)
                _note(connection, account, uuid, sha256, quarantined)
        except InvoiceRefused as refused:
            _note(connection, account, uuid, sha256, 0, str(refused))
        except UNREADABLE as error:
            # Nothing of it is loaded, and the files after it still are.
            said = str(error).splitlines()[0]
            _note(connection, account, uuid, sha256, 0, f"the file is no CSV: {said}")
    return len(files)


def _forget_replaced(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop files that no receipt names any more, as a rebuild would not load them."""
    connection.execute(query_of("load/invoice_lines/replaced"))
    if connection.execute("select count(*) from temp.replaced_files").fetchall()[0][0]:
        with transaction(connection):
            connection.execute(query_of("load/invoice_lines/forget"))


def _note(
    connection: duckdb.DuckDBPyConnection,
    account: str,
    uuid: str,
    sha256: str,
    quarantined: int,
    problem: str | None = None,
) -> None:
    """Keep what became of a file and its rows."""
    connection.execute(
        f"insert into {FILES.table} "
        f"select ?, '{KIND}', ?, ?, count(*) + ?, ?, ? from {LINES.table} "
        "where invoice_uuid = ? and version = ?",
        [account, uuid, sha256, quarantined, quarantined, problem, uuid, sha256],
    )


def _scan(path: Path, names: tuple[str, ...]) -> str:
    """The reader of the file, told everything: a sniffer would guess."""
    columns = ", ".join(
        f"'{name if name in COLUMNS else f'unknown_{place}'}': 'VARCHAR'"
        for place, name in enumerate(names)
    )
    return (
        f"read_csv({literal(path)}, auto_detect = false, header = true, delim = ',', "
        f"quote = '\"', escape = '\"', columns = {{{columns}}}, store_rejects = true, "
        "rejects_scan = 'invoice_scans', rejects_table = 'invoice_rejects')"
    )


def _read_rows(
    connection: duckdb.DuckDBPyConnection, scan: str, names: tuple[str, ...]
) -> None:
    """Read a file into rows of texts and values, in its order.

    Rows are numbered by their place in this table, so it is made in a transaction of
    its own: `row_number()` would read the file with one thread.
    """
    for leftover in ("invoice_scans", "invoice_rejects"):
        connection.execute(f"drop table if exists temp.{leftover}")
    texts = ", ".join(
        f"coalesce(\"{name}\", '') as {TEXTS.get(name, name)}"
        if name in names
        else f"'' as {TEXTS.get(name, name)}"
        for name in COLUMNS
    )
    # The text of a value is kept only where it could not be read: the landed file has
    # it anyway, and three more columns of text are a quarter of the time.
    kept = {
        "start_text": "case when start_at is null then nullif(start_text, '') end",
        "end_text": "case when end_at is null then nullif(end_text, '') end",
        "amount_text": "case when amount_micros is null then amount_text end",
    }
    chosen = ", ".join(
        f"{kept[name]} as {name}" if name in kept else name
        for name in (TEXTS.get(column, column) for column in COLUMNS)
    )
    connection.execute(
        f"create or replace temp table {INCOMING.split('.')[1]} as "
        f"select {chosen}, start_at, end_at, amount_micros from (select *, "
        f"{csv_instant('start_text')} as start_at, "
        f"{csv_instant('end_text')} as end_at, "
        f"{amount_micros('amount_text')} as amount_micros "
        f"from (select {texts} from {scan}))"
    )


def _keep_rows(connection: duckdb.DuckDBPyConnection, uuid: str, sha256: str) -> int:
    """Load what can be used and set the rest aside; returns how many that are."""
    torn = _set_torn_aside(connection, sha256)
    number = "incoming.rowid + 1"
    if torn:
        number += (
            " + (select count(*) from temp.torn "
            "where source_row - ordinal < incoming.rowid + 1)"
        )
    columns = ", ".join(c.name for c in LINES.columns if c.name not in NUMBERED)
    connection.execute(
        f"insert into {LINES.table} by name select ? as invoice_uuid, ? as version, "
        f"{number} as line_number, {columns} from {INCOMING} as incoming "
        f"where not {BROKEN}",
        [uuid, sha256],
    )
    texts = ", ".join(f"'{name}', {TEXTS.get(name, name)}" for name in COLUMNS)
    broken = connection.execute(
        f"insert into raw.quarantine select '{LINES.table}', ?, {number}, {REASONS}, "
        f"left(cast(json_object({texts}) as varchar), 2000) "
        f"from {INCOMING} as incoming where {BROKEN} returning source_row",
        [sha256],
    ).fetchall()
    connection.execute(f"drop table {INCOMING}")
    return torn + len(broken)


def _set_torn_aside(connection: duckdb.DuckDBPyConnection, sha256: str) -> int:
    """Set rows aside that have no columns; the others keep their place around them."""
    connection.execute(query_of("load/invoice_lines/torn"))
    connection.execute(
        "insert into raw.quarantine "
        f"select '{LINES.table}', ?, source_row, reason, left(raw_text, 2000) "
        "from temp.torn",
        [sha256],
    )
    return int(connection.execute("select count(*) from temp.torn").fetchall()[0][0])
