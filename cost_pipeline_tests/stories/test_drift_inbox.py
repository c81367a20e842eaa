"""An operator's morning: what is not as asked, accepting it, and looking again."""

import json
from datetime import datetime

import pytest

from cost_pipeline.books.accepted_drift import accept_drift
from cost_pipeline.books.decision_rows import DecisionRefused
from cost_pipeline_tests.drift_world import (
    DROPLET,
    asked,
    machine,
    rebuild,
    rows,
    world,
)

WANTED = asked('2026-04-01 00:00:00; {"size_slug": "s-2vcpu-4gb", "region": "syd1"}')
SMALLER = machine("2026-04-01 06:00:00; null; s-1vcpu-1gb")
INBOX = "select field, desired, actual, monthly_cost_delta_cents from marts.open_drift"


def test_a_wrong_size_is_accepted_and_never_shown_again() -> None:
    with world(SMALLER, WANTED) as connection:
        assert rows(connection, INBOX) == [
            ("size_slug", "s-2vcpu-4gb", "s-1vcpu-1gb", -1800)
        ]
        [(drift_id,)] = rows(connection, "select drift_id from marts.open_drift")

        accept_drift(connection, None, drift_id=drift_id, shown_actual="s-1vcpu-1gb")
        for _ in range(2):
            rebuild(connection)
            assert rows(connection, INBOX) == []
            history = "select drift_id, status, closed_at from marts.drift_history"
            assert rows(connection, history) == [
                (drift_id, "accepted", datetime(2026, 5, 20, 12))
            ]
            [(version, spec)] = rows(
                connection,
                "select spec_version, spec from core.desired_state "
                "where valid_to is null",
            )
            assert version == 2
            assert json.loads(spec) == {"size_slug": "s-1vcpu-1gb", "region": "syd1"}
        with pytest.raises(DecisionRefused, match="accepted already"):
            accept_drift(
                connection, None, drift_id=drift_id, shown_actual="s-1vcpu-1gb"
            )


def test_deciding_twice_is_refused_before_anything_was_built_again() -> None:
    with world(SMALLER, WANTED) as connection:
        [(drift_id,)] = rows(connection, "select drift_id from marts.open_drift")
        accept_drift(connection, None, drift_id=drift_id, shown_actual="s-1vcpu-1gb")
        with pytest.raises(DecisionRefused, match="already"):
            accept_drift(
                connection, None, drift_id=drift_id, shown_actual="s-1vcpu-1gb"
            )
        assert rows(connection, "select count(*) from ledger.decisions") == [(1,)]


def test_what_was_not_shown_cannot_be_accepted() -> None:
    with world(SMALLER, WANTED) as connection:
        [(drift_id,)] = rows(connection, "select drift_id from marts.open_drift")
        for shown in ("s-4vcpu-8gb", None, ""):
            with pytest.raises(DecisionRefused, match="is now s-1vcpu-1gb"):
                accept_drift(connection, None, drift_id=drift_id, shown_actual=shown)
        with pytest.raises(DecisionRefused, match="there is no drift"):
            accept_drift(connection, None, drift_id="unknown", shown_actual=None)


def test_drift_that_was_put_right_is_stale_and_cannot_be_accepted() -> None:
    live = machine(
        "2026-04-01 06:00:00; 2026-05-02 08:15:00; s-2vcpu-4gb",
        "2026-05-02 08:15:00; 2026-05-03 09:00:00; s-1vcpu-1gb",
        "2026-05-03 09:00:00; null; s-2vcpu-4gb",
    )
    with world(live, WANTED) as connection:
        [(drift_id, *seen)] = rows(
            connection,
            "select drift_id, field, status, opened_at, closed_at "
            "from marts.drift_history",
        )
        assert seen == [
            "size_slug",
            "stale",
            datetime(2026, 5, 2, 8, 15),
            datetime(2026, 5, 3, 9),
        ]
        with pytest.raises(DecisionRefused, match="nothing differs any more"):
            accept_drift(
                connection, None, drift_id=drift_id, shown_actual="s-1vcpu-1gb"
            )


def test_a_drift_is_told_when_it_begins_and_ends_and_not_in_between() -> None:
    live = machine(
        "2026-04-01 06:00:00; 2026-05-02 08:15:00; s-1vcpu-1gb",
        "2026-05-02 08:15:00; 2026-05-03 09:00:00; s-1vcpu-2gb",
        "2026-05-03 09:00:00; null; s-2vcpu-4gb",
    )
    with world(live, WANTED) as connection:
        query = (
            "select resource_id, status, opened_at, closed_at from marts.drift_history"
        )
        assert rows(connection, query) == [
            (DROPLET, "stale", datetime(2026, 4, 1, 6), datetime(2026, 5, 3, 9))
        ]


def test_a_spec_recorded_after_an_acceptance_is_the_latest_word() -> None:
    again = '2026-05-20 13:00:00; {"size_slug": "s-2vcpu-4gb"}'
    accepted = f"""
        decision_id | decision     | subject_id | decided_at          | details
        d1          | accept-drift | x          | 2026-05-10 00:00:00 | {
        json.dumps(
            {
                "kind": "droplet",
                "provider_id": "1",
                "field": "size_slug",
                "actual": "s-1vcpu-1gb",
            }
        )
    }
    """
    later = datetime(2026, 5, 20, 14)
    first = '2026-04-01 00:00:00; {"size_slug": "s-2vcpu-4gb"}'
    ages = """
        account | kind     | last_complete_at
        do:main | droplets | 2026-05-20 13:45:00
    """
    tables = {"ledger__decisions": accepted, "core__listing_ages": ages}
    with world(SMALLER, asked(first, again), later, **tables) as connection:
        query = (
            "select status, opened_at, spec_version from marts.drift_history order by 2"
        )
        assert rows(connection, query) == [
            ("accepted", datetime(2026, 4, 1, 6), 1),
            ("open", datetime(2026, 5, 20, 13), 3),
        ]
