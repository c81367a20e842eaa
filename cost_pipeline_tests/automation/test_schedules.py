"""A tick asks for one run or says in words why not."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import dagster as dg
import pytest
import yaml

from cost_pipeline.automation.failures import NOTICES, NOTIFIED, failed_runs, unnotified
from cost_pipeline.automation.jobs import JOB, jobs
from cost_pipeline.automation.lost_runs import host_tag, process_tags
from cost_pipeline.automation.partitions import INVOICES
from cost_pipeline.automation.requests import RANGE_END, RANGE_START, busy
from cost_pipeline.automation.schedules import CRONTAB, schedules
from cost_pipeline.automation.sensors import sensors
from cost_pipeline.commands.history import PROJECT

SCHEDULES = {found.name: found for found in schedules(is_running=True)}
SENSORS = {
    found.name: found for found in sensors(spend_alert_interval_s=3600, is_running=True)
}


@dataclass
class GivenDue:
    """What is due, as stated."""

    keys: list[str] = field(default_factory=list)
    window: tuple[date, date] | None = None
    activities: bool = False
    waiting: int = 0

    def invoices(self) -> list[str]:
        return self.keys

    def days(self) -> tuple[date, date] | None:
        return self.window

    def has_new_activities(self) -> bool:
        return self.activities

    def messages(self) -> int:
        return self.waiting


@pytest.fixture(scope="module")
def recorded() -> Iterator[dg.DagsterInstance]:
    """One instance on disk: the context of a schedule opens it anew."""
    with dg.instance_for_test() as found:
        yield found


@pytest.fixture
def instance(recorded: dg.DagsterInstance) -> dg.DagsterInstance:
    recorded.wipe()
    for key in recorded.get_dynamic_partitions(str(INVOICES.name)):
        recorded.delete_dynamic_partition(str(INVOICES.name), key)
    return recorded


def tick(name: str, instance: dg.DagsterInstance, due: GivenDue) -> Any:
    """What a schedule or sensor answers now: a run request or a reason."""
    if name in SCHEDULES:
        schedule_context = dg.build_schedule_context(
            instance=instance, resources={"due": due}
        )
        return SCHEDULES[name](schedule_context)
    context = dg.build_sensor_context(instance=instance, resources={"due": due})
    return SENSORS[name](context)


def start(
    instance: dg.DagsterInstance,
    job_name: str,
    status: dg.DagsterRunStatus = dg.DagsterRunStatus.STARTED,
    tags: dict[str, str] | None = None,
) -> str:
    run = dg.DagsterRun(job_name=job_name, status=status, tags=tags or {})
    return instance.add_run(run).run_id


def test_the_crontab_has_every_cadence_in_utc() -> None:
    crontab = {job.name: cron for job, cron, _, _ in CRONTAB}
    assert crontab == {
        "inventory_sync": "*/15 * * * *",
        "inventory_slow": "33 * * * *",
        "drift_detection": "20 * * * *",
        "balance_sync": "7 * * * *",
        "billing_history": "23 2 * * *",
        "metering": "10 1 * * *",
        "tenant_invoicing": "0 3 1 * *",
        "subscriptions": "37 * * * *",
        "message_delivery": "*/5 * * * *",
        "books": "50 * * * *",
    }
    assert {found.execution_timezone for found in SCHEDULES.values()} == {"UTC"}


def test_spend_alerts_follow_their_setting() -> None:
    assert SENSORS["spend_alerts_interval"].minimum_interval_seconds == 3600


def test_everything_is_off_where_nothing_should_move_by_itself() -> None:
    off = [*schedules(is_running=False)]
    assert {found.default_status for found in off} == {dg.DefaultScheduleStatus.STOPPED}
    asleep = sensors(spend_alert_interval_s=60, is_running=False)
    assert {found.default_status for found in asleep} == {
        dg.DefaultSensorStatus.STOPPED
    }


@pytest.mark.parametrize("name", ["metering_schedule", "unmetered_days"])
def test_a_hundred_days_down_are_metered_by_one_run(
    instance: dg.DagsterInstance, name: str
) -> None:
    missing = GivenDue(window=(date(2026, 2, 9), date(2026, 5, 19)))
    request = tick(name, instance, missing)
    assert request.tags[RANGE_START] == "2026-02-09"
    assert request.tags[RANGE_END] == "2026-05-19"
    assert request.run_key is None
    assert isinstance(tick(name, instance, GivenDue()), dg.SkipReason)


def test_fifty_invoices_between_two_ticks_are_one_run(
    instance: dg.DagsterInstance,
) -> None:
    keys = [f"2026-04_{number:08d}" for number in range(50)]
    request = tick("new_provider_invoice", instance, GivenDue(keys))
    assert request.tags[RANGE_START] == keys[0]
    assert request.tags[RANGE_END] == keys[-1]
    assert instance.get_dynamic_partitions(str(INVOICES.name)) == keys


def test_a_range_follows_the_order_in_which_invoices_became_known(
    instance: dg.DagsterInstance,
) -> None:
    tick("new_provider_invoice", instance, GivenDue(["2026-05_b", "2026-06_c"]))
    late = GivenDue(["2026-04_a", "2026-05_b"])
    request = tick("new_provider_invoice", instance, late)
    assert request.tags[RANGE_START] == "2026-05_b"
    assert request.tags[RANGE_END] == "2026-04_a"


def test_a_tick_during_a_run_does_nothing_and_says_so(
    instance: dg.DagsterInstance,
) -> None:
    for status in (dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED):
        run_id = start(instance, "inventory_sync", status)
        answer = tick("inventory_sync_schedule", instance, GivenDue())
        assert "already" in answer.skip_message
        instance.delete_run(run_id)
    assert isinstance(
        tick("inventory_sync_schedule", instance, GivenDue()), dg.RunRequest
    )


def test_two_ticks_in_one_instant_ask_twice_and_the_queue_lets_one_run_after_the_other(
    instance: dg.DagsterInstance,
) -> None:
    due = GivenDue(keys=["2026-04_a"])
    with ThreadPoolExecutor(2) as daemons:
        ask = [
            daemons.submit(tick, "new_provider_invoice", instance, due)
            for _ in range(2)
        ]
    answers = [future.result() for future in ask]
    assert {type(answer) for answer in answers} == {dg.RunRequest}
    assert answers[0].tags == answers[1].tags
    assert instance.get_dynamic_partitions(str(INVOICES.name)) == ["2026-04_a"]
    limits = yaml.safe_load((PROJECT / "dagster.yaml").read_text())
    assert limits["concurrency"]["runs"]["tag_concurrency_limits"] == [
        {"key": JOB, "value": {"applyLimitPerUniqueValue": True}, "limit": 1}
    ]
    assert [job.tags for job in jobs] == [{JOB: job.name} for job in jobs]


def test_a_failed_run_is_tried_again_at_the_next_tick(
    instance: dg.DagsterInstance,
) -> None:
    start(instance, "metering", dg.DagsterRunStatus.FAILURE)
    due = GivenDue(window=(date(2026, 5, 1), date(2026, 5, 19)))
    assert isinstance(tick("unmetered_days", instance, due), dg.RunRequest)


def test_new_activity_and_waiting_messages_wake_their_jobs(
    instance: dg.DagsterInstance,
) -> None:
    for name, due in (
        ("new_activity", GivenDue(activities=True)),
        ("message_delivery_schedule", GivenDue(waiting=3)),
    ):
        assert isinstance(tick(name, instance, due), dg.RunRequest)
        assert isinstance(tick(name, instance, GivenDue()), dg.SkipReason)


def test_a_run_whose_process_is_gone_is_failed_and_tried_again(
    instance: dg.DagsterInstance,
) -> None:
    gone = {**host_tag(), ".dagster/grpc_info": '{"socket": "/nowhere/at-all"}'}
    lost = [
        start(instance, "books", tags=gone),
        start(instance, "books", tags={**host_tag(), "cost_pipeline/pid": "99999999"}),
    ]
    assert busy(instance, "books") is None
    for run_id in lost:
        run = instance.get_run_by_id(run_id)
        assert run is not None
        assert run.status == dg.DagsterRunStatus.FAILURE


def test_a_run_that_lives_or_is_elsewhere_is_left_alone(
    instance: dg.DagsterInstance,
) -> None:
    start(instance, "books", tags=process_tags())
    elsewhere = {"cost_pipeline/host": "other", "cost_pipeline/pid": "99999999"}
    start(instance, "metering", tags=elsewhere)
    assert busy(instance, "books") is not None
    assert busy(instance, "metering") is not None


def test_each_failed_run_is_notified_once_and_the_notice_is_not(
    instance: dg.DagsterInstance,
) -> None:
    failure = dg.DagsterRunStatus.FAILURE
    first, second = (
        start(instance, "books", failure),
        start(instance, "collect", failure),
    )
    start(instance, NOTICES, failure)
    start(instance, "books", dg.DagsterRunStatus.SUCCESS)
    assert unnotified(instance) == [first, second]
    context = dg.build_sensor_context(instance=instance)
    request = failed_runs(dg.DefaultSensorStatus.RUNNING)(context)
    assert isinstance(request, dg.RunRequest)
    assert request.run_config["ops"]["notify_failures"]["config"]["run_ids"] == [
        first,
        second,
    ]
    for run_id in (first, second):
        instance.add_run_tags(run_id, {NOTIFIED: "yes"})
    assert unnotified(instance) == []
