"""Building a table again for those tenants only whose rows can have changed.

A model with `keyed: tenant_id` promises that a tenant's rows come from that tenant's
rows of other tables, and from what `core/subscriptions/tenant_marks.sql` holds a mark
of. Here is said whose marks changed, and each table remembers whom it has still to
build. A table is done with a tenant only when the rules of the new rows hold; killed
before that, it builds them once more.
"""

import time

import duckdb

from cost_pipeline.models.build import Built, has_table, outcome_of
from cost_pipeline.models.library import all_models
from cost_pipeline.models.model import MARKS, Model
from cost_pipeline.storage.connection import transaction

# Tables that are no keyed models and have a tenant in each row. What changes in them is
# marked, except in `core.item_claims`, the open items at this `now`; who has others
# without a mark is in `TOUCHES`.
OF_TENANTS = frozenset(
    {
        "staging.activities",
        "staging.prior_claims",
        "staging.claims",
        "core.item_claims",
    }
)
# Above one tenant in so many the whole table is cheaper. It is built whole too when as
# many were replaced since as there are, because replaced rows stay in the file.
WHOLE_FROM = 4
TOUCHED = "temp.touched_tenants"
IN_SCOPE = f"(tenant_id is null or tenant_id in (select tenant_id from {TOUCHED}))"

DDL = """
create table if not exists ops.pending_tenants (table_name varchar, tenant_id varchar);
create table if not exists ops.keyed_tables (
    table_name varchar, definition varchar, replaced_tenants bigint
);
create table if not exists ops.marked_at (now_at timestamp);
create table if not exists ops.known_tenants (
    tenant_id varchar, log_mark ubigint, claims_mark ubigint
);
"""

CHANGED = f"""
select coalesce(given.tenant_id, known.tenant_id) as tenant_id
from {MARKS} as given
full join ops.known_tenants as known using (tenant_id)
where given.{{mark}} is distinct from known.{{mark}}
"""
# Who is touched, by the table that changed for them: what stands on it is to be built.
# Without a new mark a period began (periods reach one past the now of their run), an
# hour is over, or a claim is due.
TOUCHES = {
    "raw.activities": CHANGED.format(mark="log_mark"),
    "raw.ledger_claims": CHANGED.format(mark="claims_mark"),
    "core.periods": """
        select tenant_id from core.periods
        where period_start > (select now_at from ops.marked_at)
            and period_start <= (select now_at from ref.clock)
            and tenant_id is not null
    """,
    "core.item_claims": """
        select tenant_id from core.item_claims where is_due or hour_at is null
    """,
}
PENDING = "select tenant_id from ops.pending_tenants where table_name = ?"
# Everybody is pending, or the table was made by another query.
IS_UNKNOWN = f"""
select exists (from {TOUCHED} where tenant_id is null)
    or not exists (from ops.keyed_tables where table_name = ? and definition = ?)
"""
IS_WORN = """
select exists (
    from ops.keyed_tables
    where table_name = ?
        and replaced_tenants > (select count(*) from ops.known_tenants)
)
"""
BACKWARDS = """
select count(*) from ops.marked_at join ref.clock on clock.now_at < marked_at.now_at
"""


def note_marks(
    connection: duckdb.DuckDBPyConnection, whole_from: int = WHOLE_FROM
) -> None:
    """Note for every keyed table whom it has to build, once the marks are new."""
    connection.execute(DDL)
    much = f"select count(*) * {whole_from} > (select count(*) from {MARKS})"
    # A run as of the past would have to undo what time did.
    is_back = bool(_number(connection, BACKWARDS))
    with transaction(connection):
        for table, query in TOUCHES.items():
            if table in all_models() and not has_table(connection, table):
                continue
            _touch(connection, query)
            is_much = bool(_number(connection, f"{much} from {TOUCHED}"))
            _add_pending(connection, standing_on(table), is_whole=is_back or is_much)
        connection.execute("delete from ops.known_tenants")
        connection.execute(
            "insert into ops.known_tenants "
            f"select tenant_id, log_mark, claims_mark from {MARKS}"
        )
        connection.execute("delete from ops.marked_at")
        connection.execute("insert into ops.marked_at select now_at from ref.clock")


