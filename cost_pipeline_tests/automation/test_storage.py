"""What runs store through kept connections reads as the stock event log does."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.events import DagsterEvent, EngineEventData
from dagster._core.events.log import EventLogEntry

from cost_pipeline.automation.launch import open_instance

EXAMPLE = dg.AssetKey("example")


@dg.asset(check_specs=[dg.AssetCheckSpec("fits", asset="example")])
def example() -> dg.MaterializeResult:
    return dg.MaterializeResult(
        metadata={"rows_count": 7},
        check_results=[dg.AssetCheckResult(passed=False, metadata={"broken_count": 2})],
        tags={"colour": "green"},
    )


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with open_instance(tmp_path, is_sqlite=True) as instance:
        yield instance


def stock(tmp_path: Path) -> dg.DagsterInstance:
    return dg.DagsterInstance.local_temp(str(tmp_path))


def recorded(instance: dg.DagsterInstance, run_id: str) -> dict[str, object]:
    """What the UI would show of a run and of its asset."""
    check = dg.AssetCheckKey(EXAMPLE, "fits")
    executions = instance.event_log_storage.get_asset_check_execution_history(check, 9)
    latest = instance.get_latest_materialization_event(EXAMPLE)
    assert latest is not None
    materialization = latest.asset_materialization
    assert materialization is not None
    return {
        "events": [entry.dagster_event_type for entry in instance.all_logs(run_id)],
        "metadata": materialization.metadata,
        "checks": [(record.run_id, record.status.value) for record in executions],
        "green": len(
            instance.get_event_tags_for_asset(EXAMPLE, filter_tags={"colour": "green"})
        ),
    }


def test_what_a_run_stored_is_what_the_stock_storage_would_have(
    kept: dg.DagsterInstance, tmp_path: Path
) -> None:
    done = dg.materialize([example], instance=kept, raise_on_error=False)
    recorded_by_kept = recorded(kept, done.run_id)
    with stock(tmp_path) as instance:
        assert recorded(instance, done.run_id) == recorded_by_kept
        again = dg.materialize([example], instance=instance, raise_on_error=False)
        recorded_by_stock = recorded(instance, again.run_id)
    assert recorded_by_stock["events"] == recorded_by_kept["events"]
    assert recorded_by_stock["metadata"] == recorded_by_kept["metadata"]
    # Two processes take turns in the same files.
    assert recorded(kept, again.run_id) == recorded_by_stock


def entry(run_id: str, message: str) -> EventLogEntry:
    event = DagsterEvent(
        event_type_value=dg.DagsterEventType.ENGINE_EVENT.value,
        job_name="some",
        event_specific_data=EngineEventData(),
        message=message,
    )
    return EventLogEntry(
        error_info=None,
        level=20,
        user_message=message,
        run_id=run_id,
        timestamp=0.0,
        dagster_event=event,
    )


def test_events_of_a_batch_are_stored_together_or_not_at_all(
    kept: dg.DagsterInstance,
) -> None:
    storage = kept.event_log_storage
    storage.store_event_batch([entry("run-1", "first"), entry("run-1", "second")])
    with pytest.raises(Exception, match="EventLogEntry"):
        storage.store_event_batch([entry("run-1", "third"), None])  # type: ignore[list-item]
    messages = [found.user_message for found in storage.get_logs_for_run("run-1")]
    assert messages == ["first", "second"]
