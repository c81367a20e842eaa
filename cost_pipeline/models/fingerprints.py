"""What each table was made from and what came of it, kept beside the tables.

A fingerprint is a query with the contents of everything it reads; equal fingerprints
give equal tables, so nothing has to be built. Contents are a count and a sum of row
hashes: quick, and good for one DuckDB version. What is done with them is `refresh.py`.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

DDL = """
create table if not exists ops.fingerprints (
    table_name varchar not null,
    fingerprint varchar not null,
    contents varchar not null,
    is_settled boolean not null,
    findings varchar[] not null
)
"""


@dataclass(frozen=True)
class State:
    """What is known of a table since it was last made.

    It is settled when its blocking rules held. Findings are what its rules said, each
    in one line: they stand until it is made again.
    """

    fingerprint: str
    contents: str
    is_settled: bool
    findings: tuple[str, ...] = ()


def contents_of(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """A quick hash of all rows as a set: equal rows in any order are equal contents."""
    found = connection.execute(
        f"select count(*), coalesce(sum(hash(given)), 0) from {table} as given"
    ).fetchall()[0]
    return f"{found[0]} {found[1]}"


def fingerprint(definition: str, inputs: Mapping[str, str]) -> str:
    """The hash of a query, its engine, and the contents of what it reads."""
    lines = [definition, duckdb.__version__]
    lines += [f"{table} {contents}" for table, contents in sorted(inputs.items())]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def read_states(connection: duckdb.DuckDBPyConnection) -> dict[str, State]:
    """Everything that is remembered, by table."""
    connection.execute(DDL)
    rows = connection.execute(
        "select table_name, fingerprint, contents, is_settled, findings "
        "from ops.fingerprints"
    ).fetchall()
    return {
        name: State(made_from, contents, is_settled, tuple(findings))
        for name, made_from, contents, is_settled, findings in rows
    }


def forget(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Let a table be due: said before it is touched, so that a kill leaves it due."""
    connection.execute(DDL)
    connection.execute("delete from ops.fingerprints where table_name = ?", [table])


def remember(connection: duckdb.DuckDBPyConnection, table: str, state: State) -> None:
    """Keep what a table was made from, in place of what was kept before."""
    forget(connection, table)
    connection.execute(
        "insert into ops.fingerprints values (?, ?, ?, ?, ?)",
        [
            table,
            state.fingerprint,
            state.contents,
            state.is_settled,
            list(state.findings),
        ],
    )
