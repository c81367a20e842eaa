/*
What would be issued now: one document for each customer, currency and calendar month.

A document is issued when its month is over, nothing holds it and its month does not
begin before `COST_PIPELINE_ISSUE_FROM`. While the last one or two listings do not name
a resource that was used, nobody knows whether it was deleted; a document that is over
then waits for the next listing. Its hash is the hash of its lines.

grain: invoice_id
check: subtotal_cents + tax_cents = total_cents

invoice_id: The document.
revision: 1, and one more after each void.
document_type: 'invoice' or 'adjustment'.
corrects_invoice_id: The invoice an adjustment corrects.
tenant_id: Who pays.
tenant_name: Name on the document.
tax_code: Which tax applies; null = none.
month: First day of the month, UTC.
period_start: First instant.
period_end: First instant after it.
subtotal_cents: Without tax.
tax_cents: Tax.
total_cents: What is owed.
currency: ISO 4217 code.
status: 'draft', or 'before_start' for months that are never issued.
is_over: Whether the month has ended.
hold_reason: Why it may not be issued; null = nothing.
notes: What a reader should know; null = nothing.
document_hash: Content of its lines.
*/
with sums as (
    select
        invoice_id,
        any_value(tenant_id) as tenant_id,
        any_value(currency) as currency,
        any_value(month) as month,
        any_value(revision) as revision,
        any_value(corrects_invoice_id) as corrects_invoice_id,
        coalesce(sum(amount_cents) filter (where line_kind <> 'tax'), 0) as subtotal,
        coalesce(sum(amount_cents) filter (where line_kind = 'tax'), 0) as tax,
        md5(
            string_agg(
                concat_ws(
                    '|', line_key, line_kind, quantity, unit_price_cents, amount_cents,
                    description, service_start, service_end, inputs
                ),
                chr(10) order by line_number
            )
        ) as document_hash
    from core.calendar_draft_lines
    group by invoice_id
),

unmetered as (
    select cast(date_trunc('month', day) as date) as month, count(*) as days
    from core.unmetered_days
    where metered_rows = 0
    group by all
),

doubtful as (
    select
        usage.tenant_id,
        cast(date_trunc('month', usage.day) as date) as month,
        count(distinct usage.resource_id) as resources
    from core.usage_daily as usage
    join core.open_strikes as strikes using (resource_id)
    group by usage.tenant_id, date_trunc('month', usage.day)
)

select
    sums.invoice_id,
    sums.revision,
    cast(
        case when sums.corrects_invoice_id is null then 'invoice' else 'adjustment' end
        as varchar
    ) as document_type,
    sums.corrects_invoice_id,
    sums.tenant_id,
    cast(coalesce(tenants.name, sums.tenant_id) as varchar) as tenant_name,
    taxes.tax_code,
    sums.month,
    cast(sums.month as timestamp) as period_start,
    cast(months.next_month as timestamp) as period_end,
    cast(sums.subtotal as bigint) as subtotal_cents,
    cast(sums.tax as bigint) as tax_cents,
    cast(sums.subtotal + sums.tax as bigint) as total_cents,
    sums.currency,
    cast(
        case when sums.month < today.issue_from then 'before_start' else 'draft' end
        as varchar
    ) as status,
    months.next_month <= today.day as is_over,
    cast(
        case
            when taxes.tax_code is not null and taxes.rate is null
                then 'no rate of tax ' || taxes.tax_code
            when unmetered.days > 0
                then cast(unmetered.days as varchar) || ' days are not metered'
            when doubtful.resources > 0 and months.next_month <= today.day
                then cast(doubtful.resources as varchar)
                    || ' resources may be gone: waits for the next listing'
        end as varchar
    ) as hold_reason,
    notes.notes,
    sums.document_hash
from sums
cross join ref.today as today
join ref.months as months using (month)
left join core.quote_taxes as taxes using (tenant_id, currency, month)
left join unmetered using (month)
left join doubtful using (tenant_id, month)
left join core.calendar_notes as notes using (tenant_id, currency, month)
left join staging.tenants as tenants on tenants.tenant_id = sums.tenant_id
