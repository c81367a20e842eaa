/*
Whether each version of an invoice is believed, decided before anything reads it.

A version is one content of the CSV. It is accepted when its lines sum to the header
(less than half a cent is the provider's own rounding) and the summary says the same.
A refused version stops nobody else, and the invoice's last accepted one stays.

grain: invoice_uuid, version
check: verdict in ('accepted', 'refused')
warn: quarantined_lines = 0

verdict: 'accepted' or 'refused'.
reason: Why it was refused; empty when accepted.
expected_micros: Total of the header of that time; 0 when no header is known.
found_micros: Sum of the lines.
difference_micros: Expected less found.
lines: Lines that could be read.
quarantined_lines: Lines set aside.
received_at: When this content was last received and believed, else last received.
is_current: Whether it is the one that counts.
*/
with looks as (
    select
        looks.account,
        looks.invoice_uuid,
        looks.version,
        looks.received_at,
        files.problem,
        files.rows_quarantined as quarantined_lines,
        coalesce(sums.found_micros, 0) as found_micros,
        coalesce(sums.lines, 0) as lines,
        looks.header_micros,
        looks.summary_micros
    from core.invoice_looks as looks
    join staging.billing_files as files
        on files.kind = 'invoice_csv'
        and files.account = looks.account
        and files.subject = looks.invoice_uuid
        and files.sha256 = looks.version
    left join (
        select
            invoice_uuid,
            version,
            -- A sum beyond the type is told as the end of it, and raises nothing.
            cast(greatest(least(sum(amount_micros), 8000000000000000000),
                -8000000000000000000) as bigint) as found_micros,
            count(*) as lines
        from staging.invoice_lines
        group by invoice_uuid, version
    ) as sums
        on sums.invoice_uuid = looks.invoice_uuid and sums.version = looks.version
),

judged as (
    select
        *,
        case when problem is not null then problem
            when lines = 0 then 'no line could be read'
            when header_micros is null then 'no final header is known'
            when abs(header_micros - found_micros) >= 5000
                then 'the lines do not sum to the header'
            when summary_micros <> header_micros
                then 'the summary says another total'
            else ''
        end as reason
    from looks
),

ranked as (
    select
        *,
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
    reason = '' and row_number() over (
        partition by invoice_uuid
        order by case when reason = '' then 0 else 1 end, received_at desc, version
    ) = 1 as is_current
from ranked
where choice = 1
