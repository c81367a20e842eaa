"""Resources: what one run is given agrees with itself."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from cost_pipeline import resources
from cost_pipeline.resources import clock_resource, wall_clock_of
from cost_pipeline.storage.connection import RunClock


@pytest.fixture
def running_clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A wall clock that is a second further each time, and no `now` set."""
    moments = (datetime(2026, 5, 20, tzinfo=UTC) + timedelta(0, n) for n in range(99))
    monkeypatch.setattr(resources, "wall_clock", lambda: next(moments))
    monkeypatch.delenv("COST_PIPELINE_NOW", raising=False)
    wall_clock_of.cache_clear()
    yield
    wall_clock_of.cache_clear()


@pytest.mark.usefixtures("running_clock")
def test_a_run_without_the_tag_has_one_now_all_the_same():
    seen: list[datetime] = []

    @dg.op
    def read(
        clock: dg.ResourceParam[RunClock], other: dg.ResourceParam[RunClock]
    ) -> None:
        seen.extend((clock.now, other.now))

    @dg.job(resource_defs={"clock": clock_resource, "other": clock_resource})
    def run() -> None:
        read()

    run.execute_in_process()
    first, second = seen
    assert first == second
