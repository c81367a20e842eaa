/*
A provider project belongs to one tenant at a time.

on: raw.project_links
*/
select links.project_id, links.valid_from, later.valid_from as overlaps_from
from staging.project_links as links
join staging.project_links as later
    on later.project_id = links.project_id
    and later.valid_from > links.valid_from
    and coalesce(later.valid_from < links.valid_to, true)
