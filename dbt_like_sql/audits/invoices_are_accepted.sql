/*
The newest file of every invoice is believed. A refused one stops itself alone: the last
good version stays, and this says by how much the new one is off.

on: marts.provider_invoices
blocks: no
*/
select
    versions.invoice_uuid,
    versions.expected_micros,
    versions.found_micros,
    versions.difference_micros,
    versions.quarantined_lines,
    versions.reason
from core.invoice_versions as versions
join (
    select invoice_uuid, max(received_at) as received_at
    from core.invoice_looks
    group by invoice_uuid
) as newest
    on newest.invoice_uuid = versions.invoice_uuid
    and newest.received_at = versions.received_at
where versions.verdict = 'refused'
