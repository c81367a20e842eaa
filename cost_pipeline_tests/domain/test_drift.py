"""The comparison of one desired value with one live value."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cost_pipeline.domain.drift import differs, plain_number
from cost_pipeline_tests.reference.drift import json_values, shuffled

VECTORS = Path(__file__).parents[1] / "golden/vectors/arcadia_verified.json"
NUMBERS_ARE_NUMBERS = "49"  # the seed told 1 and 1.0 apart; they are the same number


@pytest.mark.parametrize(
    ("desired", "actual", "expected"),
    [
        pytest.param("s-1vcpu-1gb", "s-2vcpu-2gb", True, id="resized by hand"),
        pytest.param(2, "2", False, id="a number that came back as text"),
        pytest.param(1, 1.0, False, id="a whole number that came back as a float"),
        pytest.param(0.5, "0.50", False, id="a zero more is no other number"),
        pytest.param("007", 7, True, id="an id that only looks like a number"),
        pytest.param(["web", "eu"], ["eu", "web"], False, id="the same tags"),
        pytest.param(["web"], ["web", "eu"], True, id="a tag more"),
        pytest.param("web", ["web"], True, id="a list is not its only item"),
        pytest.param("sfo3", None, True, id="gone is not the same as unset"),
        pytest.param("null", None, True, id="the word null is not nothing"),
        pytest.param("[]", [], True, id="a text that looks like a list"),
        pytest.param({"a": 1, "b": 2}, {"b": "2", "a": 1}, False, id="keys moved"),
        pytest.param(
            [{"from": 1, "to": 2}, {"from": 3, "to": 4}],
            [{"from": 1, "to": 4}, {"from": 3, "to": 2}],
            True,
            id="rules that swapped their ends",
        ),
    ],
)
def test_differs(desired: Any, actual: Any, expected: bool) -> None:
    assert differs(desired, actual) is expected


@pytest.mark.parametrize(
    ("comparator", "desired", "actual", "expected"),
    [
        pytest.param("text", "1.30", "1.3", True, id="versions are no numbers"),
        pytest.param("loose", "1.30", "1.3", False, id="unless nobody says so"),
        pytest.param("ordered", [1, 2], [2, 1], True, id="first rule wins"),
        pytest.param("ordered", [[1, 2]], [[2, 1]], False, id="order of itself only"),
        pytest.param("multiset", ["a", "a"], ["a"], True, id="a rule doubled"),
        pytest.param("multiset", ["a", "b"], ["b", "a"], False, id="rules moved"),
    ],
)
def test_a_field_may_be_compared_more_strictly(
    comparator: str, desired: Any, actual: Any, expected: bool
) -> None:
    assert differs(desired, actual, comparator) is expected


def test_the_verified_cases_hold() -> None:
    cases = json.loads(VECTORS.read_text("utf-8"))["cases"]
    compared = [case for case in cases if case["name"] == "drift_equal"]
    assert len(compared) == 9
    for case in compared:
        if case["id"] == NUMBERS_ARE_NUMBERS or case["out"]["drift"] is None:
            assert not differs(case["in"]["spec"], case["in"]["live"])
        else:
            seen = differs(case["in"]["spec"], case["in"]["live"])
            assert seen is case["out"]["drift"], case["id"]


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
