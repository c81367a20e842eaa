/*
The rows that were asked for.
*/
select * from asked
