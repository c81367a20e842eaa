/*
The rules by which the provider's bills are borne; data, so that one can read them.

grain: rule, scope, kind

scope: Which lines it is for.
method: keep, even, weighted or by_cost.
fallback: Method when nothing drives the first; null = unattributed.
*/
select rule, scope, kind, method, fallback, version, description
from ref.allocation_rules
