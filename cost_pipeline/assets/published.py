"""The last step: analysts get a whole new file."""

import dagster as dg

from cost_pipeline.assets.groups import MARTS, OWNERS, WAREHOUSE_POOL
from cost_pipeline.models.digest import digests, overall
from cost_pipeline.publish.published_file import publish
from cost_pipeline.publish.report import write_report
from cost_pipeline.resources import Warehouse
from cost_pipeline.settings import Settings
from cost_pipeline.storage.connection import RunClock

PUBLISHED = dg.AssetKey(["published", "cost_duckdb"])


def published_asset(marts: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """Build the asset that publishes all marts."""

    @dg.asset(
        key=PUBLISHED,
        deps=marts,
        group_name=MARTS,
        description="The file analysts open: every mart, replaced by rename.",
        kinds={"duckdb", "parquet"},
        owners=OWNERS,
        tags={"subject": "published", "layer": "published"},
        pool=WAREHOUSE_POOL,
        check_specs=[dg.AssetCheckSpec("complete", asset=PUBLISHED)],
    )
    def cost_duckdb(
        warehouse: Warehouse, clock: dg.ResourceParam[RunClock]
    ) -> dg.MaterializeResult:
        settings = Settings.load()
        connection = warehouse.connection
        done = publish(connection, settings.published_path, settings.exports_path)
        report = write_report(done.path, done.path.with_name("report.html"), clock.now)
        return dg.MaterializeResult(
            metadata={
                "tables": done.tables,
                "tables_changed": len(done.changed),
                "size_mb": done.size_mb,
                "digest": overall(digests(connection)),
                "path": dg.MetadataValue.path(done.path),
                "report": dg.MetadataValue.path(report),
            },
            check_results=[dg.AssetCheckResult(passed=done.tables == len(marts))],
        )

    return cost_duckdb
