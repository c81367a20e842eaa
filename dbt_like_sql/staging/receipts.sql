/*
Every look at the world: what was asked, when, and whether the answer was whole, as
known at now.

grain: account, kind, subject, received_at
*/
select
    receipts.account,
    receipts.kind,
    receipts.subject,
    receipts.received_at,
    receipts.sha256,
    receipts.suffix,
    receipts.items,
    receipts.is_complete,
    receipts.problem,
    receipts.request_ids,
    receipts.missing,
    receipts.verdict
from raw.receipts as receipts
join ref.clock as clock on receipts.received_at <= clock.now_at
