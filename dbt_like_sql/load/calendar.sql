/*
Days, months and numbers, which never change, and the window of a partitioned build.

A helper table is portable; `unnest(generate_series())` in a model is not.
*/
create table if not exists ref.days as
select cast(range as date) as day
from range(timestamp '2010-01-01', timestamp '2050-01-01', interval 1 day);

create table if not exists ref.months as
select
    cast(range as date) as month,
    cast(range + interval 1 month as date) as next_month,
    cast(date_diff('day', range, range + interval 1 month) as bigint) as days
from range(timestamp '2010-01-01', timestamp '2050-01-01', interval 1 month);

create table if not exists ref.numbers as
select cast(range as bigint) as number
from range(0, 1200);

create table if not exists ref.window (first_day date, last_day date);

create table if not exists ref.metering_due (first_day date);
