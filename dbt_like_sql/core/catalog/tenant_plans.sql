/*
Which plan version each tenant or deployment is subscribed to, from when to when.

A subscription stays on the version it was bound to, whatever is published later.

grain: subscription_id
check: coalesce(valid_from < valid_to, true)

deployment_id: The deployment it is for; null = the tenant as a whole.
plan_code: The plan.
plan_version_id: The version it is pinned to.
base_price_cents: Price of a whole month of that version.
currency: Currency of the price.
valid_to: End; null = running.
*/
select
    subscriptions.subscription_id,
    subscriptions.tenant_id,
    subscriptions.deployment_id,
    versions.plan_code,
    versions.plan_version_id,
    versions.base_price_cents,
    versions.currency,
    subscriptions.started_at as valid_from,
    subscriptions.ended_at as valid_to
from staging.subscriptions as subscriptions
join staging.plan_versions as versions using (plan_version_id)
where coalesce(subscriptions.started_at < subscriptions.ended_at, true)
