/*
Who bears each line: a customer, all of them by a rule, we ourselves, the tax office.

Every line is here to the last millionth, so the rows of an invoice sum to its total: a
shared line is cut by largest remainder, and what nobody shares stays unattributed.

grain: invoice_uuid, line_number, tenant_id, deployment_id

invoice_uuid: The invoice, or 'history:<entry>'.
line_number: The line.
tenant_id: The customer, or 'unattributed'.
deployment_id: The deployment, or 'unattributed'.
bucket: tenant, shared, internal, tax, provider_rounding or unattributed.
rule: The rule that decided.
amount_micros: The part, in millionths.
*/
with shared_lines as (
    select
        lines.invoice_uuid,
        lines.line_number,
        lines.rule,
        lines.rule_version,
        lines.amount_micros,
        lines.currency,
        shares.tenant_id,
        shares.deployment_id,
        shares.part,
        shares.whole,
        floor_of(abs(lines.amount_micros), shares.part, shares.whole) as floor_micros
    from core.cost_lines as lines
    join core.allocation_shares as shares
        on shares.provider_account = lines.provider_account
        and shares.period_start = lines.period_start
        and shares.rule = lines.rule
    where lines.method <> 'keep'
),

ranked as (
    select
        *,
        row_number() over (
            partition by invoice_uuid, line_number
            order by
                abs(cast(amount_micros as hugeint)) * part - floor_micros * whole desc,
                tenant_id,
                deployment_id
        ) as place,
        abs(amount_micros)
            - sum(floor_micros) over (partition by invoice_uuid, line_number)
            as left_over
    from shared_lines
),

shared_rules as (
    select distinct provider_account, period_start, rule from core.allocation_shares
)

select
    invoice_uuid,
    line_number,
    tenant_id,
    deployment_id,
    'shared' as bucket,
    rule,
    rule_version,
    cast(
        sign(amount_micros)
        * (floor_micros + case when place <= left_over then 1 else 0 end) as bigint
    ) as amount_micros,
    currency
from ranked
union all
select
    lines.invoice_uuid,
    lines.line_number,
    case when lines.scope = 'tenant' then lines.tenant_id else 'unattributed' end,
    case when lines.scope = 'tenant' then lines.deployment_id else 'unattributed' end,
    case
        when lines.method <> 'keep' then 'unattributed'
        when lines.scope = 'rounding' then 'provider_rounding'
        when lines.scope in ('account', 'shared') then 'unattributed'
        else lines.scope
    end,
    lines.rule,
    lines.rule_version,
    lines.amount_micros,
    lines.currency
from core.cost_lines as lines
left join shared_rules as shared
    on shared.provider_account = lines.provider_account
    and shared.period_start = lines.period_start
    and shared.rule = lines.rule
where lines.method = 'keep' or shared.rule is null
