"""How subscription tests fill log, catalog and ticks, and run the models."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import duckdb

from cost_pipeline.models.build import build
from cost_pipeline.models.changed_tenants import build_keyed, note_marks, settle
from cost_pipeline.models.library import all_audits, all_models
from cost_pipeline.models.model import MARKS
from cost_pipeline.models.rules import broken_audit, broken_rules
from cost_pipeline.storage.ledger import Written
from cost_pipeline_tests.tables import tell

Row = tuple[object, ...]
# Models up to the claims come before the ledger is written, the rest after it.
DRAFTS = "core.item_claims"
RESULTS = (
    "core.anniversary_lines",
    "core.activity_findings",
    "marts.subscription_items",
)


def instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def insert(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: str,
    rows: Iterable[Sequence[object]],
) -> None:
    """Insert rows whose provenance does not matter, in one statement."""
    rows = [list(row) for row in rows]
    if not rows:
        return
    names = [name.strip() for name in columns.split(",")]
    if table.startswith("raw."):
        names += ["source_file", "source_row"]
        rows = [[*row, "test", number] for number, row in enumerate(rows, 1)]
    marks = "(" + ", ".join("?" * len(names)) + ")"
    connection.execute(
        f"insert into {table} ({', '.join(names)}) values "
        + ", ".join([marks] * len(rows)),
        [value for row in rows for value in row],
    )


def give_log(connection: duckdb.DuckDBPyConnection, rows: Iterable[Row]) -> None:
    """(activity_id, sequence, tenant_id, resource_id, type, plan_code, created_at)"""
    connection.execute("delete from raw.activities")
    insert(
        connection,
        "raw.activities",
        "activity_id, sequence, tenant_id, resource_id, activity_type, plan_code, "
        "created_at",
        rows,
    )


def give_plans(connection: duckdb.DuckDBPyConnection, versions: Iterable[Row]) -> None:
    """(plan_code, name, version, price, published_at, retired_at), all in USD."""
    versions = list(versions)
    names = {(row[0], row[1]) for row in versions}
    insert(connection, "raw.plans", "plan_code, name", sorted(names))
    insert(
        connection,
        "raw.plan_versions",
        "plan_version_id, plan_code, version, base_price_cents, currency, status, "
        "published_at, retired_at",
        [
            (f"{code}-v{version}", code, version, price, "USD", "active", start, end)
            for code, _, version, price, start, end in versions
        ],
    )


def upstream_of(*tables: str, given: Sequence[str] = ()) -> set[str]:
    """The models that building some tables takes, without what is given."""
    models, found, waiting = all_models(), set[str](), list(tables)
    while waiting:
        table = waiting.pop()
        is_told = table in models and models[table].is_append
        if table in models and table not in {*found, *given} and not is_told:
            found.add(table)
            waiting += models[table].upstream
    return found


def build_drafts(
    connection: duckdb.DuckDBPyConnection, given: Sequence[str] = ()
) -> None:
    build_all(connection, upstream_of(DRAFTS, given=given))


def build_results(
    connection: duckdb.DuckDBPyConnection, given: Sequence[str] = ()
) -> None:
    """Build what follows the ledger, from the drafts as they are."""
    drafts = upstream_of(DRAFTS, given=given)
    build_all(connection, upstream_of(*RESULTS, given=given) - drafts)


def build_all(connection: duckdb.DuckDBPyConnection, tables: set[str]) -> None:
    """Build as the pipeline does, never whole where a part is enough."""
    for table, model in all_models().items():
        if table in tables and model.keyed:
            build_keyed(connection, model)
            settle(connection, model)
        elif table in tables:
            build(connection, model)
        if table in tables and table == MARKS:
            note_marks(connection, whole_from=0)


def run_once(
    connection: duckdb.DuckDBPyConnection, given: Sequence[str] = ()
) -> Written:
    """One run as the pipeline does it: drafts, the ledger, then what follows."""
    build_drafts(connection, given)
    written = tell(connection, "ledger.claims")
    build_results(connection, given)
    return written


def problems(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Every blocking check and audit of the subject that does not hold."""
    built = upstream_of(*RESULTS)
    models = [m for t, m in all_models().items() if t in built]
    audits = [audit for audit in all_audits() if "subscription" in audit.name]
    broken = [
        rule.name
        for model in models
        for rule in broken_rules(connection, model)
        if not rule.is_warning
    ]
    return broken + [r.name for a in audits for r in broken_audit(connection, a)]
