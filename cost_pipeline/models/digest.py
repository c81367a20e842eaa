"""Digests: one hash per table, so that equal inputs can be seen to give equal rows.

The digest leaves out the columns a model names `volatile:` (they depend on when a run
happened). The fingerprint keeps them and is quick; it only says whether to publish.
"""

import hashlib
from collections.abc import Mapping, Sequence

import duckdb

from cost_pipeline.models.library import all_models
from cost_pipeline.models.model import Model

# A separator and a stand-in for null that no value of ours can hold.
PART, NOTHING = "chr(31)", "chr(30)"


def published_models() -> dict[str, Model]:
    """The models that analysts get."""
    return {name: m for name, m in all_models().items() if m.layer == "marts"}


def digests(connection: duckdb.DuckDBPyConnection, catalog: str = "") -> dict[str, str]:
    """The digest of each published table that is there."""
    present = tables_in(connection, catalog)
    return {
        name: digest(connection, catalog + name, columns_for_digest(model))
        for name, model in sorted(published_models().items())
        if name in present
    }


def overall(found: Mapping[str, str]) -> str:
    """One digest over all tables."""
    lines = "".join(f"{name} {value}\n" for name, value in sorted(found.items()))
    return hashlib.sha256(lines.encode()).hexdigest()[:32]


def digest(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str]
) -> str:
    """A hash of the rows as a set: the sum of row hashes needs no order and no sort."""
    texts = ", ".join(
        f"coalesce(cast({column} as varchar), {NOTHING})" for column in columns
    )
    row = f"md5(concat_ws({PART}, {texts}))"
    found = connection.execute(
        f"select count(*), "
        f"coalesce(sum(cast(concat('0x', left({row}, 15)) as bigint)), 0), "
        f"coalesce(sum(cast(concat('0x', right({row}, 15)) as bigint)), 0) from {table}"
    ).fetchall()[0]
    names = ",".join(columns)
    return hashlib.sha256(f"{names} {found}".encode()).hexdigest()[:32]


def fingerprint(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """A quick hash of all columns, good for one DuckDB version on one machine."""
    found = connection.execute(
        f"select count(*), coalesce(sum(hash(given)), 0) from {table} as given"
    ).fetchall()[0]
    return f"{duckdb.__version__} {found[0]} {found[1]}"


def columns_for_digest(model: Model) -> list[str]:
    """The columns that do not depend on when a run happened."""
    return [name for name in model.columns if name not in model.volatile]


def tables_in(connection: duckdb.DuckDBPyConnection, catalog: str = "") -> set[str]:
    """Schema-qualified names of the tables of a catalog, the current one by default."""
    wanted = f"'{catalog.rstrip('.')}'" if catalog else "current_database()"
    rows = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() "
        f"where database_name = {wanted}"
    ).fetchall()
    return {row[0] for row in rows}
