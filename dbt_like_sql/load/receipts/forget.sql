/*
Receipts in whose place a new one stands.
*/
delete from raw.receipts as known using temp.new_receipts as given
where
    known.account = given.account
    and known.kind = given.kind
    and known.subject = given.subject
    and known.received_at = given.received_at
