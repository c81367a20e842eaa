"""The comparison in SQL is the comparison in Python, for any JSON."""

import json
from typing import Any

import duckdb
import pandas as pd
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cost_pipeline.domain.drift import COMPARATORS, differs
from cost_pipeline.models.build import build
from cost_pipeline.models.model import all_models
from cost_pipeline_tests.reference.drift import json_values, shuffled
from cost_pipeline_tests.tables import fresh_warehouse

PAIRS = st.lists(
    st.tuples(
        json_values(),
        json_values(),
        st.sampled_from(COMPARATORS),
        st.randoms(use_true_random=False),
        st.booleans(),
    ),
    min_size=20,
    max_size=40,
)


def compare(connection: duckdb.DuckDBPyConnection) -> None:
    """Build the comparison over the pairs that `core.field_states` was given."""
    for table in ("core.drift_nodes", "core.drift_forms", "core.drift_fields"):
        build(connection, all_models()[table])


# A failing batch is not made smaller: the message names the one pair that fails.
@settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(PAIRS)
def test_sql_and_python_agree_on_what_differs(pairs: list[Any]) -> None:
    rows = []
    for number, (desired, other, comparator, chance, is_same) in enumerate(pairs):
        actual = shuffled(desired, chance) if is_same else other
        rows.append((f"r{number}", json.dumps(desired), json.dumps(actual), comparator))
    frame = pd.DataFrame(rows, columns=["id", "desired", "actual", "comparator"])
    with fresh_warehouse() as connection:
        connection.register("pairs", frame)
        connection.execute(
            "create table core.field_states as select id as resource_id, 'f' as field, "
            "1 as point_number, cast(desired as json) as desired, "
            "cast(actual as json) as actual, comparator from pairs"
        )
        compare(connection)
        found = dict(
            connection.execute(
                "select resource_id, is_different from core.drift_fields"
            ).fetchall()
        )
    for name, desired, actual, comparator in rows:
        expected = differs(json.loads(desired), json.loads(actual), comparator)
        assert found[name] is expected, (desired, actual, comparator)


def test_a_value_nobody_can_pretend_to_be_is_told_apart_in_sql() -> None:
    hostile = [('"null"', "null"), ('"[]"', "[]"), ('["a,b"]', '["a","b"]')]
    with fresh_warehouse() as connection:
        connection.execute(
            "create table core.field_states (resource_id varchar, field varchar, "
            "point_number bigint, desired json, actual json, comparator varchar)"
        )
        connection.executemany(
            "insert into core.field_states values (?, 'f', 1, ?, ?, 'loose')",
            [(left, left, right) for left, right in hostile],
        )
        compare(connection)
        found = connection.execute(
            "select resource_id from core.drift_fields where not is_different"
        ).fetchall()
    assert found == []
