/*
What we find out about each billed line: its resource, its owner, or why it has none.

The owner is the matched resource's when the line began, else the named project's.

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
with matched as (
    select charges.*,
        coalesce(ids.resource_id, names.resource_id) as found_id,
        ids.given_id,
        lower(coalesce(nullif(charges.project_name, ''), pairs.project_name))
            as project_key,
        case when ids.resource_id is not null then 'exact'
            when names.resource_id is not null then names.confidence
            else 'none' end as confidence,
        case when names.line_number is not null then 'ambiguous'
            when variances.line_number is not null then 'name_variance'
            when charges.line_name <> '' or ids.line_number is not null
                or presumed_reason <> 'destroyed_historic' then presumed_reason
            else 'unknown' end as reason
    from core.charges as charges
    left join core.id_matches as ids using (invoice_uuid, line_number)
    left join core.name_matches as names using (invoice_uuid, line_number)
    left join core.name_variances as variances using (invoice_uuid, line_number)
    left join core.item_pairs as pairs using (invoice_uuid, line_number)
),

owned as (
    select matched.*,
        case when owners.role is not null then 'resource'
            when projects.role is not null then 'project' else 'none' end as owned_by,
        coalesce(owners.role, projects.role, 'unattributed') as role,
        coalesce(owners.tenant_id, projects.tenant_id, 'unattributed') as tenant_id,
        coalesce(owners.deployment_id, projects.deployment_id, 'unattributed')
            as deployment_id,
        case when charge_category in ('tax', 'rounding') then charge_category
            when owners.role is not null then owners.role
            when projects.role is not null then projects.role
            when reason = 'account_level' then 'account'
            else 'unattributed' end as scope
    from matched
    left join core.owner_spans as owners
        on owners.resource_id = matched.found_id and owners.role <> 'unattributed'
        and owners.from_at <= matched.from_at and owners.to_at > matched.from_at
    left join core.billed_projects as projects
        on projects.account = matched.account and charge_scope = 'resource'
        and projects.project_key = matched.project_key
        and projects.from_at <= matched.from_at and projects.to_at > matched.from_at
)

select
    invoice_uuid, line_number,
    cast(split_part(account, ':', 2) as varchar) as provider_account, owned.kind,
    charge_category, amount_micros, 'USD' as currency, period_start,
    cast(case when found_id is not null then found_id
        when reason = 'destroyed_historic' then concat_ws(':', account, owned.kind,
            coalesce(given_id, 'named:' || lower(line_name)))
        else 'none' end as varchar) as resource_id,
    cast(case confidence when 'exact' then 'id' when 'none' then 'none' else 'name' end
        as varchar) as match_method, confidence,
    cast(case confidence when 'none' then reason else '' end as varchar)
        as unmatched_reason,
    cast(owned_by as varchar) as owner_source,
    role, tenant_id, deployment_id, owned.scope,
    cast(coalesce(own.rule, general.rule, 'no_rule') as varchar) as rule,
    cast(coalesce(own.version, general.version, 0) as bigint) as rule_version,
    cast(coalesce(own.method, general.method, 'keep') as varchar) as method,
    owned.source_file, owned.source_row
from owned
left join ref.allocation_rules as own
    on own.scope = owned.scope and own.kind = owned.kind
left join ref.allocation_rules as general
    on general.scope = owned.scope and general.kind = '*'
