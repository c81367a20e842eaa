/*
A metered day has a row for everything that existed on it, also for what was found late.

A resource that shows up days after it was made is metered within the hour; a day that
stays in this list is not.

on: core.unmetered_days
warn: yes
*/
select day, expected_rows - metered_rows as missing_rows, metered_rows
from core.unmetered_days
where metered_rows > 0
order by day
