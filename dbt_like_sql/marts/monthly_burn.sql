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
projected_micros: Where the month was heading then, in millionths.
invoiced_micros: What the provider invoiced without tax, in millionths; null = not yet.
backtest_as_of: The balance as far into that month as the running month is now.
backtest_projected_micros: Where that month was heading then, in millionths.
error_pct: How far that was from the invoice, in per cent of the invoice.
mean_error_pct: Mean of those errors, signs left aside; null = no month to test with.
method: How the projection is made.
*/
with invoiced as (
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

months as (
    select month, provider_account, currency from core.burn_projections
    union
    select month, provider_account, currency from invoiced
),

compared as (
    select
        months.*,
        latest.as_of,
        latest.month_to_date_micros,
        latest.projected_micros,
        invoiced.micros as invoiced,
        tests.as_of as backtest_as_of,
        tests.projected_micros as backtest,
        case when invoiced.micros > 0
            then sign(tests.projected_micros - invoiced.micros) * ((
                2 * abs(cast(tests.projected_micros - invoiced.micros as hugeint))
                * 1000 + invoiced.micros
            ) // (2 * invoiced.micros))
        end as error_permille
    from months
    left join invoiced using (month, provider_account, currency)
    left join core.burn_projections as latest
        on latest.month = months.month
        and latest.provider_account = months.provider_account
        and latest.point = 'last'
    left join core.burn_projections as tests
        on tests.month = months.month
        and tests.provider_account = months.provider_account
        and tests.point = 'backtest'
),

tested as (
    select
        compared.*,
        sum(abs(error_permille)) over account as errors,
        count(error_permille) over account as tests
    from compared
    window account as (partition by provider_account)
)

select
    month,
    provider_account,
    currency,
    as_of,
    month_to_date_micros,
    projected_micros,
    cast(invoiced as bigint) as invoiced_micros,
    backtest_as_of,
    backtest as backtest_projected_micros,
    cast(0.1 * cast(error_permille as decimal(18, 0)) as decimal(18, 1)) as error_pct,
    cast(0.1 * cast(case when tests > 0
        then (2 * cast(errors as hugeint) + tests) // (2 * tests) end
        as decimal(18, 0)) as decimal(18, 1)) as mean_error_pct,
    'linear: usage to date / elapsed share of the month' as method
from tested
