/*
Every look at the provider that asks for a whole list, whole or not.

grain: account, listing, received_at

account: Provider and account, as resource ids begin: `do:main`.
is_complete: Whether the answer was whole.
verdict: Whether history follows it: accepted, held, incomplete, or pending.
problem: What was wrong, if it was not whole.
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
from staging.receipts
where subject = ''
