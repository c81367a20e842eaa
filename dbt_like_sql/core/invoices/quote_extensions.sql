/*
By how much the add-ons of a quote extend its allowances.

An add-on held for a part of the month follows the policy of the kind it extends: the
whole extension, or its share by days.

grain: quote_id, billing_kind
check: addon_micros >= 0

quote_id: The quote.
billing_kind: Whose allowance is extended.
addon_micros: By how much, in millionths of a unit.
*/
with held as (
    select
        requests.quote_id,
        addons.billing_kind,
        cast(addons.quantity * 1000000 as hugeint)
        * cast(held.quantity * 1000000 as hugeint) as product,
        case
            when items.allowance_policy = 'by_days' then
                cast(held.service_end - interval 1 microsecond as date)
                - cast(held.service_start as date) + 1
            else requests.next_month - requests.month
        end as part,
        cast(requests.next_month - requests.month as hugeint) * 1000000 as whole
    from core.quote_addons as held
    join core.quote_requests as requests using (quote_id)
    join staging.addons as addons using (addon_code)
    left join staging.plan_items as items
        on items.plan_version_id = requests.plan_version_id
        and items.billing_kind = addons.billing_kind
)

select
    quote_id,
    billing_kind,
    cast(
        sum((2 * cast(product as hugeint) * part + whole) // (2 * whole)) as hugeint
    ) as addon_micros
from held
group by quote_id, billing_kind
