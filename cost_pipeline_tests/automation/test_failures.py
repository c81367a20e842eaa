"""A failed run becomes one message, whose text is the reason."""

from pathlib import Path

import dagster as dg
import duckdb
import pytest

from cost_pipeline.assets.failures import failure_notices
from cost_pipeline.automation.failures import TELL, TOLD, untold
from cost_pipeline.resources import RESOURCES


@dg.op
def broken() -> None:
    raise ValueError("the invoice\nhas no total")


@dg.job
def books() -> None:
    broken()


@pytest.mark.parametrize("issue_from", ["2026-01-01", ""])
def test_a_failed_run_is_told_once_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, issue_from: str
) -> None:
    monkeypatch.setenv("COST_PIPELINE_HOME", str(tmp_path))
    monkeypatch.setenv("COST_PIPELINE_ISSUE_FROM", issue_from)
    instance = dg.DagsterInstance.ephemeral()
    failed = books.execute_in_process(instance=instance, raise_on_error=False)
    config = {"ops": {TELL: {"config": {"run_ids": untold(instance)}}}}
    resources = {"warehouse": RESOURCES["warehouse"]}
    for _ in range(2):
        assert failure_notices.execute_in_process(
            run_config=config, instance=instance, resources=resources
        ).success
    run = instance.get_run_by_id(failed.run_id)
    assert run is not None
    assert run.tags[TOLD] == "yes"
    assert untold(instance) == []
    with duckdb.connect(str(tmp_path / "ledger.duckdb")) as ledger:
        told = ledger.execute("select data ->> '$.text' from messages").fetchall()
    expected = (
        f"Run {failed.run_id} failed. broken: ValueError: the invoice has no total"
    )
    assert told == ([(expected,)] if issue_from else [])
