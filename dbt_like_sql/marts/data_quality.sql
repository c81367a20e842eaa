/*
Everything an operator should know about the data, one row each.

Nothing here stops the pipeline: what is doubtful was left out, held back or taken at
its word, and says so. A row leaves this table when what it speaks of is mended.

grain: area, finding, subject_id

area: Which part of the books it concerns.
finding: What was found.
subject_id: The row, resource, document or listing it is about.
tenant_id: Whom it concerns, or 'unattributed'.
detail: The fact in words.
happened_at: When it began or was last so; null = no one instant.
*/
with findings as (
    select
        'catalog' as area, finding, subject_id, tenant_id, detail, happened_at
    from core.catalog_findings
    union all
    select
        'costs' as area, finding, subject_id, tenant_id, detail, happened_at
    from core.cost_findings
    union all
    select
        'credits' as area, finding, subject_id, tenant_id, detail, happened_at
    from core.credit_findings
    union all
    select
        'messages' as area, finding, subject_id, tenant_id, detail, happened_at
    from core.delivery_findings
    union all
    select
        'drift' as area, finding, subject_id, tenant_id, detail, happened_at
    from core.drift_findings
    union all
    select
        'inventory' as area, finding, subject_id, tenant_id, detail, happened_at
    from core.inventory_findings
    union all
    select
        'spend' as area, finding, subject_id, tenant_id, detail, happened_at
    from core.spend_findings
    union all
    select
        'subscriptions' as area, finding, subject_id, tenant_id, detail, happened_at
    from core.activity_findings
    union all
    select
        'usage' as area, finding, subject_id, tenant_id, detail, happened_at
    from core.usage_findings
)

select
    cast(area as varchar) as area,
    cast(finding as varchar) as finding,
    cast(subject_id as varchar) as subject_id,
    cast(tenant_id as varchar) as tenant_id,
    cast(detail as varchar) as detail,
    cast(happened_at as timestamp) as happened_at
from findings
