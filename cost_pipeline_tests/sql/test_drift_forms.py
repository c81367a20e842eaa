"""What counts as different: by hand, in SQL as in the reference, and for any JSON."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cost_pipeline.models.build import build
from cost_pipeline.models.library import all_models
from cost_pipeline_tests.reference.drift import (
    COMPARATORS,
    differs,
    json_values,
    plain_number,
    shuffled,
)
from cost_pipeline_tests.tables import fresh_warehouse

VECTORS = Path(__file__).parents[1] / "golden/vectors/arcadia_verified.json"
NUMBERS_ARE_NUMBERS = "49"  # the seed told 1 and 1.0 apart; they are the same number

# What was asked for, what is there, how the two are compared.
Pair = tuple[Any, Any, str]

CASES: dict[str, tuple[Pair, bool]] = {
    "resized by hand": (("s-1vcpu-1gb", "s-2vcpu-2gb", "loose"), True),
    "a number that came back as text": ((2, "2", "loose"), False),
    "a whole number that came back as a float": ((1, 1.0, "loose"), False),
    "a zero more is no other number": ((0.5, "0.50", "loose"), False),
    "an id that only looks like a number": (("007", 7, "loose"), True),
    "the same tags": ((["web", "eu"], ["eu", "web"], "loose"), False),
    "a tag more": ((["web"], ["web", "eu"], "loose"), True),
    "a list is not its only item": (("web", ["web"], "loose"), True),
    "gone is not the same as unset": (("sfo3", None, "loose"), True),
    "the word null is not nothing": (("null", None, "loose"), True),
    "a text that looks like a list": (("[]", [], "loose"), True),
    "a text that looks like two": ((["a,b"], ["a", "b"], "loose"), True),
    "keys moved": (({"a": 1, "b": 2}, {"b": "2", "a": 1}, "loose"), False),
    "rules that swapped their ends": (
        (
            [{"from": 1, "to": 2}, {"from": 3, "to": 4}],
            [{"from": 1, "to": 4}, {"from": 3, "to": 2}],
            "loose",
        ),
        True,
    ),
    "versions are no numbers": (("1.30", "1.3", "text"), True),
    "unless nobody says so": (("1.30", "1.3", "loose"), False),
    "first rule wins": (([1, 2], [2, 1], "ordered"), True),
    "order of itself only": (([[1, 2]], [[2, 1]], "ordered"), False),
    "a rule doubled": ((["a", "a"], ["a"], "multiset"), True),
    "rules moved": ((["a", "b"], ["b", "a"], "multiset"), False),
}

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


def different_in_sql(pairs: Iterable[Pair]) -> list[bool]:
    """What `core.drift_fields` says of each pair."""
    rows = [(json.dumps(pair[0]), json.dumps(pair[1]), pair[2]) for pair in pairs]
    frame = pd.DataFrame(rows, columns=["desired", "actual", "comparator"])
    with fresh_warehouse() as connection:
        connection.register("pairs", frame.reset_index(names="number"))
        connection.execute(
            "create table core.field_states as select number as resource_id, "
            "'f' as field, 1 as point_number, cast(desired as json) as desired, "
            "cast(actual as json) as actual, comparator from pairs"
        )
        build(connection, all_models()["core.drift_fields"])
        found = connection.execute(
            "select is_different from core.drift_fields order by resource_id"
        ).fetchall()
    return [row[0] for row in found]


@pytest.fixture(scope="module")
def in_sql() -> dict[str, bool]:
    found = different_in_sql(pair for pair, _ in CASES.values())
    return dict(zip(CASES, found, strict=True))


@pytest.mark.parametrize("case", CASES)
def test_a_live_value_is_told_apart_from_what_was_asked(
    case: str, in_sql: dict[str, bool]
) -> None:
    pair, expected = CASES[case]
    assert differs(*pair) is expected
    assert in_sql[case] is expected


def test_the_verified_cases_hold() -> None:
    cases = json.loads(VECTORS.read_text("utf-8"))["cases"]
    compared = [case for case in cases if case["name"] == "drift_equal"]
    assert len(compared) == 9
    pairs = [(case["in"]["spec"], case["in"]["live"], "loose") for case in compared]
    for case, pair, found in zip(compared, pairs, different_in_sql(pairs), strict=True):
        expected = case["out"]["drift"]
        if case["id"] == NUMBERS_ARE_NUMBERS or expected is None:
            expected = False
        assert differs(*pair) is expected, case["id"]
        assert found is expected, case["id"]


# A failing batch is not made smaller: the message names the one pair that fails.
@settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(PAIRS)
def test_sql_and_reference_agree_on_what_differs(drawn: list[Any]) -> None:
    pairs = [
        (desired, shuffled(desired, chance) if is_same else other, comparator)
        for desired, other, comparator, chance, is_same in drawn
    ]
    for pair, found in zip(pairs, different_in_sql(pairs), strict=True):
        assert found is differs(*pair), pair


@settings(max_examples=60)
@given(json_values())
def test_nothing_differs_from_itself(value: Any) -> None:
    assert not differs(value, json.loads(json.dumps(value)))


@settings(max_examples=60)
@given(json_values(), st.randoms(use_true_random=False))
def test_nothing_differs_from_itself_in_another_order_or_spelling(
    value: Any, chance: Any
) -> None:
    assert not differs(value, shuffled(value, chance))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("10e-1", "1e0"), ("-0.0", "0"), ("1" * 40, "1" * 40 + "e0"), ("1e", "1e")],
)
def test_a_number_has_one_spelling(text: str, expected: str) -> None:
    assert plain_number(text) == expected
