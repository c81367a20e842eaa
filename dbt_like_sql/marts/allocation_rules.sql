/*
The rules by which the provider's bills are borne, in the version now in force.

subject: costs
grain: rule, scope, kind

rule: Name of the rule.
scope: Which lines: tenant, internal, shared, account, tax, rounding, unattributed.
kind: Which kind; '*' = all others.
method: keep, even, weighted or by_cost.
fallback: Method when nothing drives the first; empty = unattributed.
version: Counts up with each change of the rule.
description: Why so.
*/
select
    rule,
    scope,
    kind,
    method,
    cast(coalesce(fallback, '') as varchar) as fallback,
    version,
    description
from core.allocation_rules
