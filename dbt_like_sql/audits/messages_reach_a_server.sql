/*
No message was refused five times, or five times may not have arrived.

It is tried again by itself, but a server that refuses so often will not change its mind.

on: core.delivery_findings
warn: yes
*/
select message_id, count(*) as failures, max_by(error, attempt) as last_error
from staging.deliveries
where outcome in ('failed', 'unknown')
group by message_id
having count(*) >= 5
