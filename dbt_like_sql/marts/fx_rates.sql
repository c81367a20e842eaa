/*
The exchange rates in force on each day, with the date each was made on.

grain: day, base, quote

rate_date: Day of the rate: the last on or before the day.
*/
select day, base, quote, rate, rate_date, source
from core.fx_daily
