"""Claiming subscription items: the one write of the subscription subject.

What is claimed by which invoice is decided in `core/item_claims.sql`; here it is only
written. The models up to there come before this step and read what was claimed before
through `raw.ledger_claims`; `core/subscription_claims.sql` comes after it.
"""

from pathlib import Path

import duckdb

from cost_pipeline.contracts.ledger_subscriptions import CLAIMS
from cost_pipeline.storage.ledger import Written, append

# An invoice is written with all its items in one append, so it is whole or not there.
# A run as of the past claims nothing: a tick before the last claim is closed for ever.
DUE_ITEMS = """
select
    items.item_id, items.charge_id, items.tenant_id, items.resource_id,
    items.activity_id, items.plan_code, items.item_kind, items.amount_cents,
    items.currency, items.created_at, items.service_start, items.service_end,
    items.description, items.event_at as tick_at, items.invoice_id,
    items.period_start, items.period_end, items.tax_code, items.tax_rate,
    clock.now_at as claimed_at
from core.item_claims as items
cross join ref.clock as clock
left join ledger.claims as known on items.item_id = known.item_id
where
    items.is_due
    and clock.issue_from is not null
    and known.item_id is null
    and not exists (
        select 1 from ledger.claims as later where later.claimed_at > clock.now_at
    )
order by items.tenant_id, items.currency, items.event_at, items.item_id
"""


def claim_items(
    connection: duckdb.DuckDBPyConnection, segments: Path | None
) -> Written:
    """Write the items that are due, each at most once for ever.

    Without a date to issue from nothing is due, and nothing is written.
    """
    return append(connection, CLAIMS, DUE_ITEMS, segments=segments)
