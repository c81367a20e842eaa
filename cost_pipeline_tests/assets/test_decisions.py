"""A decision is one ledger row, by job and by command alike, or a reason why not."""

import dagster as dg
import pytest
from rich.console import Console

from cost_pipeline.assets.decisions import jobs
from cost_pipeline.books.decision_rows import DecisionRefused
from cost_pipeline.commands.decisions import take
from cost_pipeline.contracts.registry import all_contracts
from cost_pipeline.resources import Warehouse, opened_warehouse, run_clock
from cost_pipeline.settings import Settings
from cost_pipeline_tests.tables import give

QUIET = Console(quiet=True)
VERSIONS = """
    plan_version_id | plan_code | version | base_price_cents | currency | status
    pro-1           | pro       | 1       | 4_900            | AUD      | active
    pro-2           | pro       | 2       | 5_900            | AUD      | draft
    pro-3           | pro       | 3       | 6_900            | AUD      | draft
"""
DRIFT = """
    drift_id | resource_id | kind    | provider_id | field | status | spec_version \
| desired | actual
    d1       | r1          | droplet | 1           | vpc   | open   | 1 \
| "v"     | text
"""


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("COST_PIPELINE_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("COST_PIPELINE_NOW", "2026-05-20T00:00:00Z")
    found = Settings.load()
    with opened_warehouse(found, run_clock(found)) as connection:
        connection.execute(all_contracts()["raw.plan_versions"].ddl())
        give(connection, "raw.plan_versions", VERSIONS)
        give(connection, "core.drift", DRIFT)
        # An empty text is a value, and not nothing.
        connection.execute("update core.drift set actual = '\"\"'")
    return found


def decided(settings):
    with opened_warehouse(settings, run_clock(settings)) as connection:
        return connection.execute(
            "select decision, subject_id from ledger.decisions order by all"
        ).fetchall()


def launch(name, **config):
    """Launch a decision's job with the config that its launchpad asks for."""
    job = next(job for job in jobs if job.name == name)
    return job.execute_in_process(
        run_config={"ops": {f"{name}_step": {"config": config}}},
        resources={"warehouse": Warehouse()},
        raise_on_error=False,
    )


def test_a_job_and_a_command_take_the_same_decision_once(settings):
    assert launch("publish_plan_version", plan_version_id="pro-2").success
    with pytest.raises(DecisionRefused, match="pro-2 is published already"):
        take(settings, QUIET, "publish-plan-version", plan_version_id="pro-2")
    take(settings, QUIET, "publish-plan-version", plan_version_id="pro-3")
    again = launch("publish_plan_version", plan_version_id="pro-3")
    assert not again.success
    assert "pro-3 is published already" in reason_of(again)
    assert decided(settings) == [
        ("publish-plan-version", "pro-2"),
        ("publish-plan-version", "pro-3"),
    ]


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("accept_drift", {"drift_id": 7}),
        ("publish_plan_version", {}),
        ("void_invoice", {"invoice_id": "INV-1"}),
        ("confirm_shrink", {"kind": "droplets", "more": "x"}),
    ],
)
def test_a_job_is_not_launched_without_what_it_needs(settings, name, config):
    with pytest.raises(dg.DagsterInvalidConfigError):
        launch(name, **config)


@pytest.mark.parametrize("shown", [None, "x"])
def test_an_empty_live_value_is_accepted_when_it_was_shown(settings, shown):
    given = {"drift_id": "d1", "shown_actual": shown}
    with pytest.raises(DecisionRefused, match="look again"):
        take(settings, QUIET, "accept-drift", **given)
    take(settings, QUIET, "accept-drift", **{**given, "shown_actual": ""})
    assert decided(settings) == [("accept-drift", "d1")]


def reason_of(result):
    [failed] = [event for event in result.all_events if event.is_step_failure]
    error = failed.step_failure_data.error
    while error.cause:
        error = error.cause
    return error.message
