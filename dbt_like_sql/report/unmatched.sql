/*
Paid for something the inventory does not know, or that nobody owns.

title: Unmatched money
nothing: Every line of this month has a resource and an owner.
drawn: amount_micros
*/
select
    case unmatched_reason
        when 'destroyed_historic' then 'gone before anybody looked'
        when 'tax' then 'tax'
        when 'account_level' then 'bought for the whole account'
        when 'name_variance' then 'the bill uses another name'
        when 'ambiguous' then 'several resources fit'
        when '' then 'known, but owned by nobody'
        else 'nobody knows: look into it'
    end as reason,
    cast(count(*) as bigint) as lines,
    sum(unmatched.amount_micros) as amount_micros,
    min(unmatched.description) as for_example,
    unmatched.currency
from marts.unmatched_costs as unmatched
join marts.provider_invoices as invoices using (invoice_uuid)
join shown on invoices.period = strftime(shown.month, '%Y-%m')
group by reason, unmatched.currency
order by sum(unmatched.amount_micros) desc, reason
