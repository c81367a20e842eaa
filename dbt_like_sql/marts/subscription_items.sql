/*
Subscription charges and credits, each with its period of service and its invoice.

Items wait here until they are claimed; `open_days` shows for how long. Revenue is what
stands on documents, by the month of `service_start`; a credit that waits is not in it.

grain: item_id
check: amount_cents <> 0
warn: state <> 'waiting' or open_days <= 62
volatile: claimed_at, open_days

item_id: Derived from tenant, relay and activity or boundary; unique for ever.
charge_id: The charge; its corrections share it.
item_kind: 'create', 'reactivate', 'deactivate', 'plan_change', 'renewal' or
    'correction'.
tick_at: The whole hour that claims it; null while it waits.
invoice_id: The invoice, drafts included; null if settled or waiting.
state: 'invoiced', 'settled', 'draft', 'draft_settled', 'waiting' or 'before_start'.
open_days: Days since it arose, while not claimed; 0 once claimed.
*/
select
    claims.item_id,
    claims.charge_id,
    claims.tenant_id,
    claims.resource_id,
    claims.activity_id,
    claims.plan_code,
    claims.item_kind,
    claims.amount_cents,
    claims.currency,
    claims.created_at,
    claims.service_start,
    claims.service_end,
    claims.tick_at,
    claims.claimed_at,
    claims.invoice_id,
    claims.state,
    cast(
        case
            when claims.claimed_at is not null then 0
            else date_diff('day', claims.created_at, clock.now_at)
        end as bigint
    ) as open_days,
    claims.description
from core.subscription_claims as claims
cross join ref.clock as clock
