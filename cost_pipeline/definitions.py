"""Assembly only: every asset, check, job, schedule, sensor and resource.

Nobody imports this but Dagster and the command line.
"""

import dagster as dg

from cost_pipeline.assets import ledger, listings, platform
from cost_pipeline.assets.models import model_assets
from cost_pipeline.assets.publishing import published_asset
from cost_pipeline.automation.jobs import jobs
from cost_pipeline.resources import RESOURCES

modelled = model_assets([*platform.tables, *ledger.tables])
marts = [asset.key for asset in modelled if asset.key.path[0] == "marts"]

defs = dg.Definitions(
    assets=[
        *listings.assets,
        *platform.assets,
        *ledger.assets,
        *modelled,
        published_asset(marts),
    ],
    jobs=jobs,
    resources=RESOURCES,
    executor=dg.in_process_executor,
)
