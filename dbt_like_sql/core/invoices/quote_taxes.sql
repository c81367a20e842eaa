/*
The tax of each customer's month: one line, rounded once, on the sum of its lines.

The rate is the one in force on the first day of the month. Lines of several
subscriptions of one currency are one document, so they are taxed together.

grain: tenant_id, currency, month

currency: In which currency.
next_month: First day of the next month.
tax_code: Which tax; null = none.
rate: The rate; null = none, or nobody says.
subtotal_cents: Lines without tax.
tax_cents: The tax, half up; null = a tax without a rate.
*/
with subtotals as (
    select
        requests.tenant_id,
        lines.currency,
        requests.month,
        max(requests.next_month) as next_month,
        max(requests.tax_code) as tax_code,
        sum(lines.amount_cents) as subtotal_cents
    from core.quote_lines as lines
    join core.quote_requests as requests using (quote_id)
    group by requests.tenant_id, lines.currency, requests.month
)

select
    subtotals.tenant_id,
    subtotals.currency,
    subtotals.month,
    subtotals.next_month,
    subtotals.tax_code,
    rates.rate,
    cast(subtotals.subtotal_cents as bigint) as subtotal_cents,
    cast(
        case
            when subtotals.tax_code is null then 0
            else share_of(
                subtotals.subtotal_cents, cast(rates.rate * 1000000 as hugeint), 1000000
            )
        end as bigint
    ) as tax_cents
from subtotals
left join staging.tax_rates as rates
    on rates.tax_code = subtotals.tax_code
    and rates.effective_from <= subtotals.month
    and coalesce(rates.effective_to > subtotals.month, true)
