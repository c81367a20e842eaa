/*
Whether each version of an invoice is believed, decided before anything reads it.

A version is one content of the CSV. It is accepted when its lines sum to the header
(less than half a cent is the provider's own rounding) and the summary says the same.
Header and summary are those of its own time: the newest before the file, or the first
after it when there was none yet. A refused version stops nobody else, and the invoice's
last accepted one stays.

grain: invoice_uuid, version
check: verdict in ('accepted', 'refused')
warn: quarantined_lines = 0

account: Provider account, as in resource ids.
invoice_uuid: The invoice.
version: SHA-256 of the CSV.
verdict: 'accepted' or 'refused'.
reason: Why it was refused; empty when accepted.
expected_micros: Total of the header of that time; 0 when no header is known.
found_micros: Sum of the lines.
difference_micros: Expected less found.
lines: Lines that could be read.
quarantined_lines: Lines set aside.
received_at: When this content was last received and believed, else last received.
is_newest: Whether nothing else was received for the invoice since.
is_current: Whether it is the one that counts.
*/
with received_files as (
    select
        account,
        subject as invoice_uuid,
        sha256 as version,
        received_at,
        received_at = max(received_at) over (partition by subject) as is_last
    from staging.receipts
    where kind = 'invoice_csv' and verdict = 'accepted'
),

totals as (
    select 'header' as source, invoice_uuid, amount_micros, received_at
    from staging.invoice_headers
    where not is_preview
    union all
    -- What no index ever listed is held against the history.
    select 'header', invoice_uuid, amount_micros, occurred_at
    from staging.billing_history
    where entry_type = 'Invoice'
        and invoice_uuid not in (select invoice_uuid from staging.invoice_headers)
    union all
    select 'summary', invoice_uuid, amount_micros, received_at
    from staging.invoice_summaries
),

nearest_totals as (
    select
        files.*,
        totals.source,
        totals.amount_micros,
        row_number() over (
            partition by
                files.invoice_uuid, files.version, files.received_at, totals.source
            order by
                case when totals.received_at <= files.received_at then 0 else 1 end,
                abs(epoch_us(totals.received_at) - epoch_us(files.received_at)),
                totals.amount_micros
        ) as choice
    from received_files as files
    left join totals on totals.invoice_uuid = files.invoice_uuid
),

told as (
    select
        account,
        invoice_uuid,
        version,
        received_at,
        is_last,
        max(amount_micros) filter (where source = 'header') as header_micros,
        max(amount_micros) filter (where source = 'summary') as summary_micros
    from nearest_totals
    where choice = 1
    group by account, invoice_uuid, version, received_at, is_last
),

sums as (
    select
        invoice_uuid,
        version,
        -- A sum beyond the type is told as the end of it, and raises nothing.
        cast(greatest(
            least(sum(amount_micros), 8000000000000000000), -8000000000000000000
        ) as bigint) as found_micros,
        count(*) as lines
    from staging.invoice_lines
    group by invoice_uuid, version
),

judged as (
    select
        told.*,
        coalesce(sums.found_micros, 0) as found_micros,
        coalesce(sums.lines, 0) as lines,
        files.rows_quarantined as quarantined_lines,
        case
            when files.problem is not null then files.problem
            when sums.lines is null then 'no line could be read'
            when told.header_micros is null then 'no final header is known'
            when abs(told.header_micros - sums.found_micros) >= 5000
                then 'the lines do not sum to the header'
            when told.summary_micros <> told.header_micros
                then 'the summary says another total'
            else ''
        end as reason
    from told
    join staging.billing_files as files
        on files.kind = 'invoice_csv'
        and files.account = told.account
        and files.subject = told.invoice_uuid
        and files.sha256 = told.version
    left join sums
        on sums.invoice_uuid = told.invoice_uuid and sums.version = told.version
),

ranked as (
    select
        *,
        bool_or(is_last) over (partition by invoice_uuid, version) as is_newest,
        row_number() over (
            partition by invoice_uuid, version
            order by case when reason = '' then 0 else 1 end, received_at desc
        ) as choice
    from judged
)

select
    account,
    invoice_uuid,
    version,
    cast(if(reason = '', 'accepted', 'refused') as varchar) as verdict,
    reason,
    cast(coalesce(header_micros, 0) as bigint) as expected_micros,
    found_micros,
    cast(coalesce(header_micros, 0) - found_micros as bigint) as difference_micros,
    cast(lines as bigint) as lines,
    quarantined_lines,
    received_at,
    is_newest,
    reason = '' and row_number() over (
        partition by invoice_uuid
        order by case when reason = '' then 0 else 1 end, received_at desc, version
    ) = 1 as is_current
from ranked
where choice = 1
