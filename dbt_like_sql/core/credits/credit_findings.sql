/*
What an operator should know about credits, one row each.

'credit_overdraft': more was answered than the quota or the cap allows.
'credit_tier_unknown': credits are held because nobody knows their tier.
'credit_install_unknown': credits are spent by an install nobody registered.
'credit_import_doubtful': an imported row does not say its period, or an unreal day.
'credit_cost_unknown': a backend answered in a month for which it has no unit cost.
'credit_price_unknown': a tier with a monthly quota has no price and earns nothing.

grain: finding, subject_id

finding: What was found.
subject_id: The install, the install and tier, the backend and month, or the tier.
tenant_id: Who pays for the install, or 'unattributed'.
detail: The fact, in words.
happened_at: When it was last so; null = no one instant.
*/
with unpriced as (
    select
        usage.backend,
        usage.month,
        sum(usage.credits) as credits,
        max(usage.last_at) as last_at
    from core.credit_usage as usage
    left join core.credit_costs as costs
        on costs.deployment_id = usage.install_id
        and costs.month = usage.month
        and costs.backend = usage.backend
    where costs.deployment_id is null
    group by usage.backend, usage.month
),

found as (
    select
        'credit_overdraft' as finding,
        install_id as subject_id,
        install_id,
        concat(used, ' used of the ', capped, ' quota of ', tier) as detail,
        null as happened_at
    from core.credit_budgets
    where room < 0 or gemini_room < 0
    union all
    select
        'credit_tier_unknown',
        concat(install_id, ':', tier),
        install_id,
        concat(sum(credits), ' credit(s) held under the unknown tier ', tier),
        max(last_at)
    from core.credit_usage
    where budget = 'held'
    group by install_id, tier
    union all
    select
        'credit_install_unknown',
        install_id,
        install_id,
        'the table of installs does not know it',
        last_active_at
    from core.credit_presented
    where not is_registered
    union all
    select
        'credit_import_doubtful',
        install_id,
        install_id,
        'the imported row names no period, or a day that no month has',
        imported_until
    from core.credit_imports
    where is_doubtful
    union all
    select
        'credit_cost_unknown',
        concat(backend, ':', month),
        '',
        concat(credits, ' credit(s) without a unit cost'),
        last_at
    from unpriced
    union all
    select 'credit_price_unknown', tiers.tier, '', 'no price is given', null
    from core.credit_tiers as tiers
    left join ref.credit_tier_prices as prices on prices.tier = tiers.tier
    where tiers.capped = 'monthly' and prices.tier is null
)

select
    found.finding,
    found.subject_id,
    cast(coalesce(presented.tenant_id, 'unattributed') as varchar) as tenant_id,
    cast(found.detail as varchar) as detail,
    cast(found.happened_at as timestamp) as happened_at
from found
left join core.credit_presented as presented
    on presented.install_id = found.install_id
