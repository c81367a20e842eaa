"""Writing down that spend reached a threshold, once per tenant, month and threshold.

What reached it is SQL (`core/spend_crossings.sql`); whether anybody was told of it is
`outbox.py`. A crossing is recorded also when its owner wants no messages.
"""

from pathlib import Path

import duckdb

from cost_pipeline.contracts.ledger_spend import CROSSINGS
from cost_pipeline.storage.ledger import Written, append

# The key alone decides: late data may move the amounts of a crossing that is recorded,
# and what was recorded stays.
UNRECORDED = """
select
    spend.tenant_id,
    spend.metric,
    spend.period_start,
    spend.threshold_pct,
    spend.plan_code,
    spend.plan_price_cents,
    spend.currency,
    spend.fx_rate,
    spend.threshold_cents,
    spend.spend_cents,
    spend.projected_cents,
    crossings.crossed_at,
    spend.rate_card,
    spend.audience,
    concat('spend-', md5(cast(json_array(
        spend.tenant_id, spend.metric, spend.period_start, spend.threshold_pct
    ) as varchar))) as message_id,
    clock.now_at as recorded_at
from core.spend_thresholds as spend
join core.spend_crossings as crossings
    using (tenant_id, metric, period_start, threshold_pct)
cross join ref.clock as clock
anti join ledger.crossings as recorded
    on spend.tenant_id = recorded.tenant_id
    and spend.metric = recorded.metric
    and spend.period_start = recorded.period_start
    and spend.threshold_pct = recorded.threshold_pct
where crossings.crossed_at >= clock.issue_from
    and crossings.crossed_at <= clock.now_at
order by crossings.crossed_at, spend.tenant_id
"""


def record_crossings(
    connection: duckdb.DuckDBPyConnection, segments: Path | None
) -> Written:
    """Record the crossings since the date of issue that the ledger does not hold."""
    return append(connection, CROSSINGS, UNRECORDED, segments=segments)
