/*
Where each message stands: sent, skipped, waiting for its next try, or only shown.

grain: message_id
warn: failures < 5

message_id: The message.
state: sent, skipped, failing, shown (dry run only) or due.
attempts: How often the server was called.
failures: How often it did not take the message, or may not have.
last_error: What was said last; empty = nothing.
next_try_at: Not before this instant; null = at once, or never again.
created_at: When the message was queued.
sent_at: When it was delivered.
*/
with attempts as (
    select
        message_id,
        count(*) filter (where outcome = 'attempting') as attempts,
        count(*) filter (where outcome in ('failed', 'unknown')) as failures,
        bool_or(outcome = 'skipped') as is_skipped,
        bool_or(outcome = 'dry_run') as is_shown,
        max_by(error, attempt) filter (where outcome in ('failed', 'unknown'))
            as last_error,
        max_by(next_try_at, attempt) filter (where outcome in ('failed', 'unknown'))
            as next_try_at,
        min(happened_at) filter (where outcome = 'sent') as sent_at
    from staging.deliveries
    group by message_id
)

select
    messages.message_id,
    messages.kind,
    messages.tenant_id,
    cast(
        case
            when attempts.sent_at is not null then 'sent'
            when attempts.is_skipped or messages.skip_reason <> '' then 'skipped'
            when attempts.failures > 0 then 'failing'
            when attempts.is_shown then 'shown'
            else 'due'
        end as varchar
    ) as state,
    cast(coalesce(attempts.attempts, 0) as bigint) as attempts,
    cast(coalesce(attempts.failures, 0) as bigint) as failures,
    cast(coalesce(attempts.last_error, messages.skip_reason) as varchar) as last_error,
    cast(
        case when attempts.sent_at is null then attempts.next_try_at end as timestamp
    ) as next_try_at,
    messages.created_at,
    attempts.sent_at
from staging.messages as messages
left join attempts using (message_id)
