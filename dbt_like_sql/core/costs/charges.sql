/*
What the bill says: every line of every accepted invoice, classified, with its name.

Beside the lines of the files stand the provider's own rounding (line 0) and refunds and
adjustments that only the billing history knows. What we find out about a line is
`core/cost_lines.sql`; the words stand here alone, because writing them twice would be
the most expensive part of taking in a bill.

grain: invoice_uuid, line_number
check: from_at <= to_at

account: Provider account, as in resource ids.
invoice_uuid: The invoice, or 'history:<entry>'.
line_number: Row in the file; 0 = the provider's rounding.
product: The provider's product.
description: The provider's words.
project_name: The provider's project.
line_name: The resource's name, cut out of the line; empty = it has none.
suffix: Text within the last parenthesis.
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
)

select
    accepted.account,
    lines.invoice_uuid,
    lines.line_number,
    lines.product,
    lines.description,
    lines.project_name,
    cast(case shapes.name_shape
        when 'last_parenthesis' then lines.stem
        when 'before_region' then lines.stem
        when 'after_dash'
            then list_extract(string_split(lines.description, ' - '), -1)
        when 'group' then lines.group_description
        else ''
    end as varchar) as line_name,
    lines.suffix,
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
union all
select
    account, invoice_uuid, 0, 'Provider rounding', 'Rounding of the invoice', '', '',
    '', 'rounding', 'rounding', 'account', 'account_level', difference_micros, null,
    null, period_start, period_end, period_start, version, null
from accepted
where difference_micros <> 0
union all
select
    account, 'history:' || entry_id, 1, entry_type, description, '', '', '',
    'adjustment', 'adjustment', 'account', 'account_level', amount_micros, occurred_at,
    occurred_at, occurred_at, occurred_at, period_start, source_file, source_row
from core.history_charges
where not is_on_invoice
