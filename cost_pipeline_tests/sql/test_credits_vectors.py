"""What the old credit service answered, and where ours answers otherwise on purpose."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cost_pipeline_tests.sql.credit_tables import (
    balances,
    fill,
    fill_quotas,
    warehouse,
)

VECTORS = Path(__file__).parents[1] / "golden" / "vectors"
STORED = (
    "tier_snapshot",
    "lifetime_consumed",
    "lifetime_gemini_consumed",
    "monthly_consumed",
    "monthly_gemini_consumed",
    "last_renewal_at",
    "anniversary_day",
    "last_active_at",
    "month",
)
MAY = datetime(2026, 5, 20, tzinfo=UTC)
# A damaged date refuses the import, a boundary keeps its milliseconds, and a snapshot
# is a balance like any other: DECISIONS.md.
REFUSED_ROLLOVERS, EXACT_ROLLOVERS = {"9"}, {"7"}
REFUSED_MONTHS, EXACT_RENEWALS = {"2", "3", "7"}, {"12"}
OTHER_SEQUENCES = {"5", "6", "7", "10", "11"}


def cases(name: str) -> list[dict[str, Any]]:
    found = json.loads((VECTORS / f"{name}.json").read_text("utf-8"))
    return list(found["cases"])


def imported(install_id: str, row: dict[str, Any]) -> dict[str, Any]:
    """A row of the old ledger, as the platform's table has it."""
    return {"install_id": install_id} | {n: row[n] for n in STORED if n in row}


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def naive(text: str) -> datetime:
    return instant(text).replace(tzinfo=None)


