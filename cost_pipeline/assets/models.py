"""One asset per SQL model: its file says what it is, this says how Dagster shows it."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import dagster as dg
import duckdb

from cost_pipeline.assets.check_results import check_result
from cost_pipeline.assets.groups import OWNERS, WAREHOUSE_POOL, first_line, group_of
from cost_pipeline.automation.partitions import DAYS
from cost_pipeline.books.metered_days import remember_metered
from cost_pipeline.models.build import Built, Window, build
from cost_pipeline.models.changed_tenants import build_keyed, note_marks, settle
from cost_pipeline.models.model import (
    MARKS,
    Audit,
    Model,
    all_audits,
    all_models,
    provenance,
)
from cost_pipeline.models.rules import broken_audit, broken_rules
from cost_pipeline.publish.previews import plots, preview
from cost_pipeline.resources import Warehouse

RULES = "rules"
# `books` runs every hour; two missed hours are worth a look, three are a fault.
FRESH = dg.FreshnessPolicy.time_window(
    fail_window=timedelta(hours=3), warn_window=timedelta(hours=2)
)
# Days are metered when the last table of days has them: remembered before, a run killed
# between the two tables would leave a gap in it.
LAST_OF_DAYS = "marts.usage_daily"


def model_asset(model: Model, known: set[str]) -> dg.AssetsDefinition:
    """Build the asset of one model, with one check for all its rules."""
    key = dg.AssetKey(model.key)
    is_mart = model.layer == "marts"

    @dg.asset(
        key=key,
        deps=[
            dg.AssetKey(table.split(".")) for table in model.upstream if table in known
        ],
        group_name=group_of(model.layer, model.subject),
        description=first_line(model.description),
        kinds={"duckdb", "sql"},
        owners=OWNERS,
        tags={
            "subject": model.subject,
            "layer": model.layer,
            "partition": model.partition or "none",
        },
        pool=WAREHOUSE_POOL,
        partitions_def=DAYS if model.partition else None,
        freshness_policy=FRESH if is_mart and not model.partition else None,
        backfill_policy=dg.BackfillPolicy.single_run() if model.partition else None,
        check_specs=[
            dg.AssetCheckSpec(
                RULES, asset=key, blocking=True, description=rules_text(model)
            ),
        ],
    )
    def table(
        context: dg.AssetExecutionContext, warehouse: Warehouse
    ) -> dg.MaterializeResult:
        connection = warehouse.connection
        window = window_of(context) if model.partition else None
        if model.keyed:
            built = build_keyed(connection, model)
        else:
            built = build(connection, model, window)
        broken = broken_rules(connection, model, built.scope)
        if all(rule.is_warning for rule in broken):
            remember(connection, model, window)
        results = [check_result(model.key, RULES, broken)]
        shown = preview(connection, model) if is_mart else {}
        texts = {name: dg.MetadataValue.md(text) for name, text in shown.items()}
        facts = {**metadata(model, built, window), **texts, **plots(connection, model)}
        return dg.MaterializeResult(metadata=facts, check_results=results)

    return table


def remember(
    connection: duckdb.DuckDBPyConnection, model: Model, window: Window | None
) -> None:
    """Note that a table was built and its rules hold, so that it is not due again."""
    if model.keyed:
        settle(connection, model)
    elif model.table == MARKS:
        note_marks(connection)
    elif window is not None and model.table == LAST_OF_DAYS:
        remember_metered(connection, window)


def metadata(model: Model, built: Built, window: Window | None) -> Mapping[str, Any]:
    """What an operator sees of every table; numbers become plots by themselves."""
    counts = {
        **built.facts,
        "dagster/row_count": built.rows,
        "build_seconds": round(built.seconds, 3),
    }
    if window is not None and window.first_day != window.last_day:
        # Dagster writes an event per day of a range, each with all of this.
        return counts
    sources = provenance(model.table)
    columns = [
        dg.TableColumn(
            name, kind, described(model.columns.get(name, ""), sources.get(name))
        )
        for name, kind in built.columns
    ]
    return {**counts, "dagster/column_schema": dg.TableSchema(columns)}


def described(text: str, sources: str | None) -> str:
    """A column's meaning with its provenance, which the UI draws nowhere else."""
    return f"{text} (from {sources})" if sources else text


def rules_text(model: Model) -> str:
    """The rules of a model in words, shown beside its check."""
    grain = f"One row per {', '.join(model.grain)}."
    rules = [*model.checks, *(f"{rule} (warns)" for rule in model.warnings)]
    return f"{grain} " + " ".join(f"Holds: {rule}." for rule in rules)


def audit_check(audit: Audit, known: set[str]) -> dg.AssetChecksDefinition:
    """An audit is a check of the table it names; it blocks unless it only warns.

    It runs once every table it reads is built. What it holds back is what follows the
    last of them, so it is shown there when that table stands on the one it names.
    """
    table = host_of(audit)
    key = dg.AssetKey(table.split("."))
    others = [name for name in audit.upstream if name in known and name != table]

    @dg.asset_check(
        asset=key,
        name=audit.name,
        description=audit.header.description,
        blocking=audit.is_blocking,
        additional_deps=[dg.AssetKey(name.split(".")) for name in others],
        pool=WAREHOUSE_POOL,
    )
    def check(warehouse: Warehouse) -> dg.AssetCheckResult:
        broken = broken_audit(warehouse.connection, audit)
        return check_result(key.path, audit.name, broken)

    return check


def host_of(audit: Audit) -> str:
    """The table an audit names, or the last one it reads that is made from it."""
    models = all_models()
    below = {audit.table}
    for name, model in models.items():
        if below & set(model.upstream):
            below.add(name)
    later = [name for name in models if name in below and name in audit.upstream]
    return (audit.table, *later)[-1]


def window_of(context: dg.AssetExecutionContext) -> Window:
    """The days this run is for, as one range."""
    keys = context.partition_key_range
    return Window(date.fromisoformat(keys.start), date.fromisoformat(keys.end))


def model_assets(other_tables: Iterable[str]) -> list[dg.AssetsDefinition]:
    """All models that are built, as assets; `other_tables` are those no model makes."""
    models = all_models()
    known = {*other_tables, *models}
    return [
        model_asset(model, known) for model in models.values() if not model.is_append
    ]


def audit_checks(other_tables: Iterable[str]) -> list[dg.AssetChecksDefinition]:
    """All audits as checks."""
    known = {*other_tables, *all_models()}
    return [audit_check(audit, known) for audit in all_audits()]