def build_keyed(connection: duckdb.DuckDBPyConnection, model: Model) -> Built:
    """Build what is pending of a keyed model; what stands on it is pending then too."""
    started = time.perf_counter()
    connection.execute(DDL)
    _touch(connection, PENDING, model.table)
    is_unknown = not has_table(connection, model.table) or bool(
        _number(connection, IS_UNKNOWN, model.table, model.definition)
    )
    is_whole = is_unknown or bool(_number(connection, IS_WORN, model.table))
    count = _number(connection, f"select count(*) from {TOUCHED}")
    with transaction(connection):
        if is_whole:
            connection.execute(
                "delete from ops.keyed_tables where table_name = ?", [model.table]
            )
            connection.execute(
                f"create or replace table {model.table} as {model.query}"
            )
        elif count or model.keyless:
            connection.execute(f"delete from {model.table} where {IN_SCOPE}")
            connection.execute(f"insert into {model.table} {restricted(model)}")
        downstream = [name for name in standing_on(model.table) if name != model.table]
        _add_pending(connection, downstream, is_whole=is_unknown)
    if is_whole:
        return outcome_of(connection, model, started, None)
    facts = {"rebuilt_tenants_count": count}
    return outcome_of(connection, model, started, IN_SCOPE, facts)


def settle(connection: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Call what is pending of a model done: it was built, and its rules hold."""
    named = [model.table]
    with transaction(connection):
        connection.execute(
            "delete from ops.pending_tenants where table_name = ?", named
        )
        # A table that was built whole is not known at this moment.
        connection.execute(
            "update ops.keyed_tables set replaced_tenants = replaced_tenants "
            f"+ (select count(*) from {TOUCHED}) where table_name = ?",
            named,
        )
        connection.execute(
            "insert into ops.keyed_tables select ?, ?, 0 where not exists "
            "(select 1 from ops.keyed_tables where table_name = ?)",
            [*named, model.definition, *named],
        )


def restricted(model: Model) -> str:
    """The query of a model over the touched tenants' rows alone."""
    # Here alone a run needs syntax trees, and not every run is here.
    from sqlglot import exp

    from cost_pipeline.models.macros import parsed

    tables = OF_TENANTS | keyed_models().keys()

    def touched_rows(node: "exp.Expr") -> "exp.Expr":
        if not isinstance(node, exp.Table) or f"{node.db}.{node.name}" not in tables:
            return node
        rows = exp.select("*").from_(exp.table_(node.name, db=node.db))
        touched = rows.join(TOUCHED, using="tenant_id", join_type="semi")
        return touched.subquery(node.alias_or_name)

    return parsed(model.query).transform(touched_rows).sql(dialect="duckdb")


def keyed_models() -> dict[str, Model]:
    """The models that are built by tenant, by table, upstream before downstream."""
    return {table: model for table, model in all_models().items() if model.keyed}


def standing_on(table: str) -> list[str]:
    """The keyed tables that are made from a table, however far, and itself if it is."""
    found = {table}
    for name, model in all_models().items():
        # All come after the marks; who is touched is decided by what the marks are of.
        if name != MARKS and found & set(model.upstream):
            found.add(name)
    return [name for name in keyed_models() if name in found]


def _touch(connection: duckdb.DuckDBPyConnection, query: str, *values: object) -> None:
    """Let a query's tenants be the touched ones."""
    connection.execute(
        "create or replace temp table touched_tenants as "
        f"select distinct tenant_id from ({query})",
        list(values),
    )


def _add_pending(
    connection: duckdb.DuckDBPyConnection, tables: list[str], *, is_whole: bool
) -> None:
    """Add the touched tenants to what is pending of tables; none = all tenants."""
    tenants = "(select null as tenant_id)" if is_whole else TOUCHED
    connection.execute(
        "insert into ops.pending_tenants select table_name, tenant_id "
        f"from (select unnest(?) as table_name), {tenants} "
        "except from ops.pending_tenants",
        [tables],
    )


def _number(connection: duckdb.DuckDBPyConnection, query: str, *values: object) -> int:
    return int(connection.execute(query, list(values)).fetchall()[0][0])
