"""Assembly only: every asset, check, job, schedule, sensor and resource.

Nobody imports this but Dagster and the command line.
"""

import dagster as dg

from cost_pipeline.assets import (
    billing,
    decisions,
    failures,
    landed,
    ledger,
    listings,
    platform,
)
from cost_pipeline.assets.models import audit_checks, model_assets
from cost_pipeline.assets.published import published_asset
from cost_pipeline.automation.jobs import jobs
from cost_pipeline.automation.schedules import schedules
from cost_pipeline.automation.sensors import sensors
from cost_pipeline.resources import RESOURCES
from cost_pipeline.settings import Settings

others = [*platform.tables, *landed.tables, *ledger.tables]
modelled = model_assets(others)
marts = [asset.key for asset in modelled if asset.key.path[0] == "marts"]

settings = Settings.load()
# The demo's past is fixed; a schedule would carry it on to today under the reader's
# eyes. Who wants to see that turns one on in the UI.
is_running = settings.provider_name != "demo"

defs = dg.Definitions(
    assets=[
        *listings.assets,
        *billing.assets,
        *landed.assets,
        *platform.assets,
        *ledger.ledger_assets(others),
        *modelled,
        published_asset(marts),
    ],
    asset_checks=audit_checks(others),
    jobs=[*jobs, *failures.jobs, *decisions.jobs],
    schedules=schedules(is_running=is_running),
    sensors=sensors(
        spend_alert_interval_s=settings.spend_alert_interval_s, is_running=is_running
    ),
    resources=RESOURCES,
    executor=dg.in_process_executor,
)
