/*
Installs that spend credits.

grain: install_id
*/
select
    install_id,
    tenant_id,
    tier,
    has_hardware,
    first_seen_at,
    tier_changed_at,
    source_file,
    source_row
from raw.installs
