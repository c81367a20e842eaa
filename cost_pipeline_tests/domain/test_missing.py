"""What is missing from a listing: it waits, or is asked for one by one."""

import pytest

from cost_pipeline.domain.missing import ids_worth_asking, is_suspicious


@pytest.mark.parametrize(
    ("before", "gone", "left", "expected"),
    [
        pytest.param(100, 40, 60, True, id="40 of 100"),
        pytest.param(3, 1, 2, False, id="1 of 3"),
        pytest.param(10, 5, 5, False, id="half, but few"),
        pytest.param(6, 6, 1, True, id="6 of 6, replaced by another"),
        pytest.param(100, 30, 70, False, id="30 percent is not more than that"),
        pytest.param(100, 31, 69, True, id="31 percent is"),
        pytest.param(4, 4, 0, True, id="4 became none"),
        pytest.param(3, 3, 0, False, id="3 became none"),
        pytest.param(4, 4, 4, False, id="4 became 4 others"),
        pytest.param(0, 0, 0, False, id="empty after empty"),
    ],
)
def test_what_lacks_too_much_at_once_is_suspicious(
    before: int, gone: int, left: int, expected: bool
) -> None:
    assert is_suspicious(before, gone, left) is expected


def test_what_is_not_held_back_is_asked_for() -> None:
    assert ids_worth_asking({*"abcd"}, {*"efgh"}) == [*"abcd"]
    assert ids_worth_asking({*"abcd"}, set()) == []
    assert ids_worth_asking({*"abc"}, {*"ab"}) == ["c"]
    assert ids_worth_asking(set(), {*"ab"}) == []
