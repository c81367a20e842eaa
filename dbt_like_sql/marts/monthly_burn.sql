/*
What each month costs so far, where it is heading, and how good such a guess has been.

The method is linear: usage to date divided by the elapsed share of the month. It is
back-tested on earlier months at the same share, against what was invoiced then. Tax is
left out of both: a balance holds none until the invoice adds it.

grain: month, provider_account

month: First day of the month, UTC.
provider_account: The account.
currency: Currency of the account.
as_of: The last balance of the month; null = none was taken.
month_to_date_micros: Usage of the month by then, in millionths.
projected_micros: Where the month was heading then, in millionths.
invoiced_micros: What the provider invoiced without tax, in millionths; null = not yet.
backtest_as_of: The balance as far into that month as the running month is now.
backtest_projected_micros: Where that month was heading then, in millionths.
error_pct: How far that was from the invoice, in per cent of the invoice.
mean_error_pct: Mean of those errors, signs left aside; null = no month to test with.
method: How the projection is made.
*/
with timed as (
    select
        balances.month,
        balances.provider_account,
        balances.currency,
        balances.generated_at,
        balances.month_to_date_usage_micros as usage,
        cast(months.days as hugeint) * 86400 as month_seconds,
        cast(floor(epoch(balances.generated_at)) as hugeint)
        - cast(epoch(cast(balances.month as timestamp)) as hugeint) as seconds
    from core.balances as balances
    join ref.months as months on months.month = balances.month
),

projected as (
    select
        *,
        case when seconds > 0 then share_of(usage, month_seconds, seconds) end
            as projection
    from timed
),

-- How far the running month is: the last balance decides, not the clock.
running as (
    select
        projected.provider_account,
        max_by(projected.seconds, projected.generated_at) as seconds,
        max_by(projected.month_seconds, projected.generated_at) as month_seconds
    from projected
    cross join ref.today as today
    where projected.month = cast(date_trunc('month', today.day) as date)
    group by projected.provider_account
),

latest as (
    select *
    from projected
    qualify row_number() over (
        partition by month, provider_account order by generated_at desc
    ) = 1
),

tests as (
    select projected.*
    from projected
    join running
        on running.provider_account = projected.provider_account
        and projected.seconds * running.month_seconds
        <= running.seconds * projected.month_seconds
    qualify row_number() over (
        partition by projected.month, projected.provider_account
        order by projected.generated_at desc
    ) = 1
),

invoiced as (
    select
        cast(date_trunc('month', invoices.period_start) as date) as month,
        invoices.provider_account,
        invoices.currency,
        sum(lines.amount_micros) as micros
    from core.provider_invoices as invoices
    join core.cost_lines as lines using (invoice_uuid)
    where invoices.verdict = 'accepted' and invoices.status <> 'history'
        and lines.charge_category <> 'tax'
    group by all
),

compared as (
    select
        month,
        provider_account,
        currency,
        latest.generated_at as as_of,
        latest.usage as month_to_date_micros,
        latest.projection,
        invoiced.micros as invoiced,
        tests.generated_at as backtest_as_of,
        tests.projection as backtest,
        case when invoiced.micros > 0
            then share_of(tests.projection - invoiced.micros, 1000, invoiced.micros)
        end as error_permille
    from latest
    full join invoiced using (month, provider_account, currency)
    left join tests using (month, provider_account)
)

select
    month,
    provider_account,
    currency,
    as_of,
    month_to_date_micros,
    cast(projection as bigint) as projected_micros,
    cast(invoiced as bigint) as invoiced_micros,
    backtest_as_of,
    cast(backtest as bigint) as backtest_projected_micros,
    cast(0.1 * cast(error_permille as decimal(18, 0)) as decimal(18, 1)) as error_pct,
    cast(
        0.1 * cast(
            rounded_to(
                sum(abs(error_permille)) over account,
                nullif(count(error_permille) over account, 0)
            ) as decimal(18, 0)
        ) as decimal(18, 1)
    ) as mean_error_pct,
    'linear: usage to date / elapsed share of the month' as method
from compared
window account as (partition by provider_account)
