/*
Refunds and adjustments that no invoice carries, and those that one seems to carry.

They change what a month cost, but an invoice of that or the next month may already hold
the same amount under credits and adjustments: then it is only a warning, because
counting it twice would be worse. Only the version that counts carries anything: a
credit that a re-issue took off the invoice is on it no longer.

grain: entry_id

entry_id: The entry of the billing history.
entry_type: The provider's type.
period_start: First instant of its month.
period_end: First instant after it.
is_on_invoice: Whether an invoice carries the amount, so that it is no cost of its own.
source_file: SHA-256 of the listing.
source_row: Row in it.
*/
with summaries as (
    select
        *,
        row_number() over (
            partition by invoice_uuid order by received_at desc, source_file
        ) as recency
    from staging.invoice_summaries
),

carried as (
    select
        invoices.account,
        invoices.period_start,
        abs(summaries.credits_micros) as amount_micros
    from summaries
    join core.invoice_states as invoices
        on invoices.invoice_uuid = summaries.invoice_uuid
    where summaries.recency = 1 and summaries.credits_micros <> 0
    union all
    select
        invoices.account,
        invoices.period_start,
        abs(lines.amount_micros) as amount_micros
    from staging.invoice_lines as lines
    join core.invoice_states as invoices
        on invoices.invoice_uuid = lines.invoice_uuid
        and invoices.version = lines.version
    join core.product_shapes as shapes
        on shapes.product = lines.product and shapes.suffix = lines.suffix
    where shapes.charge_category in ('credit', 'adjustment')
),

entries as (
    select
        history.*,
        cast(date_trunc('month', history.occurred_at) as timestamp) as period_start
    from staging.billing_history as history
    join ref.history_types as types on types.type = history.entry_type
    where types.affects_cost
)

select
    account,
    entry_id,
    entry_type,
    description,
    occurred_at,
    period_start,
    cast(period_start + interval 1 month as timestamp) as period_end,
    amount_micros,
    exists (
        select 1
        from carried
        where carried.account = entries.account
            and carried.amount_micros = abs(entries.amount_micros)
            and carried.period_start in (
                entries.period_start, entries.period_start + interval 1 month
            )
    ) as is_on_invoice,
    source_file,
    source_row
from entries
