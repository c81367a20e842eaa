/*
Which JSON item is which CSV line: only items carry the ids of resources.

Equal lines are paired in order. They are of the same money, so which of two equal
lines is called which changes no sum of any resource.

grain: invoice_uuid, line_number

line_number: Row in the CSV.
resource_id: Numeric id, or empty.
resource_uuid: UUID, or empty.
project_name: The project the item names, or empty.
*/
with newest as (
    select
        receipts.subject as invoice_uuid,
        receipts.sha256,
        row_number() over (
            partition by receipts.subject order by receipts.received_at desc
        ) as recency
    from staging.receipts as receipts
    cross join ref.clock as clock
    where receipts.kind = 'invoice_items'
        and receipts.verdict = 'accepted'
        and receipts.received_at <= clock.now_at
),

items as (
    select
        items.*,
        row_number() over (
            partition by
                items.invoice_uuid, items.product, items.description,
                items.amount_micros, items.start_at, items.end_at
            order by
                coalesce(items.group_description, ''),
                coalesce(items.project_name, ''),
                items.source_row
        ) as ordinal
    from staging.invoice_items as items
    join newest
        on newest.invoice_uuid = items.invoice_uuid
        and newest.sha256 = items.source_file
    where newest.recency = 1
),

lines as (
    select
        lines.*,
        row_number() over (
            partition by
                lines.invoice_uuid, lines.product, lines.description,
                lines.amount_micros, lines.start_at, lines.end_at
            order by lines.group_description, lines.project_name, lines.line_number
        ) as ordinal
    from staging.invoice_lines as lines
    join core.invoice_versions as versions
        on versions.invoice_uuid = lines.invoice_uuid
        and versions.version = lines.version
    where versions.is_current
        and lines.invoice_uuid in (select invoice_uuid from items)
)

select
    lines.invoice_uuid,
    lines.line_number,
    cast(coalesce(items.resource_id, '') as varchar) as resource_id,
    cast(coalesce(items.resource_uuid, '') as varchar) as resource_uuid,
    cast(coalesce(items.project_name, '') as varchar) as project_name
from lines
join items
    on items.invoice_uuid = lines.invoice_uuid
    and items.product = lines.product
    and items.description = lines.description
    and items.amount_micros = lines.amount_micros
    and items.start_at is not distinct from lines.start_at
    and items.end_at is not distinct from lines.end_at
    and items.ordinal = lines.ordinal
