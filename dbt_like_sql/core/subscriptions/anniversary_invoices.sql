/*
Subscription invoices by anniversary period: issued ones, and drafts of what is due.

The period is the tenant's own, the one the claiming tick is in; what an item pays for
stands on its line. A net credit and a settlement at zero are no documents.

grain: invoice_id
keyed: tenant_id
check: subtotal_cents > 0
check: subtotal_cents + tax_cents = total_cents
check: period_start < period_end
volatile: issued_at, due_at

invoice_id: Derived from tenant, currency and tick.
number: Number on the document.
revision: Always 1; corrections are items of a later invoice.
document_type: 'invoice'.
corrects_invoice_id: Null.
cycle: 'anniversary'.
period_start: Start of the tenant's period.
period_end: End of it.
subtotal_cents: Sum of the items.
tax_cents: Tax on it.
total_cents: What is to be paid.
currency: Currency.
status: 'before_start', 'draft', 'issued' or 'void'.
issued_at: The now of the run that issued it.
due_at: Fourteen days later.
is_provisional: Whether nobody was told yet.
*/
with voided as (
    select distinct subject_id as invoice_id
    from staging.decisions
    where decision = 'void-invoice'
),

documents as (
    select
        invoice_id,
        tenant_id,
        currency,
        min(tick_at) as tick_at,
        min(period_start) as period_start,
        min(period_end) as period_end,
        cast(sum(amount_cents) as hugeint) as subtotal_cents,
        cast(max(tax_rate) * 1000000 as hugeint) as tax_millionths,
        max(claimed_at) as issued_at,
        max(state) as state
    from core.subscription_claims
    where invoice_id is not null
    group by invoice_id, tenant_id, currency
),

taxed as (
    select
        documents.*,
        share_of(subtotal_cents, tax_millionths, 1000000) as tax_cents
    from documents
)

select
    taxed.invoice_id,
    cast(
        'SUB-' || strftime(taxed.tick_at, '%Y%m%dT%H%M%S') || '-' || taxed.tenant_id
        || '-' || taxed.currency as varchar
    ) as number,
    cast(1 as bigint) as revision,
    'invoice' as document_type,
    cast(null as varchar) as corrects_invoice_id,
    taxed.tenant_id,
    'anniversary' as cycle,
    cast(taxed.period_start as timestamp) as period_start,
    cast(taxed.period_end as timestamp) as period_end,
    cast(taxed.subtotal_cents as bigint) as subtotal_cents,
    cast(taxed.tax_cents as bigint) as tax_cents,
    cast(taxed.subtotal_cents + taxed.tax_cents as bigint) as total_cents,
    taxed.currency,
    cast(case
        when voided.invoice_id is not null then 'void'
        when taxed.state = 'invoiced' then 'issued'
        else taxed.state
    end as varchar) as status,
    cast(taxed.issued_at as timestamp) as issued_at,
    cast(taxed.issued_at + interval '14 days' as timestamp) as due_at,
    taxed.issued_at is null as is_provisional
from taxed
left join voided on taxed.invoice_id = voided.invoice_id
