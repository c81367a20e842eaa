"""The soak tries as often as it was asked to; the trials themselves are `make soak`."""

import pytest

from cost_pipeline_tests.stories.soak import planned


@pytest.mark.parametrize("trials", [0, 1, 3, 20, 200])
def test_the_soak_plans_as_many_trials_as_asked_for(trials):
    plan = list(planned(trials))
    assert sum(outcome.trials for outcome in plan) == trials
    assert len({outcome.number for outcome in plan}) == len(plan)


def test_twenty_trials_hold_every_kind():
    assert {outcome.kind for outcome in planned(20)} == {
        "kill",
        "fault",
        "clock",
        "reader",
    }
