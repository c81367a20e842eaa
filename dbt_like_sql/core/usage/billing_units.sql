/*
How many base units make one unit of a billing kind in each month.

A GB-month is one GB for all seconds of that month, so its divisor differs by month;
an hour is 3600 seconds always. What is metered is divided by this once per period.

grain: month, billing_kind
check: base_per_unit > 0

month: First day of the month, UTC.
base_per_unit: Base units that make one unit.
*/
select
    months.month,
    kinds.billing_kind,
    cast(
        kinds.base_per_unit
        * case when kinds.is_month_share then months.days * 86400 else 1 end
        as bigint
    ) as base_per_unit
from ref.months as months
cross join ref.billing_kinds as kinds
