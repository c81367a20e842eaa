/*
What is to be told now, and to whom; telling it is another row.

append: message_id
grain: message_id
*/
with queue as (
    select message_id, kind, recipient, tenant_id, skip_reason, data
    from core.crossing_messages
    union all
    select message_id, kind, recipient, tenant_id, skip_reason, data
    from core.leak_messages
)

select
    queue.message_id,
    queue.kind,
    queue.recipient,
    queue.tenant_id,
    queue.skip_reason,
    queue.data,
    clock.now_at as created_at
from queue
join ref.clock as clock on clock.issue_from <= clock.now_at
