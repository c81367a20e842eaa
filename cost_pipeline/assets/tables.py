"""Every table as an asset, all made by one step: what is due, and nothing else.

One step and not one each: a step costs more than most tables, and what is not due would
have to be skipped, with which Dagster skips whatever follows. Which tables are due is
`models/refresh.py`, how they are made `nodes.py`; here is said how Dagster shows them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
import duckdb

from cost_pipeline.assets.check_results import check_result, problem_result
from cost_pipeline.assets.groups import (
    LEDGER,
    MARTS,
    OWNERS,
    RAW,
    WAREHOUSE_POOL,
    first_line,
    group_of,
)
from cost_pipeline.assets.nodes import CHANGED, GIVEN, LANDED, Chain, days_in
from cost_pipeline.contracts.base import Contract
from cost_pipeline.contracts.registry import (
    all_contracts,
    ledger_tables,
    reference_tables,
    source_tables,
)
from cost_pipeline.gateways.base import MessageGateway
from cost_pipeline.models.build import Built
from cost_pipeline.models.digest import digests, overall, published_models
from cost_pipeline.models.library import all_audits, all_models, host_of, provenance
from cost_pipeline.models.model import Audit, Model
from cost_pipeline.models.refresh import Outcome, Refresh
from cost_pipeline.publish.previews import plots, preview
from cost_pipeline.publish.published_file import publish
from cost_pipeline.publish.report import write_report
from cost_pipeline.resources import Warehouse
from cost_pipeline.settings import Settings
from cost_pipeline.storage.connection import RunClock
from cost_pipeline.storage.landing import Landing

RULES = "rules"
COMPLETE = "complete"
# Tables of the ledger that no query adds rows to: what they follow, and what they are.
BY_HAND: dict[str, tuple[list[list[str]], str]] = {
    "decisions": ([], "What operators decided, in the order they decided it."),
    "deliveries": (
        [["ledger", "messages"]],
        "Every attempt to deliver a message, and what came of it.",
    ),
}
PUBLISHED = dg.AssetKey(["published", "cost_duckdb"])
# Dagster's own job, for what a person chose in the UI: made even if nothing changed.
CHOSEN_BY_HAND = "__ASSET_JOB"


def key_of(table: str) -> dg.AssetKey:
    return dg.AssetKey(table.split("."))


def contract_specs(landed: Sequence[dg.AssetKey]) -> list[dg.AssetSpec]:
    """Tables that are loaded; what they are loaded from was landed before."""
    given = [
        # Seeds need nothing of the platform, so none that fails holds them back.
        *((contract, {"duckdb", "csv"}, ()) for contract in reference_tables()),
        *((contract, {"duckdb", "csv"}, landed) for contract in source_tables()),
        *((contract, {"duckdb", "json"}, landed) for contract in LANDED),
    ]
    return [_contract_spec(contract, kinds, deps) for contract, kinds, deps in given]


def _contract_spec(
    contract: Contract, kinds: set[str], deps: Sequence[dg.AssetKey]
) -> dg.AssetSpec:
    columns = [
        dg.TableColumn(column.name, column.type, column.description)
        for column in contract.all_columns
    ]
    return dg.AssetSpec(
        contract.table.split("."),
        deps=deps,
        group_name=RAW,
        description=first_line(contract.description),
        kinds=kinds,
        owners=OWNERS,
        tags={"subject": contract.subject, "layer": contract.table.split(".")[0]},
        metadata={"dagster/column_schema": dg.TableSchema(columns)},
        skippable=True,
    )


def ledger_specs() -> list[dg.AssetSpec]:
    """What the ledger held when the run began, and what no query adds to it."""
    found = []
    for contract in ledger_tables():
        spec = _contract_spec(contract, {"duckdb"}, ())
        found.append(
            spec.replace_attributes(
                key=dg.AssetKey(["raw", f"ledger_{contract.name}"]),
                tags={**spec.tags, "layer": "raw"},
                description=f"The ledger's {contract.name} as the run found it.",
            )
        )
        if contract.name in BY_HAND:
            deps, words = BY_HAND[contract.name]
            found.append(
                spec.replace_attributes(deps=deps, group_name=LEDGER, description=words)
            )
    return found


def model_spec(model: Model, known: Iterable[str]) -> dg.AssetSpec:
    """A table that a query makes: its file says all about it."""
    return dg.AssetSpec(
        model.key,
        deps=[key_of(table) for table in model.upstream if table in set(known)],
        group_name=LEDGER if model.is_append else group_of(model.layer, model.subject),
        description=first_line(model.description),
        kinds={"duckdb", "sql"},
        owners=OWNERS,
        tags={
            "subject": subject_of(model),
            "layer": model.layer,
            "partition": model.partition or "none",
        },
        code_version=model.definition[:16],
        skippable=True,
    )


def subject_of(model: Model) -> str:
    """Its folder; a table of the ledger says it in its contract."""
    contract = all_contracts().get(model.table)
    return contract.subject if contract else model.subject


def published_spec(marts: Iterable[str]) -> dg.AssetSpec:
    """The file that analysts open."""
    return dg.AssetSpec(
        PUBLISHED,
        deps=[key_of(table) for table in marts],
        group_name=MARTS,
        description="The file analysts open: every mart, replaced by rename.",
        kinds={"duckdb", "parquet"},
        owners=OWNERS,
        tags={"subject": "published", "layer": "published"},
        skippable=True,
    )


def check_specs(specs: Sequence[dg.AssetSpec]) -> list[dg.AssetCheckSpec]:
    """One check for each table, and one for each audit beside the table it speaks of.

    None stops a step: a broken rule leaves its table unsettled, and whoever stands on
    it keeps its last good rows.
    """
    rules = {model.table: rules_text(model) for model in all_models().values()}
    contracts = {c.table: contract_text(c) for c in _all_loaded()}
    found = [
        dg.AssetCheckSpec(
            COMPLETE if spec.key == PUBLISHED else RULES,
            asset=spec.key,
            description={**rules, **contracts}.get(".".join(spec.key.path)),
        )
        for spec in specs
    ]
    keys = {spec.key for spec in specs}
    return found + [
        dg.AssetCheckSpec(
            audit.name,
            asset=key_of(host_of(audit)),
            description=audit.header.description,
        )
        for audit in all_audits()
        if key_of(host_of(audit)) in keys
    ]


def _all_loaded() -> list[Contract]:
    return [*reference_tables(), *source_tables(), *LANDED]


def contract_text(contract: Contract) -> str:
    """The rules of a declared table in words, shown beside its check."""
    return "; ".join([f"one row per {', '.join(contract.key)}", *contract.rules()])


def rules_text(model: Model) -> str:
    """The rules of a model in words, shown beside its check."""
    grain = f"One row per {', '.join(model.grain)}."
    rules = [*model.checks, *(f"{rule} (warns)" for rule in model.warnings)]
    return f"{grain} " + " ".join(f"Holds: {rule}." for rule in rules)


def table_assets(landed: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """Build the one step that makes every table."""
    models = [model for model in all_models().values() if not model.partition]
    loaded = [*contract_specs(landed), *ledger_specs()]
    known = {".".join(spec.key.path) for spec in loaded} | set(all_models())
    specs = [
        *loaded,
        *(model_spec(model, known) for model in models),
        published_spec(published_models()),
    ]

    @dg.multi_asset(
        name="tables",
        specs=specs,
        check_specs=check_specs(specs),
        can_subset=True,
        pool=WAREHOUSE_POOL,
    )
    def tables(
        context: dg.AssetExecutionContext,
        warehouse: Warehouse,
        landing: dg.ResourceParam[Landing],
        messages: dg.ResourceParam[MessageGateway],
        clock: dg.ResourceParam[RunClock],
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        chain = Chain(
            warehouse.connection, landing, warehouse.segments, clock.now, messages
        )
        chosen = {".".join(key.path) for key in context.selected_asset_keys}
        forced = chosen if context.job_name.startswith(CHOSEN_BY_HAND) else ()
        yield from make_tables(context, chain, chosen, forced)

    return tables


def due_keys(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    clock: RunClock,
    messages: MessageGateway,
) -> set[dg.AssetKey]:
    """What a run of everything may have to make now, once it has loaded."""
    landing = Landing(settings.landing_path)
    chain = Chain(connection, landing, settings.segments_path, clock.now, messages)
    return {key_of(name) for name in chain.refresh().due() if name.count(".") == 1}


def make_tables(
    context: dg.AssetExecutionContext,
    chain: Chain,
    chosen: set[str],
    forced: Iterable[str],
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Load, make what is due, and publish when that was asked for and all is well."""
    refresh = chain.refresh(chosen)
    wanted = chosen | chain.helpers_of(chosen)
    for outcome in refresh.run(wanted, forced=set(forced)):
        yield from shown(context, chain.connection, outcome, forced)
    name = ".".join(PUBLISHED.path)
    if name in chosen:
        yield from published(chain, refresh, is_forced=name in set(forced))


