/*
The days that were asked for.
*/
select * from asked
