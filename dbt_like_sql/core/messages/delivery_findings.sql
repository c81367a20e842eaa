/*
Messages that reached nobody and should have.

grain: finding, subject_id

finding: What kind of thing.
subject_id: The message.
detail: In words.
happened_at: When the message was queued.
*/
with attempts as (
    select
        message_id,
        count(*) filter (where outcome = 'attempting') as attempts,
        count(*) filter (where outcome in ('failed', 'unknown')) as failures,
        bool_or(outcome = 'sent') as is_sent,
        bool_or(outcome = 'skipped') as is_skipped,
        bool_or(outcome = 'dry_run') as is_shown,
        max_by(error, attempt) filter (where outcome in ('failed', 'unknown'))
            as last_error
    from staging.deliveries
    group by message_id
),

unsent as (
    select
        messages.message_id,
        messages.kind,
        messages.tenant_id,
        messages.created_at,
        case
            when attempts.is_skipped or messages.skip_reason <> '' then 'message_skipped'
            when attempts.failures > 0 then 'message_not_delivered'
            when attempts.is_shown then 'message_only_shown'
            else 'due'
        end as finding,
        coalesce(attempts.attempts, 0) as attempts,
        coalesce(attempts.last_error, messages.skip_reason) as last_error
    from staging.messages as messages
    left join attempts using (message_id)
    where not coalesce(attempts.is_sent, false)
)

select
    cast(finding as varchar) as finding,
    message_id as subject_id,
    tenant_id,
    cast(
        concat(
            replace(kind, '_', ' '),
            ': ',
            case finding
                when 'message_not_delivered'
                    then concat('not delivered after ', attempts, ' attempts')
                when 'message_only_shown' then 'shown in the dry run, sent to nobody'
                else 'not sent'
            end,
            case when last_error = '' then '' else concat(': ', last_error) end
        ) as varchar
    ) as detail,
    created_at as happened_at
from unsent
where finding <> 'due'
