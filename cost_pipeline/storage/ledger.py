"""Writing to the ledger: append-only, one transaction on the ledger alone.

DuckDB writes one database per transaction, so a ledger write comes first and the
warehouse derives from it afterwards. Each write also leaves a Parquet segment beside
the file, from which `restore` can make the ledger again.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from cost_pipeline.contracts.base import Contract
from cost_pipeline.contracts.registry import ledger_tables
from cost_pipeline.storage.connection import transaction


class LedgerConflict(Exception):
    """A key that is already in the ledger, with other content."""


@dataclass(frozen=True)
class Written:
    """How many rows were new, and how many the ledger knew already."""

    new: int
    known: int


def prepare_ledger(
    connection: duckdb.DuckDBPyConnection, segments: Path | None
) -> None:
    """Make missing tables, and the segments a killed writer did not get to write."""
    for contract in ledger_tables():
        columns = contract.ddl().rstrip("\n)")
        connection.execute(
            f"{columns},\n    input_hash varchar not null,\n"
            "    batch bigint not null,\n    written_at timestamp not null\n)"
        )
        # Drafts are computed before the ledger is written, and issued documents after:
        # this name lets a draft read what was written before, without a circle.
        connection.execute(
            f"create or replace view raw.ledger_{contract.name} "
            f"as from {contract.table}"
        )
        if segments is not None:
            _write_missing_segments(connection, contract, segments)


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
    names = [column.name for column in contract.columns]
    content = ", ".join(f"'{name}', {name}" for name in names)
    connection.execute(
        f"create or replace temp table to_append as "
        f"select {', '.join(names)}, "
        f"md5(cast(json_object({content}) as varchar)) as input_hash from ({query})",
        list(parameters),
    )
    same_key = " and ".join(f"known.{key} = given.{key}" for key in contract.key)
    _refuse_conflicts(connection, contract, same_key)
    given = connection.execute("select count(*) from temp.to_append").fetchall()[0][0]
    with transaction(connection):
        inserted = connection.execute(
            f"insert into {contract.table} select given.*, "
            f"(select coalesce(max(batch), 0) + 1 from {contract.table}), "
            "(select now_at from ref.clock) from temp.to_append as given "
            f"where not exists (select 1 from {contract.table} as known "
            f"where {same_key}) returning batch"
        ).fetchall()
    connection.execute("drop table temp.to_append")
    if inserted and segments is not None:
        _write_missing_segments(connection, contract, segments)
    return Written(len(inserted), int(given) - len(inserted))


def restore(connection: duckdb.DuckDBPyConnection, segments: Path) -> int:
    """Fill empty ledger tables from their segments; returns the rows restored."""
    restored = 0
    for contract in ledger_tables():
        files = segments / contract.name
        count = connection.execute(f"select count(*) from {contract.table}").fetchall()
        if count[0][0] or not any(files.glob("*.parquet")):
            continue
        found = connection.execute(
            f"insert into {contract.table} by name "
            f"select * from read_parquet('{files}/*.parquet') returning batch"
        ).fetchall()
        restored += len(found)
    return restored


def _refuse_conflicts(
    connection: duckdb.DuckDBPyConnection, contract: Contract, same_key: str
) -> None:
    keys = ", ".join(f"given.{key}" for key in contract.key)
    conflicts = connection.execute(
        f"select {keys} from temp.to_append as given "
        f"join {contract.table} as known on {same_key} "
        "where known.input_hash <> given.input_hash limit 1"
    ).fetchall()
    repeated = connection.execute(
        f"select {keys} from temp.to_append as given "
        f"group by all having count(*) > 1 limit 1"
    ).fetchall()
    for row in [*conflicts, *repeated]:
        named = ", ".join(
            f"{key} {value}" for key, value in zip(contract.key, row, strict=True)
        )
        raise LedgerConflict(
            f"{contract.table}: {named} is already written with other content"
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
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f".{name}.{os.getpid()}.partial"
        connection.execute(
            f"copy (select * from {contract.table} where batch = {batch}) "
            f"to '{partial}' (format parquet)"
        )
        partial.replace(folder / name)
