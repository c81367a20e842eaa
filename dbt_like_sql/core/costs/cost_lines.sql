/*
What we find out about each billed line: its resource, its owner, or why it has none.

The owner is the matched resource's when the line began; a resource's first and last
known owner hold beyond, because a bill may begin before we looked. Else it is the named
project's. Bills name projects and know no ids: a name that two projects had at the same
time says nothing.

grain: invoice_uuid, line_number
check: (match_method = 'none') = (unmatched_reason <> '')
warn: unmatched_reason <> 'unknown'

invoice_uuid: The invoice, or 'history:<entry>'.
line_number: Row in the file; 0 = the provider's rounding.
provider_account: The provider's account.
currency: Currency of the invoice.
resource_id: The resource, a placeholder when the inventory lacks it, or 'none'.
match_method: id, name or none.
confidence: exact, high (the name fits most of the time), low (a part of it) or none.
unmatched_reason: Why there is no resource; empty when matched.
owner_source: resource, project or none.
role: tenant, shared, internal or unattributed.
tenant_id: Who bears it, or 'unattributed'.
deployment_id: Which deployment, or 'unattributed'.
scope: What the rules of allocation call it.
rule: The rule that says who bears it: the one for its kind, else the one for all.
rule_version: Its version.
method: keep, even, weighted or by_cost.
*/
with resource_owners as (
    select
        resource_id,
        tenant_id,
        deployment_id,
        role,
        case
            when row_number() over resource = 1 then timestamp '1970-01-01'
            else valid_from
        end as from_at,
        coalesce(lead(valid_from) over resource, timestamp '9999-01-01') as to_at
    from core.resources
    window resource as (partition by resource_id order by valid_from)
),

project_sightings as (
    select
        account,
        provider_id as project_id,
        lower(name) as project_key,
        is_present,
        -- Bills reach further back than anybody looked: the first name holds before.
        case
            when row_number() over project = 1 then timestamp '1970-01-01'
            else observed_at
        end as from_at,
        coalesce(lead(observed_at) over project, timestamp '9999-01-01') as to_at
    from staging.resource_documents
    where listing = 'projects'
    window project as (partition by account, provider_id order by observed_at)
),

project_names as (
    select * from project_sightings where is_present
),

contested_names as (
    select distinct names.account, names.project_key
    from project_names as names
    join project_names as others
        on others.account = names.account
        and others.project_key = names.project_key
        and others.project_id <> names.project_id
        and others.from_at < names.to_at
        and others.to_at > names.from_at
),

project_owners as (
    select
        names.account,
        names.project_key,
        links.tenant_id,
        links.deployment_id,
        links.role,
        greatest(names.from_at, links.valid_from) as from_at,
        least(names.to_at, coalesce(links.valid_to, names.to_at)) as to_at
    from project_names as names
    join staging.project_links as links on links.project_id = names.project_id
    left join contested_names as contested
        on contested.account = names.account
        and contested.project_key = names.project_key
    where contested.project_key is null
),

owned as (
    select
        charges.account,
        charges.invoice_uuid,
        charges.line_number,
        charges.kind,
        charges.charge_category,
        charges.amount_micros,
        charges.period_start,
        charges.source_file,
        charges.source_row,
        coalesce(matches.resource_id, 'none') as resource_id,
        coalesce(matches.confidence, 'none') as confidence,
        coalesce(matches.unmatched_reason, charges.presumed_reason) as unmatched_reason,
        case
            when owners.role is not null then 'resource'
            when projects.role is not null then 'project'
            else 'none'
        end as owner_source,
        coalesce(owners.role, projects.role, 'unattributed') as role,
        coalesce(owners.tenant_id, projects.tenant_id, 'unattributed') as tenant_id,
        coalesce(owners.deployment_id, projects.deployment_id, 'unattributed')
            as deployment_id
    from core.charges as charges
    left join core.resource_matches as matches
        on matches.invoice_uuid = charges.invoice_uuid
        and matches.line_number = charges.line_number
    left join resource_owners as owners
        on owners.resource_id = matches.resource_id
        and owners.role <> 'unattributed'
        and owners.from_at <= charges.from_at
        and owners.to_at > charges.from_at
    left join project_owners as projects
        on projects.account = charges.account
        and projects.project_key = lower(charges.project_name)
        and projects.from_at <= charges.from_at
        and projects.to_at > charges.from_at
        and charges.charge_scope = 'resource'
),

scoped as (
    select
        *,
        case
            when charge_category in ('tax', 'rounding') then charge_category
            when owner_source <> 'none' then role
            when unmatched_reason = 'account_level' then 'account'
            else 'unattributed'
        end as scope
    from owned
)

select
    lines.invoice_uuid,
    lines.line_number,
    cast(split_part(lines.account, ':', 2) as varchar) as provider_account,
    lines.kind,
    lines.charge_category,
    lines.amount_micros,
    'USD' as currency,
    lines.period_start,
    cast(lines.resource_id as varchar) as resource_id,
    cast(case lines.confidence
        when 'exact' then 'id'
        when 'none' then 'none'
        else 'name'
    end as varchar) as match_method,
    cast(lines.confidence as varchar) as confidence,
    cast(lines.unmatched_reason as varchar) as unmatched_reason,
    cast(lines.owner_source as varchar) as owner_source,
    cast(lines.role as varchar) as role,
    cast(lines.tenant_id as varchar) as tenant_id,
    cast(lines.deployment_id as varchar) as deployment_id,
    cast(lines.scope as varchar) as scope,
    cast(coalesce(own.rule, general.rule, 'no_rule') as varchar) as rule,
    cast(coalesce(own.version, general.version, 0) as bigint) as rule_version,
    cast(coalesce(own.method, general.method, 'keep') as varchar) as method,
    lines.source_file,
    lines.source_row
from scoped as lines
left join ref.allocation_rules as own
    on own.scope = lines.scope and own.kind = lines.kind
left join ref.allocation_rules as general
    on general.scope = lines.scope and general.kind = '*'
