/*
Every look at the provider that asks for a whole list, whole or not.

subject: inventory
grain: account, listing, received_at

account: Provider and account, as resource ids begin: `do:main`.
listing: What was asked for.
received_at: The run's now.
is_complete: Whether the answer was whole.
verdict: Whether history follows it: accepted, held, incomplete, or pending.
problem: What was wrong, if it was not whole.
sha256: Content of the answer; empty when incomplete.
*/
select
    cast(case when strpos(account, ':') > 0 then account else 'do:' || account end
        as varchar) as account,
    kind as listing,
    received_at,
    is_complete,
    verdict,
    problem,
    sha256
from raw.receipts
where subject = ''
