/*
Until when each kind was judged, and what an operator had confirmed by then.
*/
create table if not exists ops.judged_kinds (
    account varchar not null,
    kind varchar not null,
    judged_until timestamp not null,
    confirmations timestamp[] not null
)
