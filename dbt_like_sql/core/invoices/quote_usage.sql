/*
What was used under each quote, in whole base units.

grain: quote_id, billing_kind
check: base_quantity >= 0

quote_id: The quote.
base_quantity: Whole base units of the month.
base_per_unit: Base units that make one unit.
*/
select
    requests.quote_id,
    covered.billing_kind,
    cast(sum(covered.base_quantity) as hugeint) as base_quantity,
    cast(max(covered.base_per_unit) as bigint) as base_per_unit
from core.covered_usage as covered
join core.quote_requests as requests
    on requests.subscription_id = covered.subscription_id
    and requests.month = covered.month
group by requests.quote_id, covered.billing_kind
