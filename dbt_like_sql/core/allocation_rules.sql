/*
The rules by which the provider's bills are borne; data, so that one can read them.

subject: costs
grain: rule, scope, kind

rule: Name of the rule.
scope: Which lines it is for.
kind: Which kind; '*' = all others.
method: keep, even, weighted or by_cost.
fallback: Method when nothing drives the first; null = unattributed.
version: Counts up with each change of the rule.
description: Why so.
*/
select rule, scope, kind, method, fallback, version, description
from ref.allocation_rules
