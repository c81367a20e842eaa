"""Exchange rates of the central bank: landed as the file they are, then loaded.

The newest readable file holds the whole history, so it replaces the rows. What a day
without a rate means is `core/fx_daily.sql`.
"""

import csv
import io
import re
import tempfile
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb

from cost_pipeline.contracts.billing import FILES, RATES
from cost_pipeline.domain.listing import Listing
from cost_pipeline.models.query_files import query_of
from cost_pipeline.providers.base import ProviderError
from cost_pipeline.storage.connection import transaction
from cost_pipeline.storage.landing import Landing, Receipt, instant

ACCOUNT = "ecb"
KIND = "fx_zip"
LARGEST_FILE = 1 << 26
PLAIN = "regexp_full_match(rate, '[0-9]{1,7}([.][0-9]{1,10})?')"


class RatesRefused(Exception):
    """A file that holds no rates; the message says why."""


def land_rates(fetch: Callable[[], bytes], landing: Landing, now: datetime) -> Receipt:
    """Land the history file; a fault is a receipt, and the last good file stays."""
    last = landing.latest(KIND, ACCOUNT, until=now)
    if last and last.received_at == instant(now) and _holds_rates(landing, last):
        return last
    try:
        body = fetch()
    except ProviderError as error:
        failed = Listing(KIND, (), is_complete=False, problem=str(error))
        return landing.keep_listing(ACCOUNT, failed, now=now)
    return landing.keep_file(ACCOUNT, KIND, "", body, now=now)


def _holds_rates(landing: Landing, receipt: Receipt) -> bool:
    """Whether what was landed need not be asked for again at the same instant."""
    try:
        _columns(_text(landing.read(receipt.sha256, receipt.suffix)))
    except RatesRefused:
        return False
    return True


def load_rates(connection: duckdb.DuckDBPyConnection, landing: Landing) -> int:
    """Load the newest file that can be read; returns how many rates there are."""
    files = connection.execute(
        "select sha256, suffix from raw.receipts, ref.clock where kind = ? "
        "and is_complete and received_at <= now_at order by received_at desc",
        [KIND],
    ).fetchall()
    for sha256, suffix in dict.fromkeys(files):
        if _is_loaded(connection, sha256) or _replace(
            connection, landing.read(sha256, suffix), sha256
        ):
            break
    found = connection.execute(f"select count(*) from {RATES.table}").fetchall()
    return int(found[0][0])


def _is_loaded(connection: duckdb.DuckDBPyConnection, sha256: str) -> bool:
    found = connection.execute(
        f"select 1 from {RATES.table} where source_file = ? limit 1", [sha256]
    )
    return bool(found.fetchall())


def _replace(connection: duckdb.DuckDBPyConnection, body: bytes, sha256: str) -> bool:
    """Replace all rates by those of a file; a file that is none changes nothing."""
    problem, rows = None, (0, 0)
    with transaction(connection):
        try:
            rows = _read(connection, _text(body), sha256)
        except RatesRefused as refused:
            problem = str(refused)
        connection.execute(
            f"delete from {FILES.table} where kind = ? and sha256 = ?", [KIND, sha256]
        )
        connection.execute(
            f"insert into {FILES.table} values (?, ?, '', ?, ?, ?, ?)",
            [ACCOUNT, KIND, sha256, *rows, problem],
        )
    return problem is None


def _read(
    connection: duckdb.DuckDBPyConnection, text: str, sha256: str
) -> tuple[int, int]:
    header, names = _columns(text)
    columns = ", ".join(f"'{name or 'trailing'}': 'VARCHAR'" for name in header)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rates.csv"
        path.write_text(text, "utf-8")
        connection.execute(
            "create or replace temp table rates as with given as ("
            "select *, row_number() over () as source_row from read_csv(?, "
            "auto_detect = false, header = true, delim = ',', null_padding = true, "
            f"columns = {{{columns}}})), "
            "told as (select try_cast(Date as date) as rate_date, currency, "
            "trim(rate) as rate, source_row from (unpivot given "
            f"on {', '.join(names)} into name currency value rate)) "
            f"select *, coalesce({PLAIN} and rate_date is not null, false) as is_plain "
            "from told where rate not in ('', 'N/A')",
            [str(path)],
        )
    connection.execute(f"delete from {RATES.table}")
    connection.execute(query_of("load/rates/keep"), [sha256])
    found = connection.execute(
        f"select count(*), (select count(*) from {RATES.table}) from temp.rates"
    ).fetchall()[0]
    connection.execute(query_of("load/rates/set_aside"), [sha256])
    return int(found[0]), int(found[0]) - int(found[1])


def _columns(text: str) -> tuple[list[str], list[str]]:
    """The header, and the currencies in it, of a text that is a table of rates."""
    # The layout ends every row with a comma, so the last column has no name.
    header = [name.strip() for name in next(csv.reader(io.StringIO(text)), [])]
    names = header[1:-1] if header and header[-1] == "" else header[1:]
    if not names or header[0] != "Date" or len(set(names)) != len(names):
        raise RatesRefused("the file does not begin with Date and currencies")
    if not all(re.fullmatch("[A-Z]{3}", name) for name in names):
        raise RatesRefused("a column of the file is no currency")
    if not text.endswith("\n"):
        # Years may be missing behind the cut, and what is before it looks like all.
        raise RatesRefused("the file ends in the middle of a line")
    return header, names


def _text(body: bytes) -> str:
    """The CSV, out of its ZIP where it is in one."""
    if body.startswith(b"PK"):
        try:
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                entry = next(
                    n for n in archive.infolist() if n.filename.endswith(".csv")
                )
                if entry.file_size > LARGEST_FILE:
                    raise RatesRefused("the file is too large to be a table of rates")
                body = archive.read(entry)
        except (zipfile.BadZipFile, StopIteration, EOFError, OSError):
            raise RatesRefused("the archive is broken or holds no CSV") from None
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RatesRefused("the file is not UTF-8") from None
