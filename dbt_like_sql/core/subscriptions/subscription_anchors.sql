/*
Since when each tenant's subscription periods are counted: its first billable activity.

An activity on a free plan counts too. The anchor is derived and never stored, so a log
read afresh gives the same periods.

grain: tenant_id
keyed: tenant_id

tenant_id: The tenant.
anchor_at: Instant of its first create, update, activate or deactivate.
*/
select
    tenant_id,
    cast(min(created_at) as timestamp) as anchor_at
from core.billable_activities
group by tenant_id
