/*
How much of an invoice has a resource: counts and sums behind the percentages.

grain: invoice_uuid

invoice_uuid: The invoice.
lines: Lines of the file, without the provider's rounding.
lines_micros: Sum of all lines, the rounding among them, in millionths.
matched_lines: Lines with a resource.
existing_lines: Lines of resources that were there to be matched.
gross_micros: Sum of all amounts without their signs, in millionths.
matched_micros: The part of it that has a resource.
*/
select
    invoice_uuid,
    cast(count(*) filter (where charge_category <> 'rounding') as bigint) as lines,
    cast(sum(amount_micros) as bigint) as lines_micros,
    cast(count(*) filter (where match_method <> 'none') as bigint) as matched_lines,
    cast(count(*) filter (
        where unmatched_reason in ('', 'name_variance', 'ambiguous', 'unknown')
    ) as bigint) as existing_lines,
    cast(coalesce(sum(abs(amount_micros)), 0) as bigint) as gross_micros,
    cast(coalesce(
        sum(abs(amount_micros)) filter (where match_method <> 'none'), 0
    ) as bigint) as matched_micros
from core.cost_lines
group by invoice_uuid
