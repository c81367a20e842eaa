"""Turning broken rules into what an operator sees beside the asset."""

from collections.abc import Sequence

import dagster as dg

from cost_pipeline.models.rules import BrokenRule


def check_result(
    asset_key: Sequence[str], name: str, broken: Sequence[BrokenRule]
) -> dg.AssetCheckResult:
    """Name each broken rule with a few offending rows instead of a traceback.

    Only a rule that blocks makes the result an error: what follows would turn the
    fault into money. Everything else warns.
    """
    blocks = any(not rule.is_warning for rule in broken)
    severity = dg.AssetCheckSeverity.ERROR if blocks else dg.AssetCheckSeverity.WARN
    metadata = {rule.name: dg.MetadataValue.md(rule.sample_table()) for rule in broken}
    return dg.AssetCheckResult(
        asset_key=dg.AssetKey(asset_key),
        check_name=name,
        passed=not broken,
        severity=severity,
        metadata=metadata,
        description="; ".join(rule.in_a_line() for rule in broken) or None,
    )


def problem_result(
    asset_key: Sequence[str], name: str, problem: str | None
) -> dg.AssetCheckResult:
    """A check that fails with one sentence, or passes."""
    return dg.AssetCheckResult(
        asset_key=dg.AssetKey(asset_key),
        check_name=name,
        passed=problem is None,
        severity=dg.AssetCheckSeverity.ERROR,
        description=problem,
        metadata={"problem": dg.MetadataValue.text(problem)} if problem else {},
    )
