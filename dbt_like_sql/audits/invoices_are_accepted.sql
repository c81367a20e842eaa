/*
The newest file of every invoice is believed. A refused one stops itself alone: the last
good version stays, and this says by how much the new one is off.

on: marts.provider_invoices
blocks: no
*/
select
    invoice_uuid,
    expected_micros,
    found_micros,
    difference_micros,
    quarantined_lines,
    reason
from core.invoice_versions
where verdict = 'refused' and is_newest
