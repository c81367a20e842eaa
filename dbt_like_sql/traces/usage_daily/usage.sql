/*
The days that were asked for, as what was metered reads them.

shown: no
*/
select * from asked
