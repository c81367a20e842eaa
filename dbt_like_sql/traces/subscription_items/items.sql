/*
The items that were asked for, whose activities are looked for.

shown: no
*/
select * from asked
