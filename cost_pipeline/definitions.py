"""Assembly only: every asset, check, job, schedule, sensor and resource.

Nobody imports this but Dagster and the command line.
"""

import dagster as dg

from cost_pipeline.assets import decisions, failures
from cost_pipeline.assets.days import day_assets
from cost_pipeline.assets.fetched import KEYS, fetch
from cost_pipeline.assets.invoices import do_invoice_files
from cost_pipeline.assets.tables import table_assets
from cost_pipeline.automation.jobs import jobs
from cost_pipeline.automation.schedules import schedules
from cost_pipeline.automation.sensors import sensors
from cost_pipeline.resources import RESOURCES
from cost_pipeline.settings import Settings

tables = table_assets([*KEYS, do_invoice_files.key])
known = {".".join(key.path) for key in tables.keys}

settings = Settings.load()
# The demo's past is fixed; a schedule would carry it on to today under the reader's
# eyes. Who wants to see that turns one on in the UI.
is_running = settings.provider_name != "demo"

defs = dg.Definitions(
    assets=[fetch, do_invoice_files, tables, *day_assets(known)],
    jobs=[*jobs, *failures.jobs, *decisions.jobs],
    schedules=schedules(is_running=is_running),
    sensors=sensors(
        spend_alert_interval_s=settings.spend_alert_interval_s, is_running=is_running
    ),
    resources=RESOURCES,
    executor=dg.in_process_executor,
)
