/*
Kinds with receipts to judge, and those whose past was told anew.

It is told anew by a receipt that is older than the last one judged, or by an operator
who confirmed a shrink.
*/
with confirmations as (
    select
        coalesce(kinds.listing, decisions.subject_id) as kind,
        list_sort(list(decisions.decided_at)) as confirmations
    from ledger.decisions as decisions
    left join ref.kinds as kinds
        on kinds.kind = decisions.subject_id
        and kinds.listing <> ''
    where
        decisions.decision = 'confirm-shrink'
        and decisions.decided_at <= (select now_at from ref.clock)
    group by 1
),

kinds as (
    select
        account,
        kind,
        min(received_at) filter (where verdict = 'pending') as pending_from
    from raw.receipts
    where list_contains($listings, kind) and subject = '' and is_complete
    group by account, kind
)

select
    kinds.account,
    kinds.kind,
    coalesce(confirmations.confirmations, []) as confirmed_at,
    coalesce(
        judged.confirmations <> coalesce(confirmations.confirmations, [])
        or kinds.pending_from <= judged.judged_until,
        false
    ) as is_replay
from kinds
left join ops.judged_kinds as judged using (account, kind)
left join confirmations on confirmations.kind = kinds.kind
where
    kinds.pending_from is not null
    or judged.confirmations <> coalesce(confirmations.confirmations, [])
order by all
