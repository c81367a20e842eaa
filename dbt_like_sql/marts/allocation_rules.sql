/*
The rules by which the provider's bills are borne, in the version now in force.

grain: rule, scope, kind

scope: Which lines: tenant, internal, shared, account, tax, rounding, unattributed.
fallback: Method when nothing drives the first; empty = unattributed.
*/
select
    rule,
    scope,
    kind,
    method,
    cast(coalesce(fallback, '') as varchar) as fallback,
    version,
    description
from ref.allocation_rules
