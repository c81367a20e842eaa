"""Drift derived after the fact is what somebody who was always there saw."""

import json
from datetime import datetime, timedelta
from typing import Any

import duckdb
import pandas as pd
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cost_pipeline_tests.drift_world import DRIFT, LISTED, PRICES, rebuild, rows
from cost_pipeline_tests.reference.drift import watched
from cost_pipeline_tests.tables import build_models, fresh_warehouse

FIELDS = ("name", "region")
START = datetime(2026, 5, 1)
VALUES = st.sampled_from(["a", "b"])
TIMES = st.integers(0, 8)
SPECS = st.dictionaries(st.sampled_from(["name", "region"]), VALUES)
RESOURCES = st.tuples(
    # None: the resource is gone from then on.
    st.dictionaries(TIMES, st.one_of(st.none(), st.tuples(VALUES, VALUES)), max_size=4),
    st.dictionaries(TIMES, SPECS, min_size=1, max_size=3),
    st.dictionaries(TIMES, st.tuples(st.sampled_from(["name"]), VALUES), max_size=2),
)


def at(time: int) -> datetime:
    return START + timedelta(hours=time)


def tables(cases: list[Any]) -> dict[str, pd.DataFrame]:
    """The cases as rows of the tables that drift is derived from."""
    lives, specs, decisions = [], [], []
    for number, (live, asked, accepted) in enumerate(cases):
        times = sorted(live)
        for time, end in zip(times, [*times, None][1:], strict=True):
            if live[time] is not None:
                until = None if end is None else at(end)
                lives.append((f"{number}", at(time), until, *live[time]))
        specs += [(f"{number}", at(t), json.dumps(spec)) for t, spec in asked.items()]
        for time, (field, value) in accepted.items():
            details = {"kind": "droplet", "provider_id": f"{number}"}
            details |= {"field": field, "actual": value}
            decisions.append((f"{number}-{time}", at(time), json.dumps(details)))
    return {
        "lives": pd.DataFrame(
            lives, columns=["id", "valid_from", "valid_to", "name", "region"]
        ),
        "specs": pd.DataFrame(specs, columns=["id", "recorded_at", "spec"]),
        "accepted": pd.DataFrame(decisions, columns=["id", "decided_at", "details"]),
    }


FILL = """
    insert into core.resources
    select 'do:main:droplet:' || id, 'do', 'main', 'droplet', id, name, region, null,
        null, 'active', 'p', 't', 'd', 'tenant', null, valid_from, valid_to, null
    from lives;
    insert into raw.desired_state
    select 'droplet', id, spec, recorded_at, 'test', 1 from specs;
    insert into ledger.decisions
    select id, 'accept-drift', id, details, decided_at, 'hash', 1, decided_at
    from accepted;
"""
RESOURCE_COLUMNS = """
    resource_id | provider | provider_account | kind | provider_id | name | region \
| size | size_gb | status | project_id | tenant_id | deployment_id | role | parent_id \
| valid_from | valid_to | document
"""


def derived(cases: list[Any]) -> duckdb.DuckDBPyConnection:
    """A warehouse with the drift of all cases, derived at once."""
    connection = fresh_warehouse()
    given = {"core.listing_ages": LISTED, "core.size_prices": PRICES}
    given |= {"core.resources": RESOURCE_COLUMNS}
    build_models(connection, *DRIFT, given=given)
    for name, frame in tables(cases).items():
        connection.register(name, frame)
    connection.execute(FILL)
    return connection


@settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(RESOURCES, min_size=15, max_size=25))
def test_replaying_gives_what_was_seen_at_the_time(cases: list[Any]) -> None:
    with derived(cases) as connection:
        rebuild(connection)
        found = rows(
            connection,
            "select provider_id, field, opened_at, closed_at, status, desired, actual "
            "from marts.drift_history order by all",
        )
    expected = []
    for number, (live, asked, accepted) in enumerate(cases):
        if not any(live.values()):
            continue
        first = min(time for time, state in live.items() if state)
        states = {
            time: {} if state is None else dict(zip(FIELDS, state, strict=True))
            for time, state in live.items()
            if time >= first
        }
        for seen in watched(states, asked, accepted):
            closed_at = None if seen.closed_at is None else at(seen.closed_at)
            span = (at(seen.opened_at), closed_at, seen.status)
            expected.append((f"{number}", seen.field, *span, seen.desired, seen.actual))
    for row in set(found) ^ set(expected):
        assert row in expected, ("derived, but nobody saw it", row, cases[int(row[0])])
        assert row in found, ("seen, but not derived", row, cases[int(row[0])])
    assert len(found) == len(expected)
