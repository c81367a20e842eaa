"""Traces say what stands behind a number, and whether it sums to it."""

import pytest

from cost_pipeline.models.library import all_models
from cost_pipeline.publish.traces import CannotTrace, trace
from cost_pipeline.publish.traces_steps import STEPS, steps_of
from cost_pipeline_tests.publish.traced_world import INTERVALS, published
from cost_pipeline_tests.tables import build_models, fresh_warehouse


@pytest.mark.parametrize(("weight", "is_exact"), [(1, True), (0, False)])
def test_a_trace_says_whether_what_it_shows_sums_to_the_number(weight, is_exact):
    with published(INTERVALS.format(weight=weight)) as connection:
        found = trace(connection, "usage_daily", {"day": "2026-04-01"})
    metered = found.levels[-1]
    assert (metered.number, metered.total) == (7200, 3600 + 3600 * weight)
    assert found.is_exact is is_exact


@pytest.mark.parametrize(
    ("table", "keys", "said"),
    [
        pytest.param("plans", {}, "cannot be traced", id="no such trace"),
        pytest.param("usage_daily", {"dy": "x"}, "has no column dy", id="no column"),
        pytest.param("usage_daily", {"day": "soon"}, "soon", id="no date"),
        pytest.param("usage_daily", {"day": "2020-01-01"}, "no row", id="no row"),
        pytest.param(
            "usage_daily", {"1=1 or day": "x"}, "has no column", id="SQL for a key"
        ),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused_in_words(table, keys, said):
    with (
        published(INTERVALS.format(weight=1)) as connection,
        pytest.raises(CannotTrace, match=said),
    ):
        trace(connection, table, keys)


def test_a_value_is_never_sql():
    with (
        published(INTERVALS.format(weight=1)) as connection,
        pytest.raises(CannotTrace, match="no row"),
    ):
        trace(connection, "usage_daily", {"resource_id": "' or 1=1 --"})


def test_every_traced_table_is_published_and_every_step_runs_on_empty_tables():
    with fresh_warehouse() as connection:
        build_models(connection, *(t for t in all_models() if t.startswith("marts.")))
        for table in STEPS:
            assert table in all_models()
            connection.execute(f"create or replace temp table asked as from {table}")
            steps = steps_of(table)
            for step in steps:
                connection.execute(
                    f"create or replace temp table {step.name} as {step.shows}"
                )
            for step in steps:
                connection.execute(f"select ({step.number or 'null'}) as number")
                connection.execute(f"select ({step.total or 'null'}) as total")
            for step in steps:
                connection.execute(f"drop table temp.{step.name}")
