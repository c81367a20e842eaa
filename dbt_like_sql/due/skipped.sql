/*
Messages that are not to be sent, each with an attempt that says why.
*/
select
    messages.message_id,
    1 as attempt,
    'skipped' as outcome,
    messages.skip_reason as error,
    cast(null as timestamp) as next_try_at,
    '' as provider_message_id,
    cast(? as timestamp) as happened_at
from ledger.messages as messages
anti join ledger.deliveries as attempts
    on messages.message_id = attempts.message_id
where messages.skip_reason <> ''
