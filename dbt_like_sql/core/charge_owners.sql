/*
Which resource each line is for, by id, else by name; and whose the line is, through the
resource, else through the project the bill names.

subject: costs
grain: invoice_uuid, line_number

invoice_uuid: The invoice.
line_number: The line.
resource_id: The resource, a placeholder, or 'none'.
match_method: id, name or none.
confidence: exact, high (the name fits most of the time), low (a part of it) or none.
unmatched_reason: Why no resource was found; empty when matched.
owner_source: resource, project or none.
role: tenant, shared, internal or unattributed.
tenant_id: Who bears it, or 'unattributed'.
deployment_id: Which deployment, or 'unattributed'.
*/
with matched as (
    select
        charges.invoice_uuid, charges.line_number, charges.account, charges.kind,
        charges.charge_scope, charges.from_at,
        coalesce(ids.resource_id, names.resource_id) as resource_id,
        coalesce(ids.given_id, 'named:' || lower(charges.line_name)) as placeholder,
        lower(coalesce(nullif(charges.project_name, ''), pairs.project_name))
            as project_key,
        case
            when ids.resource_id is not null then 'exact'
            when names.resource_id is null then 'none'
            when names.is_sure then 'high'
            else 'low'
        end as confidence,
        case
            when charges.charge_category = 'tax' then 'tax'
            when charges.kind = 'unclassified' then 'unknown'
            when charges.charge_scope = 'account' then 'account_level'
            when names.line_number is not null then 'ambiguous'
            when variances.line_number is not null then 'name_variance'
            when charges.line_name = '' and ids.line_number is null then 'unknown'
            else 'destroyed_historic'
        end as reason
    from core.charges as charges
    left join core.id_matches as ids
        on ids.invoice_uuid = charges.invoice_uuid
        and ids.line_number = charges.line_number
    left join core.name_matches as names
        on names.invoice_uuid = charges.invoice_uuid
        and names.line_number = charges.line_number
    left join core.name_variances as variances
        on variances.invoice_uuid = charges.invoice_uuid
        and variances.line_number = charges.line_number
    left join core.item_pairs as pairs
        on pairs.invoice_uuid = charges.invoice_uuid
        and pairs.line_number = charges.line_number
)

select
    matched.invoice_uuid,
    matched.line_number,
    cast(case
        when matched.resource_id is not null then matched.resource_id
        when reason = 'destroyed_historic'
            then matched.account || ':' || matched.kind || ':' || placeholder
        else 'none'
    end as varchar) as resource_id,
    cast(case confidence when 'exact' then 'id' when 'none' then 'none' else 'name' end
        as varchar) as match_method,
    cast(confidence as varchar) as confidence,
    cast(case when confidence = 'none' then reason else '' end as varchar)
        as unmatched_reason,
    cast(case when owners.role is not null then 'resource'
        when projects.role is not null then 'project' else 'none' end as varchar)
        as owner_source,
    cast(coalesce(owners.role, projects.role, 'unattributed') as varchar) as role,
    cast(coalesce(owners.tenant_id, projects.tenant_id, 'unattributed') as varchar)
        as tenant_id,
    cast(coalesce(owners.deployment_id, projects.deployment_id, 'unattributed')
        as varchar) as deployment_id
from matched
left join core.owner_spans as owners
    on owners.resource_id = matched.resource_id
    and owners.from_at <= matched.from_at
    and owners.to_at > matched.from_at
    and owners.role <> 'unattributed'
left join core.billed_projects as projects
    on projects.account = matched.account
    and projects.project_key = matched.project_key
    and projects.from_at <= matched.from_at
    and projects.to_at > matched.from_at
    and matched.charge_scope = 'resource'
