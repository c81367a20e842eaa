/*
Marks of what each customer's subscription tables are made of; they change when that does.

Tables with `keyed: tenant_id` are built again for the tenants whose mark changed since
the last look: what is made from the log for `log_mark`, from claims for `claims_mark`.

grain: tenant_id

tenant_id: The tenant.
activities: How many activities of its log have happened.
claims: How many of its items were claimed.
log_mark: Hash of its log, its tax code, and of prices, rates and settings that all share.
claims_mark: Hash of its claims.
*/
with told as (
    select
        tenant_id,
        count(*) as activities,
        bit_xor(hash(
            activity_id, resource_id, activity_type, plan_code, sequence, created_at
        )) as log_hash
    from staging.activities
    group by tenant_id
),

claimed as (
    select tenant_id, count(*) as claims, bit_xor(hash(item_id)) as claims_hash
    from staging.prior_claims
    group by tenant_id
),

prices as (
    select bit_xor(hash(
        plan_code, plan_name, base_price_cents, currency, valid_from, valid_to
    )) as price_hash
    from core.plan_prices
),

rates as (
    select bit_xor(hash(tax_code, rate, effective_from, effective_to)) as rate_hash
    from staging.tax_rates
),

voided as (
    select bit_xor(hash(decision_id)) as void_hash
    from staging.decisions
    where decision = 'void-invoice'
)

select
    cast(coalesce(told.tenant_id, claimed.tenant_id) as varchar) as tenant_id,
    cast(coalesce(told.activities, 0) as bigint) as activities,
    cast(coalesce(claimed.claims, 0) as bigint) as claims,
    cast(hash(
        told.activities, told.log_hash, tenants.tax_code, prices.price_hash,
        rates.rate_hash, voided.void_hash, today.issue_from
    ) as ubigint) as log_mark,
    cast(hash(claimed.claims, claimed.claims_hash) as ubigint) as claims_mark
from told
full join claimed on told.tenant_id = claimed.tenant_id
left join staging.tenants as tenants
    on coalesce(told.tenant_id, claimed.tenant_id) = tenants.tenant_id
cross join prices
cross join rates
cross join voided
cross join ref.today as today
