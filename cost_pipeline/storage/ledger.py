"""Writing to the ledger: append-only, one transaction on the ledger alone.

DuckDB writes one database per transaction, so a ledger write comes first and the
warehouse derives from it afterwards. Each write also leaves a Parquet segment beside
the file, from which `restore` can make the ledger again.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from cost_pipeline.contracts.base import Contract
from cost_pipeline.contracts.registry import ledger_tables
from cost_pipeline.storage.connection import transaction
from cost_pipeline.storage.files import whole_file
from cost_pipeline.storage.literals import literal

LAST_BATCH = 9_223_372_036_854_775_807
# What a killed run left here says nothing of this one.
AT_START_DDL = """
create or replace table ops.ledger_at_start (table_name varchar, batch bigint)
"""


class LedgerConflict(Exception):
    """A key that is already in the ledger, or given twice, with other content."""


@dataclass(frozen=True)
class Written:
    """How many rows were new, and how many the ledger knew already."""

    new: int
    known: int


def prepare_ledger(
    connection: duckdb.DuckDBPyConnection, segments: Path | None
) -> None:
    """Make missing tables and columns, and the segments a killed writer left out."""
    connection.execute(AT_START_DDL)
    for contract in ledger_tables():
        columns = contract.ddl().rstrip("\n)")
        connection.execute(
            f"{columns},\n    input_hash varchar not null,\n"
            "    batch bigint not null,\n    written_at timestamp not null\n)"
        )
        # A ledger of an older version: what was written says nothing of the new column.
        for column in contract.columns:
            connection.execute(
                f"alter table {contract.table} "
                f"add column if not exists {column.name} {column.type}"
            )
        # Drafts are computed before the ledger is written, and issued documents after:
        # this name lets a draft read what was written before, without a circle.
        connection.execute(
            f"create or replace view raw.ledger_{contract.name} as "
            f"from {contract.table} where batch <= (select coalesce(min(batch), "
            f"{LAST_BATCH}) from ops.ledger_at_start "
            f"where table_name = '{contract.name}')"
        )
        if segments is not None:
            _write_missing_segments(connection, contract, segments)


def hold_start(connection: duckdb.DuckDBPyConnection) -> None:
    """From here on `raw.ledger_*` shows the ledger as it is now.

    A table that is made late in a run must not see what the run itself wrote: the
    tables before it did not.
    """
    tables = " union all ".join(
        f"select '{contract.name}', coalesce(max(batch), 0) from {contract.table}"
        for contract in ledger_tables()
    )
    with transaction(connection):
        connection.execute("delete from ops.ledger_at_start")
        connection.execute(f"insert into ops.ledger_at_start {tables}")


def append(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    query: str,
    parameters: Sequence[object] = (),
    *,
    segments: Path | None,
) -> Written:
    """Append the rows of a query that the ledger does not hold yet.

    The query returns the contract's columns. A key that is there with the same content
    is known and skipped; with other content it is an error, because what was
    sent to the world cannot say anything else under the same name.
    """
    with _given(connection, contract, query, parameters):
        _refuse_conflicts(connection, contract)
        return _write_new(connection, contract, segments)


def append_new(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    query: str,
    *,
    segments: Path | None,
) -> Written:
    """Append the rows of a query whose key is not in the ledger; the others stand.

    For what is computed anew by every run: what was written stays as it was written.
    """
    with _given(connection, contract, query):
        return _write_new(connection, contract, segments)


def count_new(
    connection: duckdb.DuckDBPyConnection, contract: Contract, query: str
) -> int:
    """How many rows `append_new` would write."""
    found = connection.execute(
        f"select count(*) from ({query}) as given where not {_is_known(contract)}"
    ).fetchall()
    return int(found[0][0])


def restore(connection: duckdb.DuckDBPyConnection, segments: Path) -> int:
    """Fill empty ledger tables from their segments; returns the rows restored."""
    restored = 0
    for contract in ledger_tables():
        files = segments / contract.name
        count = connection.execute(f"select count(*) from {contract.table}").fetchall()
        if count[0][0] or not any(files.glob("*.parquet")):
            continue
        found = connection.execute(
            f"insert into {contract.table} by name select * "
            "from read_parquet(?, union_by_name = true) returning batch",
            [f"{files}/*.parquet"],
        ).fetchall()
        restored += len(found)
    return restored


@contextmanager
def _given(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    query: str,
    parameters: Sequence[object] = (),
) -> Iterator[None]:
    """The rows of a query with the hash of each; a key that repeats is refused."""
    names = ", ".join(column.name for column in contract.columns)
    connection.execute(
        f"create or replace temp table to_append as select {names}, "
        f"md5({_content(contract)}) as input_hash from ({query})",
        list(parameters),
    )
    repeated = f"select {_keys(contract)} from temp.to_append as given group by all"
    _refuse(connection, contract, f"{repeated} having count(*) > 1")
    try:
        yield
    finally:
        connection.execute("drop table temp.to_append")


def _write_new(
    connection: duckdb.DuckDBPyConnection, contract: Contract, segments: Path | None
) -> Written:
    given = connection.execute("select count(*) from temp.to_append").fetchall()[0][0]
    with transaction(connection):
        # By name: columns that joined an older ledger stand after all others.
        inserted = connection.execute(
            f"insert into {contract.table} by name select given.*, "
            f"(select coalesce(max(batch), 0) + 1 from {contract.table}) as batch, "
            "(select now_at from ref.clock) as written_at "
            f"from temp.to_append as given where not {_is_known(contract)} "
            f"order by {_keys(contract)} returning batch"
        ).fetchall()
    if inserted and segments is not None:
        _write_missing_segments(connection, contract, segments)
    return Written(len(inserted), int(given) - len(inserted))


def _refuse_conflicts(
    connection: duckdb.DuckDBPyConnection, contract: Contract
) -> None:
    _refuse(
        connection,
        contract,
        f"select {_keys(contract)} from temp.to_append as given "
        f"join {contract.table} as known on {_same_key(contract)} "
        "where known.input_hash <> given.input_hash",
    )


def _refuse(
    connection: duckdb.DuckDBPyConnection, contract: Contract, conflicts: str
) -> None:
    for row in connection.execute(f"{conflicts} limit 1").fetchall():
        named = ", ".join(
            f"{key} {value}" for key, value in zip(contract.key, row, strict=True)
        )
        raise LedgerConflict(
            f"{contract.table}: {named} is already written with other content"
        )


def _content(contract: Contract) -> str:
    """What of a row is hashed: all of it, and of columns that joined what is given."""
    first = [c.name for c in contract.columns if not c.joined_later]
    later = [c.name for c in contract.columns if c.joined_later]
    row = ", ".join(f"'{name}', {name}" for name in first)
    added = [
        f"if({name} is null, '', cast(json_object('{name}', {name}) as varchar))"
        for name in later
    ]
    return f"concat({', '.join([f'cast(json_object({row}) as varchar)', *added])})"


def _keys(contract: Contract) -> str:
    return ", ".join(f"given.{key}" for key in contract.key)


def _same_key(contract: Contract) -> str:
    return " and ".join(f"known.{key} = given.{key}" for key in contract.key)


def _is_known(contract: Contract) -> str:
    return (
        f"exists (select 1 from {contract.table} as known where {_same_key(contract)})"
    )


def _write_missing_segments(
    connection: duckdb.DuckDBPyConnection, contract: Contract, segments: Path
) -> None:
    """Write one Parquet file per batch that has none; whole or not at all."""
    folder = segments / contract.name
    batches = connection.execute(
        f"select distinct batch from {contract.table} order by batch"
    ).fetchall()
    present = {path.name for path in folder.glob("*.parquet")}
    for (batch,) in batches:
        name = f"{batch:08d}.parquet"
        if name in present:
            continue
        with whole_file(folder / name) as partial:
            connection.execute(
                f"copy (select * from {contract.table} where batch = {batch}) "
                f"to {literal(partial)} (format parquet)"
            )
