"""Turning broken rules into what an operator sees beside the asset."""

from collections.abc import Sequence

import dagster as dg

from cost_pipeline.models.rules import BrokenRule, short

# Columns of an offending row that are named on the screen; all are in the UI.
NAMED = 3


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
        description="; ".join(map(rule_line, broken)) or None,
    )


def rule_line(rule: BrokenRule) -> str:
    """One line of a broken rule; where it stops a run, its first row is named."""
    rows = "1 row breaks" if rule.rows == 1 else f"{rule.rows} rows break"
    line = f"{rows} the rule: {rule.name}"
    if rule.is_warning or not rule.sample:
        return line
    named = zip(rule.columns[:NAMED], rule.sample[0], strict=False)
    first = ", ".join(f"{name} {short(one)}" for name, one in named)
    return f"{line}; the first is {first}"


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