def shown(
    context: dg.AssetExecutionContext,
    connection: duckdb.DuckDBPyConnection,
    outcome: Outcome,
    forced: Iterable[str],
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """What Dagster gets to know of a node that was made.

    Equal contents are no news; what is wrong is said each time, with or without news.
    """
    node, made = outcome.node, outcome.made
    if node.is_audit:
        audit = {audit.name: audit for audit in all_audits()}[node.name[6:]]
        yield _audit_result(audit, outcome)
        return
    if node.name in (*GIVEN, CHANGED):
        return
    key = key_of(node.name)
    model = all_models().get(node.name)
    result = _check(key, outcome)
    if model is not None and model.partition:
        _log_days(context, connection, model, outcome)
    elif key not in context.selected_asset_keys:
        return
    elif made.problem is not None:
        yield result
    elif outcome.is_changed or node.name in set(forced):
        yield dg.MaterializeResult(
            asset_key=key,
            metadata=facts_of(connection, node.name, made.built),
            data_version=dg.DataVersion(outcome.contents),
            check_results=[result],
        )
    elif made.broken:
        yield result


def _check(key: dg.AssetKey, outcome: Outcome) -> dg.AssetCheckResult:
    made = outcome.made
    if made.problem is not None:
        return problem_result(key.path, RULES, made.problem)
    if made.warning is not None:
        return dg.AssetCheckResult(
            asset_key=key,
            check_name=RULES,
            passed=False,
            severity=dg.AssetCheckSeverity.WARN,
            description=made.warning,
        )
    return check_result(key.path, RULES, made.broken)


def _audit_result(audit: Audit, outcome: Outcome) -> dg.AssetCheckResult:
    path = host_of(audit).split(".")
    if outcome.made.problem is not None:
        return problem_result(path, audit.name, outcome.made.problem)
    return check_result(path, audit.name, outcome.made.broken)


def _log_days(
    context: dg.AssetExecutionContext,
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    outcome: Outcome,
) -> None:
    """Days that were metered on the way: each is a partition of its own asset."""
    window = outcome.made.window
    if window is None:
        return
    counts = dict(
        connection.execute(
            f"select {model.partition}, count(*) from {model.table} "
            f"where {window.holds(str(model.partition))} group by all"
        ).fetchall()
    )
    for day in days_in(window):
        context.log_event(
            dg.AssetMaterialization(
                asset_key=model.key,
                partition=day.isoformat(),
                metadata={"dagster/row_count": counts.get(day, 0)},
            )
        )


def facts_of(
    connection: duckdb.DuckDBPyConnection, table: str, built: Built | None
) -> Mapping[str, Any]:
    """What an operator sees of a table; numbers become plots by themselves."""
    if built is None:
        rows = connection.execute(f"select count(*) from {table}").fetchall()[0][0]
        return {"dagster/row_count": rows}
    facts: dict[str, Any] = {**built.facts, "dagster/row_count": built.rows}
    model = all_models().get(table)
    if model is None or model.is_append:
        return facts
    facts["build_seconds"] = round(built.seconds, 3)
    words = provenance(table)
    columns = [
        dg.TableColumn(name, kind, described(model.columns[name], words.get(name)))
        for name, kind in built.columns
    ]
    facts["dagster/column_schema"] = dg.TableSchema(columns)
    if model.layer == "marts":
        texts = preview(connection, model)
        facts |= {name: dg.MetadataValue.md(text) for name, text in texts.items()}
    return {**facts, **plots(connection, model)}


def described(text: str, sources: str | None) -> str:
    """A column's meaning with its provenance, which the UI draws nowhere else."""
    return f"{text} (from {sources})" if sources else text


def published(
    chain: Chain, refresh: Refresh, *, is_forced: bool
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Publish all marts as they belong together, or leave the last good file.

    A mart that waits, or whose rules broke, would stand beside tables that have gone on
    without it: an invoice beside lines of another day.
    """
    waiting = sorted(refresh.not_good() & set(published_models()))
    if waiting:
        problem = (
            f"nothing is published: {waiting[0]} "
            + (f"and {len(waiting) - 1} more tables wait" if waiting[1:] else "waits")
            + "; the failed rules above say for what"
        )
        yield problem_result(PUBLISHED.path, COMPLETE, problem)
        return
    settings = Settings.load()
    done = publish(chain.connection, settings.published_path, settings.exports_path)
    report = settings.published_path.with_name("report.html")
    if not (done.changed or is_forced or not report.exists()):
        return
    write_report(done.path, report, chain.now)
    yield dg.MaterializeResult(
        asset_key=PUBLISHED,
        metadata={
            "tables": done.tables,
            "tables_changed": len(done.changed),
            "size_mb": done.size_mb,
            "digest": overall(digests(chain.connection)),
            "path": dg.MetadataValue.path(done.path),
            "report": dg.MetadataValue.path(report),
        },
        check_results=[
            dg.AssetCheckResult(
                asset_key=PUBLISHED,
                check_name=COMPLETE,
                passed=done.tables == len(published_models()),
            )
        ],
    )
