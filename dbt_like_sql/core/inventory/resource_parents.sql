/*
What a resource lives and dies with, where its project is looked for if it has none.

A backup or snapshot belongs to a droplet or volume; a machine named by a cluster's
node pools is a worker of that cluster, and stays one resource.

grain: resource_id

resource_id: The resource.
parent_resource_id: The resource it belongs to.
*/
with last_states as (
    select account, kind, resource_id, parent_id, parent_kind, document
    from core.resource_states
    qualify row_number() over (partition by resource_id order by valid_from desc) = 1
),

pools as (
    select
        account,
        resource_id as cluster_id,
        unnest(cast(json_extract(document, '$.node_pools[*].nodes[*].droplet_id')
            as varchar[])) as droplet_id
    from last_states
    where kind = 'k8s_cluster'
),

parents as (
    select
        resource_id,
        account || ':' || parent_kind || ':' || parent_id as parent_resource_id
    from last_states
    where parent_id is not null and kind in ('droplet_backup', 'snapshot')
    union all
    select
        account || ':droplet:' || trim(droplet_id, '"') as resource_id,
        min(cluster_id) as parent_resource_id
    from pools
    where droplet_id is not null
    group by 1
)

select
    cast(resource_id as varchar) as resource_id,
    cast(parent_resource_id as varchar) as parent_resource_id
from parents
