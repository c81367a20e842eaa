"""Exchange rates of the central bank, loaded from the landed file.

The newest readable file holds the whole history, so it replaces the rows. What a day
without a rate means is `core/costs/fx_daily.sql`.
"""

import tempfile
from pathlib import Path

import duckdb

from cost_pipeline.contracts.billing import FILES, RATES
from cost_pipeline.domain.rates_file import (
    ACCOUNT,
    KIND,
    RatesRefused,
    columns_of,
    text_of,
)
from cost_pipeline.models.query_files import query_of
from cost_pipeline.storage.connection import transaction
from cost_pipeline.storage.landing import Landing

PLAIN = "regexp_full_match(rate, '[0-9]{1,7}([.][0-9]{1,10})?')"


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
            rows = _read(connection, text_of(body), sha256)
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
    header, names = columns_of(text)
    columns = ", ".join(f"'{name or 'trailing'}': 'VARCHAR'" for name in header)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rates.csv"
        path.write_text(text, "utf-8")
        connection.execute(
            "create or replace temp table rates as with given as ("
            "select *, row_number() over () as source_row from read_csv(?, "
            "auto_detect = false, header = true, delim = ',', null_padding = true, "
            f"columns = {{{columns}}})), "
            "quoted as (select try_cast(Date as date) as rate_date, currency, "
            "trim(rate) as rate, source_row from (unpivot given "
            f"on {', '.join(names)} into name currency value rate)) "
            f"select *, coalesce({PLAIN} and rate_date is not null, false) as is_plain "
            "from quoted where rate not in ('', 'N/A')",
            [str(path)],
        )
    connection.execute(f"delete from {RATES.table}")
    connection.execute(query_of("load/rates/keep"), [sha256])
    found = connection.execute(
        f"select count(*), (select count(*) from {RATES.table}) from temp.rates"
    ).fetchall()[0]
    connection.execute(query_of("load/rates/set_aside"), [sha256])
    return int(found[0]), int(found[0]) - int(found[1])
