/*
What the bill says: every line of every accepted invoice, classified, with its name.

Beside the lines of the files stand the provider's own rounding (line 0) and refunds and
adjustments that only the billing history knows. Only the JSON items of an invoice carry
ids of resources; equal items and lines are paired in order. They are of the same money,
so which of two equal lines is called which changes no sum of any resource.

What we find out about a line is `core/costs/cost_lines.sql`. The words stand here
alone: writing them twice would be the most expensive part of taking in a bill.

grain: invoice_uuid, line_number
check: from_at <= to_at

account: Provider account, as in resource ids.
invoice_uuid: The invoice, or 'history:<entry>'.
line_number: Row in the file; 0 = the provider's rounding.
product: The provider's product.
description: The provider's words.
project_name: The provider's project, or the one its item names; empty = none.
line_name: The resource's name, cut out of the line; empty = it has none.
suffix: Text within the last parenthesis.
given_uuid: UUID of the resource that the item carries, or empty; null = no item.
given_id: Numeric id of the resource, likewise.
kind: Resource kind, or what the charge is.
charge_category: usage, tax, credit, adjustment or rounding.
charge_scope: resource or account.
presumed_reason: Why it would have no resource, if none is found.
amount_micros: The amount, in millionths.
start_at: Start as stated, or null.
end_at: End as stated, or null.
from_at: Start, the month's when none is stated.
to_at: End, the month's when none is stated.
period_start: First instant of the invoice's month.
source_file: SHA-256 of the landed file.
source_row: Row in it; null for the provider's rounding.
*/
with accepted as (
    select account, invoice_uuid, version, difference_micros, period_start, period_end
    from core.invoice_states
    where verdict = 'accepted'
),

items as (
    select
        *,
        row_number() over (
            partition by
                invoice_uuid, product, description, amount_micros, start_at, end_at
            order by
                coalesce(group_description, ''), coalesce(project_name, ''), source_row
        ) as ordinal
    from staging.invoice_items
),

lines_with_items as (
    select
        lines.*,
        row_number() over (
            partition by
                lines.invoice_uuid, lines.product, lines.description,
                lines.amount_micros, lines.start_at, lines.end_at
            order by lines.group_description, lines.project_name, lines.line_number
        ) as ordinal
    from staging.invoice_lines as lines
    join accepted
        on accepted.invoice_uuid = lines.invoice_uuid
        and accepted.version = lines.version
    where lines.invoice_uuid in (select invoice_uuid from items)
),

pairs as (
    select
        lines.invoice_uuid,
        lines.line_number,
        coalesce(items.resource_uuid, '') as given_uuid,
        coalesce(items.resource_id, '') as given_id,
        items.project_name
    from lines_with_items as lines
    join items
        on items.invoice_uuid = lines.invoice_uuid
        and items.product = lines.product
        and items.description = lines.description
        and items.amount_micros = lines.amount_micros
        and items.start_at is not distinct from lines.start_at
        and items.end_at is not distinct from lines.end_at
        and items.ordinal = lines.ordinal
)

select
    accepted.account,
    lines.invoice_uuid,
    lines.line_number,
    lines.product,
    lines.description,
    cast(coalesce(nullif(lines.project_name, ''), pairs.project_name, '') as varchar)
        as project_name,
    cast(case shapes.name_shape
        when 'last_parenthesis' then lines.stem
        when 'before_region' then lines.stem
        when 'after_dash'
            then list_extract(string_split(lines.description, ' - '), -1)
        when 'group' then lines.group_description
        else ''
    end as varchar) as line_name,
    lines.suffix,
    cast(pairs.given_uuid as varchar) as given_uuid,
    cast(pairs.given_id as varchar) as given_id,
    shapes.kind,
    shapes.charge_category,
    shapes.charge_scope,
    shapes.presumed_reason,
    lines.amount_micros,
    lines.start_at,
    lines.end_at,
    cast(
        coalesce(lines.start_at, least(accepted.period_start, lines.end_at))
        as timestamp
    ) as from_at,
    cast(
        coalesce(lines.end_at, greatest(accepted.period_end, lines.start_at))
        as timestamp
    ) as to_at,
    accepted.period_start,
    lines.version as source_file,
    lines.line_number as source_row
from staging.invoice_lines as lines
join accepted
    on accepted.invoice_uuid = lines.invoice_uuid
    and accepted.version = lines.version
join core.product_shapes as shapes
    on shapes.product = lines.product and shapes.suffix = lines.suffix
left join pairs
    on pairs.invoice_uuid = lines.invoice_uuid
    and pairs.line_number = lines.line_number
union all
select
    account,
    invoice_uuid,
    0,
    'Provider rounding',
    'Rounding of the invoice',
    '',
    '',
    '',
    null,
    null,
    'rounding',
    'rounding',
    'account',
    'account_level',
    difference_micros,
    null,
    null,
    period_start,
    period_end,
    period_start,
    version,
    null
from accepted
where difference_micros <> 0
union all
select
    account,
    'history:' || entry_id,
    1,
    entry_type,
    description,
    '',
    '',
    '',
    null,
    null,
    'adjustment',
    'adjustment',
    'account',
    'account_level',
    amount_micros,
    occurred_at,
    occurred_at,
    occurred_at,
    occurred_at,
    period_start,
    source_file,
    source_row
from core.history_charges
where not is_on_invoice
