/*
Money that leaks without any threshold being crossed, as far as operators are told.

subject: spend
grain: alert, subject_id

alert: What kind of leak.
subject_id: What leaks.
tenant_id: Whose it is, or 'unattributed'.
detail: In words.
happened_at: When it began; leaks from before the date of issue are not told.
*/
select
    finding as alert,
    subject_id,
    tenant_id,
    detail,
    happened_at
from core.spend_findings
where finding in ('unknown_instance_type', 'unknown_status')
