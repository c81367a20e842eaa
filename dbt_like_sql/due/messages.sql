/*
Messages that nobody has taken yet and whose wait is over, the oldest first.

What a dry run showed is still due to a real server, but is not shown again. The ledger
is read as it is: what was taken is never sent again, whatever the run's now.
*/
with attempts as (
    select
        message_id,
        max(attempt) as attempts,
        count(*) filter (where outcome in ('failed', 'unknown')) as failures,
        bool_or(outcome in ('sent', 'skipped')) as is_done,
        bool_or(outcome = 'dry_run') as is_shown,
        bool_or(outcome = 'unknown')
            or count(*) filter (where outcome = 'attempting')
                > count(*) filter (where outcome in ('sent', 'failed', 'unknown'))
            as is_possible_duplicate,
        max_by(next_try_at, attempt) filter (where outcome in ('failed', 'unknown'))
            as next_try_at
    from ledger.deliveries
    group by message_id
)

select
    messages.message_id,
    messages.kind,
    messages.recipient,
    cast(messages.data as varchar) as data,
    coalesce(attempts.attempts, 0) as attempts,
    coalesce(attempts.failures, 0) as failures,
    coalesce(attempts.is_possible_duplicate, false) as is_possible_duplicate
from ledger.messages as messages
left join attempts using (message_id)
where messages.skip_reason = ''
    and not coalesce(attempts.is_done, false)
    and not ($is_dry_run and coalesce(attempts.is_shown, false))
    and coalesce(attempts.next_try_at <= $now_at, true)
order by messages.created_at, messages.message_id
