/*
Whose each line is, through its resource, else through the project the bill names.

subject: costs
grain: invoice_uuid, line_number

invoice_uuid: The invoice.
line_number: The line.
resource_id: The resource, a placeholder, or 'none'.
match_method: id, name or none.
confidence: exact, high, low or none.
unmatched_reason: Why no resource was found; empty when matched.
owner_source: resource, project or none.
role: tenant, shared, internal or unattributed.
tenant_id: Who bears it, or 'unattributed'.
deployment_id: Which deployment, or 'unattributed'.
*/
with reasoned as (
    select
        charges.*,
        matches.resource_id,
        coalesce(matches.match_method, 'none') as match_method,
        coalesce(matches.confidence, 'none') as confidence,
        coalesce(nullif(matches.given_id, ''), 'named:' || lower(charges.line_name))
            as placeholder,
        lower(coalesce(nullif(charges.project_name, ''), pairs.project_name))
            as project_key,
        case
            when matches.resource_id is not null then ''
            when charges.charge_category = 'tax' then 'tax'
            when charges.kind = 'unclassified' then 'unknown'
            when charges.charge_scope = 'account' then 'account_level'
            when matches.is_ambiguous then 'ambiguous'
            when variances.resource_id is not null then 'name_variance'
            when charges.line_name = '' and matches.given_id = '' then 'unknown'
            else 'destroyed_historic'
        end as unmatched_reason
    from core.charges as charges
    left join core.charge_matches as matches
        on matches.invoice_uuid = charges.invoice_uuid
        and matches.line_number = charges.line_number
    left join core.name_variances as variances
        on variances.invoice_uuid = charges.invoice_uuid
        and variances.line_number = charges.line_number
    left join core.item_pairs as pairs
        on pairs.invoice_uuid = charges.invoice_uuid
        and pairs.line_number = charges.line_number
),

owned as (
    select
        reasoned.*,
        coalesce(owners.role, 'unattributed') <> 'unattributed' as has_owner,
        projects.role is not null as has_project,
        case when has_owner then owners.role else projects.role end as owner_role,
        case when has_owner then owners.tenant_id else projects.tenant_id end
            as owner_tenant_id,
        case when has_owner then owners.deployment_id else projects.deployment_id end
            as owner_deployment_id
    from reasoned
    left join core.owner_spans as owners
        on owners.resource_id = reasoned.resource_id
        and owners.from_at <= reasoned.from_at
        and owners.to_at > reasoned.from_at
    left join core.billed_projects as projects
        on projects.account = reasoned.account
        and projects.project_key = reasoned.project_key
        and projects.from_at <= reasoned.from_at
        and projects.to_at > reasoned.from_at
        and reasoned.charge_scope = 'resource'
)

select
    invoice_uuid,
    line_number,
    cast(case
        when resource_id is not null then resource_id
        when unmatched_reason = 'destroyed_historic'
            then account || ':' || kind || ':' || placeholder
        else 'none'
    end as varchar) as resource_id,
    cast(match_method as varchar) as match_method,
    cast(confidence as varchar) as confidence,
    cast(unmatched_reason as varchar) as unmatched_reason,
    cast(case when has_owner then 'resource' when has_project then 'project'
        else 'none' end as varchar) as owner_source,
    cast(coalesce(owner_role, 'unattributed') as varchar) as role,
    cast(coalesce(owner_tenant_id, 'unattributed') as varchar) as tenant_id,
    cast(coalesce(owner_deployment_id, 'unattributed') as varchar) as deployment_id
from owned