def answers(chosen: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Balances of installs that are known by their imported counters only."""
    connection = warehouse()
    fill_quotas(connection, chosen[0]["in"]["quota"])
    rows = [imported(case["id"], case["in"]["row"]) for case in chosen]
    fill(connection, "raw.credit_ledger_import", rows)
    installs = [
        {
            "install_id": case["id"],
            "tier": case["in"]["row"]["tier_snapshot"],
            "has_hardware": case["in"].get("has_hardware", False),
            "first_seen_at": "2026-05-01",
        }
        for case in chosen
    ]
    fill(connection, "raw.installs", installs)
    return balances(connection, MAY)


def test_what_remains_is_what_the_old_service_said():
    chosen = cases("credits_compute_remaining")
    found = answers(chosen)
    for case in chosen:
        row = {key: found[case["id"]][key] for key in case["out"]}
        assert row == case["out"], case


def test_the_planned_backend_is_what_the_old_service_said():
    chosen = cases("credits_plan_backend")
    found = answers(chosen)
    for case in chosen:
        row = found[case["id"]]
        assert row["planned_backend"] == case["out"]["backend"], case
        assert row["reason"] == case["out"]["reason"], case
        assert (row["reason"] is None) is case["out"]["allowed"], case


def test_a_period_rolls_over_when_the_old_service_did():
    connection = warehouse()
    for case in cases("credits_renewal_rollover"):
        if case["id"] in REFUSED_ROLLOVERS:
            continue
        rows = [imported("x", case["in"]["row"])]
        fill(connection, "raw.credit_ledger_import", rows)
        found = balances(connection, instant(case["in"]["now"]))["x"]
        expected = case["out"]["row"]
        if case["id"] in EXACT_ROLLOVERS:
            # 987 ms before its end the period is still running.
            expected = case["in"]["row"]
        assert found["period_start"] == naive(expected["last_renewal_at"]), case
        assert found["monthly_used"] == expected["monthly_consumed"], case
        assert found["lifetime_used"] == expected["lifetime_consumed"], case


def test_the_next_renewal_is_what_the_old_service_said():
    chosen = cases("credits_next_renewal_after")
    connection = warehouse()
    rows = [
        {
            "install_id": case["id"],
            "last_renewal_at": case["in"]["from"],
            "anniversary_day": case["in"]["anniversary_day"],
        }
        for case in chosen
    ]
    fill(connection, "raw.credit_ledger_import", rows)
    balances(connection, datetime(2100, 2, 1, tzinfo=UTC))
    found = dict(
        connection.execute(
            "select periods.owner_id, min(periods.period_end) from core.periods "
            "join core.credit_imports on install_id = owner_id "
            "where period_end > renewal_at group by owner_id"
        ).fetchall()
    )
    for case in chosen:
        expected = naive(case["out"])
        if case["id"] in EXACT_RENEWALS:
            expected = expected.replace(microsecond=987_000)
        assert found[case["id"]] == expected, case


def test_rows_of_the_older_shape_are_anchored_where_the_old_service_did():
    for case in cases("credits_migrate_rows"):
        if case["id"] in REFUSED_MONTHS:
            continue
        connection = warehouse()
        rows = [imported(name, row) for name, row in case["in"]["rows"].items()]
        fill(connection, "raw.credit_ledger_import", rows)
        balances(connection, instant(case["in"]["now"]), "core.credit_anchors")
        found = dict(
            connection.execute(
                "select install_id, anchor_at from core.credit_anchors"
            ).fetchall()
        )
        for name, row in case["out"].items():
            assert found[name] == naive(row["last_renewal_at"]), case


def asked(sequence: dict[str, Any]) -> list[tuple[dict[str, Any], list[Any]]]:
    """Each question of a sequence with the credits spent before it.

    A request that was answered spent a credit itself, on the backend it was given.
    """
    spent: list[dict[str, Any]] = []
    questions = []
    outputs = iter(sequence["out"]["outputs"])
    for event in sequence["in"]["events"]:
        if event["kind"] == "commit":
            spent = [*spent, event]
            continue
        answer = next(outputs)
        questions.append(({**event, "answer": answer}, spent))
        if event["kind"] == "request" and answer["allowed"]:
            spent = [*spent, {**event, "backend": answer["backend"]}]
    return questions


def ask(
    quotas: dict[str, Any], question: dict[str, Any], spent: list[dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """The balances at a question: `hw` may use own hardware and `nohw` may not."""
    connection = warehouse()
    fill_quotas(connection, quotas)
    now = question["at"]
    tier = question.get("tier") or (spent[-1]["tier"] if spent else "core")
    first = min([event["at"] for event in spent] + [now])
    for table in ("raw.installs", "raw.credit_events"):
        rows: list[dict[str, Any]] = []
        for name in ("hw", "nohw"):
            install = {"install_id": name, "tier": tier, "first_seen_at": first}
            install |= {"has_hardware": name == "hw", "tier_changed_at": now}
            events = [
                {"event_id": f"{name}-{number}", "install_id": name}
                | {"occurred_at": event["at"], "tier": event["tier"]}
                | {"backend": event["backend"]}
                for number, event in enumerate(spent)
            ]
            rows += [install] if table == "raw.installs" else events
        fill(connection, table, rows)
    return balances(connection, instant(now))


def summary(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["used"], row["remaining"], row["gemini_remaining"]


def plan(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["planned_backend"], row["reason"]


@pytest.mark.parametrize(
    "sequence",
    [
        pytest.param(case, id=case["note"])
        for case in cases("credits_ledger_sequences")
        if case["id"] not in OTHER_SEQUENCES
    ],
)
def test_a_sequence_is_answered_as_the_old_service_did(sequence):
    for question, spent in asked(sequence):
        found = ask(sequence["in"]["quota"], question, spent)
        answer = question["answer"]
        if question["kind"] == "request":
            row = found["hw" if question["has_hardware"] else "nohw"]
            assert plan(row) == (answer["backend"], answer["reason"]), question
            continue
        row, stored = found["hw"], answer["row"]
        assert row["tier"] == stored["tier_snapshot"]
        assert row["period_start"] == naive(stored["last_renewal_at"])
        assert row["lifetime_used"] == stored["lifetime_consumed"]
        assert row["monthly_used"] == stored["monthly_consumed"]
        assert {key: row[key] for key in answer["remaining"]} == answer["remaining"]
        for name in ("hw", "nohw"):
            expected = answer[f"plan_{name}"]
            assert plan(found[name]) == (expected["backend"], expected["reason"])


def last_question(number: str, kind: str) -> dict[str, dict[str, Any]]:
    sequence = next(c for c in cases("credits_ledger_sequences") if c["id"] == number)
    questions = [each for each in asked(sequence) if each[0]["kind"] == kind]
    return ask(sequence["in"]["quota"], *questions[-1])


def test_going_back_and_forth_between_tiers_mints_no_quota():
    found = last_question("5", "query")
    assert summary(found["hw"]) == (3, 7, 0)
    assert found["hw"]["period_start"] == datetime(2026, 1, 10)
    assert plan(found["hw"]) == ("hardware", None)
    assert plan(found["nohw"]) == (None, "gemini_cap_exceeded_no_hardware")


def test_an_exhausted_free_install_that_buys_a_tier_is_served_at_once():
    found = last_question("6", "request")
    assert summary(found["hw"]) == (0, 10, 3)
    assert plan(found["hw"]) == ("gemini", None)


def test_an_install_that_goes_back_to_free_has_its_free_credits():
    found = last_question("7", "request")
    assert summary(found["hw"]) == (0, 5, None)
    assert plan(found["hw"]) == ("gemini", None)


def test_credits_of_an_unknown_tier_are_held_and_run_out():
    found = last_question("10", "query")
    assert summary(found["hw"]) == (0, 0, None)
    assert found["hw"]["held"] == 8
    assert plan(found["hw"]) == (None, "out_of_credits")


def test_a_dormant_install_is_right_in_every_snapshot():
    found = last_question("11", "snapshot")
    assert summary(found["hw"]) == (0, 10, 3)
    assert found["hw"]["period_start"] == datetime(2026, 5, 10)
