/*
Credits that are set aside because nobody knows the tier they were spent under.

The shape of `raw.quarantine`, so that both can be shown together. A tier that is added
to the quotas frees its credits at the next run; nothing has to be sent again.

grain: table_name, source_file, source_row, reason

table_name: 'raw.credit_events'.
source_file: SHA-256 of the landed file.
source_row: Row in that file.
reason: What is wrong with it.
raw_text: The row as it was read.
*/
select
    'raw.credit_events' as table_name,
    events.source_file,
    events.source_row,
    cast(concat('tier has no quota: ', left(events.tier, 60)) as varchar) as reason,
    cast(
        left(
            concat_ws(
                ',',
                events.event_id,
                events.install_id,
                events.occurred_at,
                events.tier,
                events.backend
            ),
            2000
        ) as varchar
    ) as raw_text
from staging.credit_events as events
cross join ref.clock as clock
left join core.credit_tiers as tiers on tiers.tier = events.tier
where tiers.tier is null and events.occurred_at <= clock.now_at
