/*
Installs that spend credits, as known at now.

grain: install_id
*/
select
    installs.install_id,
    installs.tenant_id,
    installs.tier,
    installs.has_hardware,
    installs.first_seen_at,
    installs.tier_changed_at,
    installs.source_file,
    installs.source_row
from raw.installs as installs
join ref.clock as clock on installs.first_seen_at <= clock.now_at
