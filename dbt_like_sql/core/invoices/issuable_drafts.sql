/*
Drafts of calendar months that nothing holds back: over, and with nothing in doubt.

They are issued once all their days are metered, and from the date on that was set to
issue from: both are looked at right before the ledger is written.

grain: invoice_id

document_hash: Content of its lines.
*/
select
    drafts.invoice_id,
    drafts.document_hash,
    drafts.month,
    drafts.period_end
from core.calendar_drafts as drafts
where drafts.is_over and drafts.hold_reason is null
