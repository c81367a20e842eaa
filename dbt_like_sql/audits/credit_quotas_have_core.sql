/*
The tier 'core' has a quota: installs of no tier and of unknown tiers are planned by it.

on: marts.credit_balances
*/
select count(*) as tiers_given
from core.credit_tiers
having count(*) filter (where tier = 'core') = 0
