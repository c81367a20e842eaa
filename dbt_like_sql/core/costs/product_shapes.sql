/*
What each product of the bills is: the first rule that fits, asked once per product.

Rules are asked of distinct products and not of lines; a regular expression per line
takes half a minute for a million of them.

grain: product, suffix
warn: kind <> 'unclassified'

suffix: Text within the last parenthesis of its lines.
kind: Resource kind, or what the charge is; 'unclassified' when no rule fits.
charge_category: usage, tax, credit or adjustment.
charge_scope: resource or account.
name_shape: Where the resource's name stands.
presumed_reason: Why a line of it would have no resource, if none is found.
rule_priority: The rule that decided; 0 = none.
*/
with shapes as (
    select distinct product, suffix from staging.invoice_lines
),

matches as (
    select
        shapes.product,
        shapes.suffix,
        rules.*,
        row_number() over (
            partition by shapes.product, shapes.suffix order by rules.priority
        ) as choice
    from shapes
    left join ref.product_kinds as rules
        on regexp_matches(
            lower(shapes.product || ' | ' || shapes.suffix), rules.pattern
        )
)

select
    product,
    suffix,
    cast(coalesce(kind, 'unclassified') as varchar) as kind,
    cast(coalesce(charge_category, 'usage') as varchar) as charge_category,
    cast(coalesce(charge_scope, 'account') as varchar) as charge_scope,
    cast(coalesce(name_shape, 'none') as varchar) as name_shape,
    cast(case
        when charge_category = 'tax' then 'tax'
        when kind is null then 'unknown'
        when charge_scope = 'account' then 'account_level'
        else 'destroyed_historic'
    end as varchar) as presumed_reason,
    cast(coalesce(priority, 0) as bigint) as rule_priority
from matches
where choice = 1
