"""Whether every day and every invoice is there, and what waits while one is not."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cost_pipeline.models.build import Window, build
from cost_pipeline.models.library import all_audits, all_models
from cost_pipeline.models.rules import broken_audit
from cost_pipeline_tests.tables import fresh_warehouse, give
from cost_pipeline_tests.usage_world import UsageWorld

AUDITS = {audit.name: audit for audit in all_audits()}
STUDIO = ("2026-04-01", None)


def found(world: UsageWorld, audit: str) -> list[tuple[Any, ...]]:
    broken = broken_audit(world.connection, AUDITS[audit])
    return [row for rule in broken for row in rule.sample]


def world_without(days: str) -> UsageWorld:
    """Two machines since April, metered to yesterday, but for the days stated."""
    world = UsageWorld(issue_from=date(2026, 1, 1))
    world.give_pilot()
    world.exist(*[(name, "droplet", None, *STUDIO) for name in ("a", "b")])
    world.at("2026-05-20T12:00")
    world.meter()
    world.connection.execute(f"delete from core.usage_daily where {days}")
    return world


@pytest.mark.parametrize(
    ("days", "whole", "parts"),
    [
        pytest.param("false", [], [], id="all there"),
        pytest.param(
            "day in ('2026-04-03', '2026-04-04', '2026-05-19')",
            [
                (date(2026, 4, 3), date(2026, 4, 4), 2, 4),
                (date(2026, 5, 19), date(2026, 5, 19), 1, 2),
            ],
            [],
            id="whole days are listed as ranges",
        ),
        pytest.param(
            "day = '2026-05-01' and resource_id = 'a'",
            [],
            [(date(2026, 5, 1), 1, 1)],
            id="one row of a day",
        ),
    ],
)
def test_a_day_without_all_its_rows_is_named(days, whole, parts):
    world = world_without(days)
    world.build(["core.unmetered_days"])
    assert found(world, "days_are_metered") == whole
    assert found(world, "metered_days_are_complete") == parts


def test_yesterday_is_given_until_two_to_be_metered():
    world = world_without("false")
    for now, missing in (("2026-05-21T01:59", 0), ("2026-05-21T02:00", 1)):
        world.at(now)
        world.build(["core.unmetered_days"])
        assert len(found(world, "days_are_metered")) == missing


def test_a_month_with_a_day_that_was_not_metered_is_not_invoiced_until_it_is():
    world = world_without("day = '2026-04-30'")
    assert world.draft_and_issue().new == 0
    reasons = world.rows("select hold_reason from core.calendar_drafts where is_over")
    assert reasons == [("1 days are not metered",)]
    world.connection.execute("drop table core.usage_daily")
    world.meter()
    assert world.draft_and_issue().new > 0


FIRST = date(2026, 4, 10)
DAYS = st.integers(0, 40)
SPANS = st.lists(
    st.tuples(st.sampled_from("abc"), DAYS, DAYS, st.booleans(), st.booleans()),
    max_size=12,
)


@pytest.fixture(scope="module")
def may() -> UsageWorld:
    world = UsageWorld()
    world.at("2026-05-20")
    return world


@settings(max_examples=12, deadline=None)
@given(spans=SPANS, events=st.lists(DAYS, max_size=5))
def test_the_rows_a_day_must_have_are_those_that_metering_writes(may, spans, events):
    connection = may.connection
    connection.execute("delete from core.resources; delete from raw.usage_events")
    busy_until: dict[str, int] = {}
    for name, wanted, length, is_noon, is_moved in spans:
        start = busy_until.get(name, wanted)
        busy_until[name] = start + length + 1
        connection.execute(
            "insert into core.resources select ?, cast(? as timestamp), "
            "cast(? as timestamp) + to_hours(?), 'droplet', 'active', null, 'p', ?, "
            "'tenant'",
            [
                name,
                FIRST + timedelta(days=start),
                FIRST + timedelta(days=start + length),
                12 if is_noon else 0,
                "moved" if is_moved else "studio",
            ],
        )
    for number, happened in enumerate(events):
        connection.execute(
            "insert into raw.usage_events by name select ? as event_id, "
            "'studio' as deployment_id, 'llm' as billing_kind, 'p' as tenant_id, "
            "1 as quantity, cast(? as timestamp) as occurred_at",
            [str(number), FIRST + timedelta(days=happened)],
        )
    may.build(("core.billing_units", "core.metered_intervals", "core.usage_events"))
    window = Window(date(2026, 4, 1), date(2026, 5, 19))
    build(connection, all_models()["core.usage_daily"], window)
    expected = may.rows("select day, count(*) from core.usage_daily group by 1")
    may.build(["core.unmetered_days"])
    assert may.rows("from core.unmetered_days") == []
    connection.execute("delete from core.usage_daily")
    may.build(["core.unmetered_days"])
    due = may.rows("select day, expected_rows from core.unmetered_days")
    assert sorted(due) == sorted(expected)


def test_every_invoice_that_is_listed_and_not_accepted_is_named():
    with fresh_warehouse() as connection:
        give(
            connection,
            "marts.provider_invoices",
            """
            invoice_uuid | period  | status  | amount_micros
            here         | 2026-01 | final   | 1
            running      | 2026-05 | preview | 1
            entry        | 2026-02 | history | 1
            refused      | 2026-03 | refused | 1
            missing      | 2026-04 | known   | 1
            grown        | 2026-02 | changed | 1
            """,
        )
        broken = broken_audit(connection, AUDITS["invoices_are_complete"])
        assert [row[0] for row in broken[0].sample] == ["grown", "refused", "missing"]
