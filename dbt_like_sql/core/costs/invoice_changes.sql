/*
What a re-issued invoice says that its accepted version before did not.

grain: invoice_uuid, version, product, description, start_at, end_at

previous_version: SHA-256 of the CSV before.
received_at: When the new version was received.
start_at: Start of the line, or the year 1970 when none is stated.
end_at: End of the line, or the year 1970 when none is stated.
previous_lines: Lines of this kind before.
lines: Lines of this kind now.
previous_micros: Their sum before, in millionths.
amount_micros: Their sum now, in millionths.
change_micros: Now less before, in millionths.
*/
with accepted as (
    select
        invoice_uuid,
        version,
        received_at,
        lag(version) over (
            partition by invoice_uuid order by received_at, version
        ) as previous_version
    from core.invoice_versions
    where verdict = 'accepted'
),

reissues as (
    select * from accepted where previous_version is not null
),

rows_of_both as (
    select reissues.*, 1 as side, reissues.version as side_version from reissues
    union all
    select reissues.*, 0, reissues.previous_version from reissues
),

grouped as (
    select
        sides.invoice_uuid,
        sides.previous_version,
        sides.version,
        sides.received_at,
        lines.product,
        lines.description,
        coalesce(lines.start_at, timestamp '1970-01-01') as start_at,
        coalesce(lines.end_at, timestamp '1970-01-01') as end_at,
        sum(1 - sides.side) as previous_lines,
        sum(sides.side) as lines,
        sum((1 - sides.side) * lines.amount_micros) as previous_micros,
        sum(sides.side * lines.amount_micros) as amount_micros
    from rows_of_both as sides
    join staging.invoice_lines as lines
        on lines.invoice_uuid = sides.invoice_uuid
        and lines.version = sides.side_version
    group by all
)

select
    invoice_uuid,
    previous_version,
    version,
    received_at,
    product,
    description,
    cast(start_at as timestamp) as start_at,
    cast(end_at as timestamp) as end_at,
    cast(previous_lines as bigint) as previous_lines,
    cast(lines as bigint) as lines,
    cast(previous_micros as bigint) as previous_micros,
    cast(amount_micros as bigint) as amount_micros,
    cast(amount_micros - previous_micros as bigint) as change_micros
from grouped
where previous_lines <> lines or previous_micros <> amount_micros
