/*
Cells of the margin table: what was asked for.

shown: no
*/
select * from asked
