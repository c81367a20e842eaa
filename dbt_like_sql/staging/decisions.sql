/*
What an operator decided.

grain: decision_id
*/
select
    decisions.decision_id,
    decisions.decision,
    decisions.subject_id,
    decisions.details,
    decisions.decided_at
from raw.ledger_decisions as decisions
join ref.clock as clock on decisions.decided_at <= clock.now_at
