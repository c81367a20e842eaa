/*
Every product on an accepted invoice fits a rule; add one to product_kinds.csv.

on: marts.cost_lines
warn: yes
*/
select product, min(description) as description, sum(amount_micros) as amount_micros
from marts.cost_lines
where kind = 'unclassified'
group by product
