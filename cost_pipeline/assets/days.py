"""Tables that are made by days, each day a partition that can be made alone.

A run meters the days that are due on its way (`nodes.py`); these assets are for who
wants a day or a range of them again, from the UI or as a backfill.
"""

from collections.abc import Iterable
from datetime import date

import dagster as dg

from cost_pipeline.assets.check_results import check_result
from cost_pipeline.assets.groups import OWNERS, WAREHOUSE_POOL, first_line, group_of
from cost_pipeline.assets.nodes import LAST_OF_DAYS
from cost_pipeline.assets.tables import RULES, facts_of, key_of, rules_text
from cost_pipeline.automation.partitions import DAYS
from cost_pipeline.books.metered_days import remember_metered
from cost_pipeline.models.build import Window, build
from cost_pipeline.models.fingerprints import forget
from cost_pipeline.models.library import all_models
from cost_pipeline.models.model import Model
from cost_pipeline.models.rules import broken_rules
from cost_pipeline.resources import Warehouse


def day_asset(model: Model, known: Iterable[str]) -> dg.AssetsDefinition:
    """Build the asset of one table of days."""
    key = key_of(model.table)

    @dg.asset(
        key=key,
        deps=[key_of(table) for table in model.upstream if table in set(known)],
        group_name=group_of(model.layer, model.subject),
        description=first_line(model.description),
        kinds={"duckdb", "sql"},
        owners=OWNERS,
        tags={"subject": model.subject, "layer": model.layer, "partition": "day"},
        pool=WAREHOUSE_POOL,
        partitions_def=DAYS,
        backfill_policy=dg.BackfillPolicy.single_run(),
        check_specs=[
            dg.AssetCheckSpec(
                RULES, asset=key, blocking=True, description=rules_text(model)
            )
        ],
    )
    def table(
        context: dg.AssetExecutionContext, warehouse: Warehouse
    ) -> dg.MaterializeResult:
        connection, window = warehouse.connection, window_of(context)
        # Whoever stands on it has to look at it again.
        forget(connection, model.table)
        built = build(connection, model, window)
        broken = broken_rules(connection, model, built.scope)
        is_settled = all(rule.is_warning for rule in broken)
        if is_settled and model.table == LAST_OF_DAYS:
            remember_metered(connection, window)
        facts = {"dagster/row_count": built.rows}
        if window.first_day == window.last_day:
            # Dagster writes an event per day of a range, each with all of this.
            facts = {**facts_of(connection, model.table, built)}
        return dg.MaterializeResult(
            metadata=facts, check_results=[check_result(model.key, RULES, broken)]
        )

    return table


def window_of(context: dg.AssetExecutionContext) -> Window:
    """The days this run is for, as one range."""
    keys = context.partition_key_range
    return Window(date.fromisoformat(keys.start), date.fromisoformat(keys.end))


def day_assets(known: Iterable[str]) -> list[dg.AssetsDefinition]:
    """All of them."""
    return [day_asset(m, known) for m in all_models().values() if m.partition]
