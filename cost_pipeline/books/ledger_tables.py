"""Writing the tables of the ledger whose rows are computed: `dbt_like_sql/ledger/`.

A query there says what is told now; its keys that are in the ledger were told already.
A run as of the past tells nothing (`staging/told_later.sql` says when that is).
What a person decides is `decisions.py`, what comes of telling is `outbox.py`.
"""

from pathlib import Path

import duckdb

from cost_pipeline.books.metered_days import METERING_DUE, note_metering_due
from cost_pipeline.contracts.base import Contract
from cost_pipeline.contracts.registry import all_contracts
from cost_pipeline.models.library import all_models
from cost_pipeline.models.model import Model
from cost_pipeline.models.query_files import query_of
from cost_pipeline.storage.ledger import Written, append_new, count_new


def append_due(
    connection: duckdb.DuckDBPyConnection, model: Model, segments: Path | None
) -> Written:
    """Append what is due now; nothing in a run as of the past."""
    if told_later(connection):
        return Written(0, 0)
    _prepare(connection, model)
    return append_new(connection, contract_of(model), model.query, segments=segments)


def count_due(connection: duckdb.DuckDBPyConnection, model: Model) -> int:
    """How many rows are due now, also if a run as of the past may not write them."""
    _prepare(connection, model)
    return count_new(connection, contract_of(model), model.query)


def told_later(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Why nothing is told; none if now does not lie before what the ledger holds."""
    query = all_models()["staging.told_later"].query
    found = connection.execute(
        f"select written_at, written_to from ({query}) order by all desc limit 1"
    ).fetchall()
    if not found:
        return None
    written_at, written_to = found[0]
    return f"now lies before {written_at} ({written_to}): nothing is written or sent"


def documents_waiting(connection: duckdb.DuckDBPyConnection) -> int:
    """How many documents wait for a date to issue from."""
    try:
        query = f"select count(*) from ({query_of('due/documents')})"
        return int(connection.execute(query).fetchall()[0][0])
    except duckdb.CatalogException:
        # Nothing was ever drafted.
        return 0


def contract_of(model: Model) -> Contract:
    """The columns and the key of the table that a query appends to."""
    return all_contracts()[model.table]


def _prepare(connection: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Tell the query what only holds at this very moment."""
    if METERING_DUE in model.upstream:
        note_metering_due(connection)
