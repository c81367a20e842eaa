"""Three strikes: SQL and the reference agree whatever was looked at and seen."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cost_pipeline_tests.inventory_world import START, naive
from cost_pipeline_tests.reference.inventory import lifetimes
from cost_pipeline_tests.tables import build_models, fresh_warehouse

LONGEST = 14


@pytest.mark.parametrize(
    ("syncs", "expected"),
    [
        pytest.param("x..", [(0, None)], id="two misses are none"),
        pytest.param("x...", [(0, 1)], id="the first of three ends it"),
        pytest.param("x.?.?.", [(0, 1)], id="what was not whole does not count"),
        pytest.param("x..x..", [(0, None)], id="being seen starts the count anew"),
        pytest.param("x...x", [(0, 1), (4, None)], id="back is a new lifetime"),
        pytest.param("??.", [], id="never seen"),
    ],
)
def test_the_reference_knows_three_strikes(syncs, expected):
    assert lifetimes(syncs) == expected


@settings(max_examples=5, deadline=None)
@given(st.lists(st.text("x.?", min_size=1, max_size=LONGEST), min_size=1, max_size=60))
def test_lifetimes_are_those_of_the_reference(cases):
    with fresh_warehouse(START + timedelta(days=9)) as connection:
        load(connection, cases)
        build_models(connection, "core.resources")
        rows = connection.execute(
            "select provider_account, valid_from, valid_to, is_stale "
            "from core.resources order by all"
        ).fetchall()
    found: dict[str, list[tuple[int, int | None]]] = {
        str(number): [] for number in range(len(cases))
    }
    for account, start, end, is_stale in rows:
        found[account].append((sync_of(start), end and sync_of(end)))
        assert is_stale is (end is not None)
    expected = {str(number): lifetimes(case) for number, case in enumerate(cases)}
    assert found == expected


def load(connection, cases):
    """One account per case; only the changes are observed, as loading writes them."""
    receipts, observations = [], []
    for account, syncs in enumerate(cases):
        is_there = False
        for number, sync in enumerate(syncs):
            at = naive(START) + timedelta(hours=number)
            verdict = "incomplete" if sync == "?" else "accepted"
            receipts.append((f"do:{account}", at, sync != "?", verdict))
            if sync != "?" and (sync == "x") != is_there:
                is_there = sync == "x"
                document = '{"name": "n"}' if is_there else None
                observations.append((f"do:{account}", at, document))
    connection.executemany(
        "insert into raw.receipts by name select 'droplets' as kind, '' as subject, "
        "'' as sha256, '' as suffix, 1 as items, $1 as account, $2 as received_at, "
        "$3 as is_complete, $4 as verdict",
        receipts,
    )
    if observations:
        connection.executemany(
            "insert into raw.observations by name select 'droplets' as kind, "
            "'1' as provider_id, '' as source_file, 1 as source_row, "
            "$1 as account, $2 as observed_at, $3 as document",
            observations,
        )


def sync_of(at):
    return int((at - naive(START)) / timedelta(hours=1))
