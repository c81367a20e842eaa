"""A failed run or check becomes one message, whose text is the reason."""

from pathlib import Path

import dagster as dg
import duckdb
import pytest

from cost_pipeline.assets.failures import failure_notices
from cost_pipeline.automation.failures import NOTIFIED, NOTIFY, doubtful, unnotified
from cost_pipeline.resources import RESOURCES


@dg.op
def broken() -> None:
    raise ValueError("the invoice\nhas no total")


@dg.job
def books() -> None:
    broken()


@pytest.mark.parametrize("issue_from", ["2026-01-01", ""])
def test_a_failed_run_is_notified_once_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, issue_from: str
) -> None:
    monkeypatch.setenv("COST_PIPELINE_HOME", str(tmp_path))
    monkeypatch.setenv("COST_PIPELINE_ISSUE_FROM", issue_from)
    instance = dg.DagsterInstance.ephemeral()
    failed = books.execute_in_process(instance=instance, raise_on_error=False)
    config = {"ops": {NOTIFY: {"config": {"run_ids": unnotified(instance)}}}}
    resources = {"warehouse": RESOURCES["warehouse"]}
    for _ in range(2):
        assert failure_notices.execute_in_process(
            run_config=config, instance=instance, resources=resources
        ).success
    run = instance.get_run_by_id(failed.run_id)
    assert run is not None
    assert run.tags[NOTIFIED] == "yes"
    assert unnotified(instance) == []
    with duckdb.connect(str(tmp_path / "ledger.duckdb")) as ledger:
        written = ledger.execute("select data ->> '$.text' from messages").fetchall()
    expected = (
        f"Run {failed.run_id} failed. broken: ValueError: the invoice has no total"
    )
    assert written == ([(expected,)] if issue_from else [])


def checked(name: str, severity: dg.AssetCheckSeverity) -> dg.AssetsDefinition:
    @dg.asset(name=name, check_specs=[dg.AssetCheckSpec("rules", asset=name)])
    def table() -> dg.MaterializeResult:
        found = dg.AssetCheckResult(
            passed=False, severity=severity, description="3 days are missing"
        )
        return dg.MaterializeResult(check_results=[found])

    return table


def test_failed_checks_of_runs_that_succeed_are_notified_once_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COST_PIPELINE_HOME", str(tmp_path))
    monkeypatch.setenv("COST_PIPELINE_ISSUE_FROM", "2026-01-01")
    instance = dg.DagsterInstance.ephemeral()
    severity = dg.AssetCheckSeverity
    dg.materialize([checked("noted", severity.WARN)], instance=instance)
    wrong = checked("wrong", severity.ERROR)
    runs = [dg.materialize([wrong], instance=instance) for _ in range(3)]
    assert doubtful(instance) == [run.run_id for run in runs]
    config = {"ops": {NOTIFY: {"config": {"run_ids": doubtful(instance)}}}}
    assert failure_notices.execute_in_process(
        run_config=config,
        instance=instance,
        resources={"warehouse": RESOURCES["warehouse"]},
    ).success
    assert doubtful(instance) == []
    with duckdb.connect(str(tmp_path / "ledger.duckdb")) as ledger:
        written = ledger.execute(
            "select kind, data ->> '$.text' from messages"
        ).fetchall()
    expected = "succeeded, but checks failed. wrong (rules): 3 days are missing"
    assert written == [("data_quality", f"Run {runs[0].run_id} {expected}")]
