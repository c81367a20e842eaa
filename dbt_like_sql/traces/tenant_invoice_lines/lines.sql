/*
The lines that were asked for.

number: select sum(amount_cents) from asked
*/
select * from asked
