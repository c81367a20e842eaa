/*
The exchange rates in force on each day, with the date each was made on.

subject: costs
grain: day, base, quote

day: The day.
base: Currency that is priced.
quote: Currency it is priced in.
rate: Units of quote for one of base.
rate_date: Day of the rate: the last on or before the day.
source: Who says so.
*/
select day, base, quote, rate, rate_date, source
from core.fx_daily
