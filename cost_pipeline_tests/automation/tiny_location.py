"""A code location with one asset, to watch the daemon without the whole pipeline.

The asset says which process it runs in, and waits while a file named `hold` is there.
"""

import os
import time
from pathlib import Path

import dagster as dg

from cost_pipeline.automation.requests import always
from cost_pipeline.automation.schedules import schedule


@dg.asset(pool="warehouse")
def work() -> None:
    home = Path(os.environ["TINY_HOME"])
    (home / "started").write_text(str(os.getpid()))
    until = time.monotonic() + 60
    while (home / "hold").exists() and time.monotonic() < until:
        time.sleep(0.1)


job = dg.define_asset_job("tiny", selection=[work], executor_def=dg.in_process_executor)
status = dg.DefaultScheduleStatus.STOPPED
defs = dg.Definitions(
    assets=[work],
    jobs=[job],
    schedules=[schedule(job, "* * * * *", always, "Every minute.", status)],
    resources={"due": dg.ResourceDefinition.hardcoded_resource("nothing to ask")},
)
