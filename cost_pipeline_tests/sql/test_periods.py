"""Billing periods follow one another without a gap, whatever they are counted from."""

from datetime import UTC, datetime
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from cost_pipeline_tests.reference.subscriptions import boundary
from cost_pipeline_tests.sql.subscription_tables import give_log
from cost_pipeline_tests.tables import build_models, fresh_warehouse

NOW = datetime(2099, 6, 30)
MONTH_ENDS = st.builds(
    datetime,
    st.integers(2000, 2098),
    st.integers(1, 12),
    st.integers(26, 28),
    st.sampled_from([0, 23]),
    st.sampled_from([0, 59]),
)
ANCHORS = st.datetimes(datetime(2000, 1, 1), NOW) | MONTH_ENDS.map(
    lambda at: boundary(at.replace(month=1, day=at.day + 3), at.month - 1)
)


def reach(anchor: datetime) -> int:
    """Every period that began, and exactly one that did not."""
    return next(number for number in count() if boundary(anchor, number) > NOW)


@settings(max_examples=3, deadline=None)
@given(st.lists(ANCHORS, min_size=5, max_size=20))
def test_periods_tile_a_century_from_any_anchor(anchors: list[datetime]) -> None:
    log = [
        (str(n), 1, str(n), "relay", "create_relay", "free", at)
        for n, at in enumerate(anchors)
    ]
    with fresh_warehouse(NOW.replace(tzinfo=UTC)) as connection:
        give_log(connection, log)
        build_models(connection, "core.periods")
        found = connection.execute(
            "select owner_id, period_number, period_start, period_end "
            "from core.periods order by cast(owner_id as int), period_number"
        ).fetchall()
    expected = [
        (str(n), number, boundary(at, number), boundary(at, number + 1))
        for n, at in enumerate(anchors)
        for number in range(reach(at) + 1)
    ]
    assert found == expected
