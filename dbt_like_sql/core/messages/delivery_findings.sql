/*
Messages that reached nobody and should have.

grain: finding, subject_id

finding: What kind of thing.
detail: In words.
*/
select
    cast(
        case state
            when 'failing' then 'message_not_delivered'
            when 'shown' then 'message_only_shown'
            else 'message_skipped'
        end as varchar
    ) as finding,
    message_id as subject_id,
    tenant_id,
    cast(
        concat(replace(kind, '_', ' '), ': ', case state
            when 'failing' then concat('not delivered after ', attempts, ' attempts')
            when 'shown' then 'shown in the dry run, sent to nobody'
            else 'not sent'
        end, case when last_error = '' then '' else concat(': ', last_error) end)
        as varchar
    ) as detail,
    created_at as happened_at
from core.delivery_states
where state in ('failing', 'shown', 'skipped')
