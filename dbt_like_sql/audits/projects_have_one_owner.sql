/*
A provider project belongs to one tenant at a time.

on: raw.project_links
*/
select links.provider_project_id, links.valid_from, later.valid_from as overlaps_from
from raw.project_links as links
join raw.project_links as later
    on later.provider_project_id = links.provider_project_id
    and later.valid_from > links.valid_from
    and coalesce(later.valid_from < links.valid_to, true)
