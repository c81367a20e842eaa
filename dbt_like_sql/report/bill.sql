/*
Every part of a cent has one place, so these rows sum to the bill.

title: Where the provider's bill went
nothing: No provider invoice of this month has been accepted.
drawn: amount_micros
*/
select
    case bucket
        when 'tenant' then 'customers'
        when 'shared' then 'shared out by a rule'
        when 'internal' then 'ourselves'
        when 'tax' then 'tax, which comes back'
        when 'provider_rounding' then 'the provider''s rounding'
        else 'nobody known'
    end as borne_by,
    cast(count(*) as bigint) as lines,
    sum(allocation.amount_micros) as amount_micros,
    percent_of(
        sum(allocation.amount_micros),
        sum(sum(allocation.amount_micros)) over (partition by allocation.currency)
    ) as share_pct,
    allocation.currency
from marts.cost_allocation as allocation
join marts.provider_invoices as invoices using (invoice_uuid)
join shown on invoices.period = strftime(shown.month, '%Y-%m')
group by borne_by, allocation.currency
order by sum(allocation.amount_micros) desc, borne_by
