/*
Attempts: one row before the server is called, one with the outcome after: with what
this run has written.

grain: message_id, attempt, outcome
*/
select
    deliveries.message_id,
    deliveries.attempt,
    deliveries.outcome,
    deliveries.error,
    deliveries.next_try_at,
    deliveries.provider_message_id,
    deliveries.happened_at
from ledger.deliveries as deliveries
join ref.clock as clock on deliveries.happened_at <= clock.now_at
