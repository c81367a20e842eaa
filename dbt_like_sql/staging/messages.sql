/*
What is to be told to whom; the text is made from the data when it is sent: with what
this run has written.

grain: message_id
*/
select
    messages.message_id,
    messages.kind,
    messages.recipient,
    messages.tenant_id,
    messages.skip_reason,
    messages.data,
    messages.created_at
from ledger.messages as messages
join ref.clock as clock on messages.created_at <= clock.now_at
