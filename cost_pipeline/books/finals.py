"""Remembering final margins, so that they change only by a correction people can see.

What changed is decided in `core/margin_changes.sql`, which reads what was remembered
before through `raw.ledger_margin_finals`. `marts/margin_corrections.sql` comes after.
"""

from pathlib import Path

import duckdb

from cost_pipeline.contracts.ledger_margins import MARGIN_FINALS
from cost_pipeline.storage.ledger import Written, append

# A change that a killed writer wrote already keeps its revision, and is not due again.
UNREMEMBERED = """
select changes.*, clock.now_at as recorded_at
from core.margin_changes as changes
cross join ref.clock as clock
anti join ledger.margin_finals as known
    on known.month = changes.month
    and known.tenant_id = changes.tenant_id
    and known.deployment_id = changes.deployment_id
    and known.kind = changes.kind
    and known.revenue_currency = changes.revenue_currency
    and known.currency = changes.currency
    and known.revision = changes.revision
where changes.month >= date_trunc('month', clock.issue_from)
order by changes.month, changes.tenant_id, changes.deployment_id, changes.kind
"""


def remember_finals(
    connection: duckdb.DuckDBPyConnection, segments: Path | None
) -> Written:
    """Write cells that became final, and corrections of those that were.

    Without a date to issue from nothing was ever told, and nothing is written.
    """
    return append(connection, MARGIN_FINALS, UNREMEMBERED, segments=segments)
