/*
Shared lines cut into parts by largest remainder, so that the parts sum to the line.

grain: invoice_uuid, line_number, tenant_id, deployment_id

invoice_uuid: The invoice.
line_number: The line.
rule: The rule.
amount_micros: The part, in millionths.
*/
with parts as (
    select
        scopes.invoice_uuid,
        scopes.line_number,
        scopes.rule,
        scopes.rule_version,
        scopes.amount_micros,
        scopes.currency,
        shares.tenant_id,
        shares.deployment_id,
        shares.part,
        shares.whole,
        (2 * abs(cast(scopes.amount_micros as hugeint)) * shares.part + shares.whole)
            // (2 * cast(shares.whole as hugeint)) as rounded
    from core.cost_lines as scopes
    join core.allocation_shares as shares
        on shares.provider_account = scopes.provider_account
        and shares.period_start = scopes.period_start
        and shares.rule = scopes.rule
    where scopes.method <> 'keep'
),

floors as (
    select
        *,
        abs(cast(amount_micros as hugeint)) * part - rounded * whole as rest,
        rounded - case
            when rounded * whole > abs(cast(amount_micros as hugeint)) * part then 1
            else 0
        end as floor_micros
    from parts
),

ranked as (
    select
        *,
        -- What rounding up took too much of is given back: a rest is never negative.
        row_number() over (
            partition by invoice_uuid, line_number
            order by
                case when rest < 0 then rest + whole else rest end desc,
                tenant_id,
                deployment_id
        ) as place,
        abs(amount_micros)
            - sum(floor_micros) over (partition by invoice_uuid, line_number)
            as left_over
    from floors
)

select
    invoice_uuid,
    line_number,
    tenant_id,
    deployment_id,
    rule,
    rule_version,
    cast(
        sign(amount_micros)
        * (floor_micros + case when place <= left_over then 1 else 0 end) as bigint
    ) as amount_micros,
    currency
from ranked
