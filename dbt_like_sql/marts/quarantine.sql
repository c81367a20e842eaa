/*
Every row that was set aside: what it said, where it stands, why it is not used.

Nothing is dropped and nothing is guessed. A row leaves this table when its source is
mended, or when what made it unusable (an unknown tier, say) becomes known.

grain: table_name, source_file, source_row, reason

table_name: The table the row was meant for.
source_file: SHA-256 of the landed file.
source_row: Row in that file.
reason: What is wrong with it.
raw_text: The row as it came, cut to 2,000 characters.
*/
with mended_listings as (
    -- An item that was set aside makes its listing incomplete; a whole one has none.
    select 'landing.' || kind as table_name
    from core.listing_ages
    group by kind
    having count(problem) = 0
),

mended_files as (
    -- A newer file of the same invoice says by itself what is wrong with it.
    select version as source_file
    from core.invoice_versions
    group by version
    having not bool_or(is_newest)
),

credits_of_no_tier as (
    -- A tier that is added to the quotas frees its credits at the next run; nothing has
    -- to be sent again.
    select
        'raw.credit_events' as table_name,
        events.source_file,
        events.source_row,
        concat('tier has no quota: ', left(events.tier, 60)) as reason,
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
        ) as raw_text
    from staging.credit_events as events
    left join core.credit_tiers as tiers on tiers.tier = events.tier
    where tiers.tier is null
)

select
    quarantine.table_name,
    quarantine.source_file,
    quarantine.source_row,
    quarantine.reason,
    quarantine.raw_text
from staging.quarantine as quarantine
left join mended_listings using (table_name)
left join mended_files using (source_file)
where mended_listings.table_name is null and mended_files.source_file is null
union all
select table_name, source_file, source_row, reason, raw_text
from credits_of_no_tier
