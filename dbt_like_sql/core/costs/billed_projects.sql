/*
Whose a project of some name was, and when: the owner of a line without a resource.

Bills name projects and know no ids. A name that two projects had at the same time says
nothing and is left out.

grain: account, project_key, from_at

account: Provider account, as in resource ids.
project_key: The project's name in lower case.
project_id: The project.
from_at: First instant.
to_at: First instant after.
*/
with sightings as (
    select
        account,
        provider_id as project_id,
        lower(name) as project_key,
        is_present,
        -- Bills reach further back than anybody looked: the first name holds before.
        case when row_number() over project = 1 then timestamp '1970-01-01'
            else observed_at end as from_at,
        coalesce(lead(observed_at) over project, timestamp '9999-01-01') as to_at
    from staging.resource_documents
    cross join ref.clock as clock
    where listing = 'projects' and observed_at <= clock.now_at
    window project as (partition by account, provider_id order by observed_at)
),

names as (
    select * from sightings where is_present
),

contested as (
    select distinct names.account, names.project_key
    from names
    join names as others
        on others.account = names.account
        and others.project_key = names.project_key
        and others.project_id <> names.project_id
        and others.from_at < names.to_at
        and others.to_at > names.from_at
)

select
    names.account,
    cast(names.project_key as varchar) as project_key,
    names.project_id,
    links.tenant_id,
    links.deployment_id,
    links.role,
    cast(greatest(names.from_at, links.valid_from) as timestamp) as from_at,
    cast(least(names.to_at, coalesce(links.valid_to, names.to_at)) as timestamp)
        as to_at
from names
join staging.project_links as links on links.project_id = names.project_id
left join contested
    on contested.account = names.account and contested.project_key = names.project_key
where contested.project_key is null
    and links.valid_from < names.to_at
    and coalesce(links.valid_to, names.to_at) > names.from_at
