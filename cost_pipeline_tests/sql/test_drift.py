"""What is drift, since when, and what is not compared."""

from datetime import datetime

from cost_pipeline.models.library import all_models
from cost_pipeline.models.rules import broken_rules
from cost_pipeline_tests.drift_world import (
    DRIFT,
    DROPLET,
    asked,
    machine,
    rebuild,
    rows,
    world,
)

SINCE_APRIL = machine("2026-04-01 06:00:00; null; s-1vcpu-1gb")
OPEN = "select field, actual, opened_at from marts.open_drift order by field"
FINDINGS = "select finding, subject_id from core.drift_findings"


def test_a_field_that_nothing_has_is_drift_with_nothing() -> None:
    spec = asked('2026-04-02 00:00:00; {"backups": true, "region": "syd1"}')
    with world(SINCE_APRIL, spec) as connection:
        assert rows(connection, OPEN) == [("backups", None, datetime(2026, 4, 2))]


def test_a_resource_that_is_gone_has_nothing_of_what_was_asked() -> None:
    live = machine("2026-04-01 06:00:00; 2026-05-01 00:00:00; s-1vcpu-1gb")
    spec = asked('2026-04-02 00:00:00; {"size": "s-1vcpu-1gb", "region": "syd1"}')
    with world(live, spec) as connection:
        assert rows(connection, OPEN) == [
            ("region", None, datetime(2026, 5, 1)),
            ("size", None, datetime(2026, 5, 1)),
        ]


def test_an_empty_spec_lets_a_resource_go() -> None:
    live = machine("2026-04-01 06:00:00; 2026-05-01 00:00:00; s-1vcpu-1gb")
    specs = asked('2026-04-02 00:00:00; {"region": "syd1"}', "2026-05-01 00:00:00; {}")
    with world(live, specs) as connection:
        assert rows(connection, "select * from marts.drift_history") == []


def test_a_resize_with_its_new_spec_is_no_drift() -> None:
    live = machine(
        "2026-04-01 06:00:00; 2026-05-01 00:00:00; s-1vcpu-1gb",
        "2026-05-01 00:00:00; null; s-2vcpu-4gb",
    )
    specs = asked(
        '2026-04-02 00:00:00; {"size_slug": "s-1vcpu-1gb"}',
        '2026-05-01 00:00:00; {"size_slug": "s-2vcpu-4gb"}',
    )
    with world(live, specs) as connection:
        assert rows(connection, "select * from marts.drift_history") == []


def test_a_field_that_is_asked_for_no_more_is_drift_no_more() -> None:
    specs = asked(
        '2026-04-02 00:00:00; {"size_slug": "s-2vcpu-4gb"}',
        '2026-05-01 00:00:00; {"region": "syd1"}',
        '2026-05-02 00:00:00; {"size_slug": "s-2vcpu-4gb"}',
    )
    query = "select status, opened_at, closed_at from marts.drift_history order by 2"
    with world(SINCE_APRIL, specs) as connection:
        assert rows(connection, query) == [
            ("stale", datetime(2026, 4, 2), datetime(2026, 5, 1)),
            ("open", datetime(2026, 5, 2), None),
        ]


def test_tags_differ_from_the_sync_that_showed_them() -> None:
    live = machine('2026-04-01 06:00:00; null; s-1vcpu-1gb; {"tags": ["web"]}')
    spec = asked('2026-04-01 06:00:00; {"tags": ["eu", "web"]}')
    syncs = """
        resource_id       | observed_at         | is_present | document
        do:main:droplet:1 | 2026-04-01 06:15:00 | true       | {"tags": ["web", "eu"]}
        do:main:droplet:1 | 2026-05-03 09:00:00 | true       | {"tags": ["web"]}
    """
    lifetimes = """
        resource_id       | lifetime | started_at          | first_seen_at
        do:main:droplet:1 | 1        | 2026-04-01 06:00:00 | 2026-04-01 06:15:00
    """
    with world(
        live, spec, core__resource_sightings=syncs, core__resource_lifetimes=lifetimes
    ) as connection:
        query = "select field, actual, status, opened_at from marts.drift_history"
        assert rows(connection, query) == [
            ("tags", '["web"]', "open", datetime(2026, 5, 3, 9))
        ]


def test_a_spec_is_compared_once_somebody_looked_after_it() -> None:
    spec = asked(
        '2026-04-02 00:00:00; {"size_slug": "s-2vcpu-4gb"}',
        '2026-05-20 11:59:00; {"size_slug": "s-1vcpu-1gb"}',
    )
    ages = """
        account | kind     | last_complete_at
        do:main | droplets | 2026-05-20 11:45:00
    """
    with world(SINCE_APRIL, spec, core__listing_ages=ages) as connection:
        assert rows(connection, OPEN) == [
            ("size_slug", "s-1vcpu-1gb", datetime(2026, 4, 2))
        ]
        connection.execute(
            "update core.listing_ages set last_complete_at = '2026-05-20 12:00:00'"
        )
        rebuild(connection)
        assert rows(connection, OPEN) == []


def test_a_resource_is_skipped_and_named_when_its_listing_is_old() -> None:
    spec = asked('2026-05-20 11:00:00; {"size_slug": "s-2vcpu-4gb"}')
    ages = """
        account | kind     | last_complete_at
        do:main | droplets | 2026-05-20 09:59:59
    """
    with world(SINCE_APRIL, spec, core__listing_ages=ages) as connection:
        assert rows(connection, OPEN) == []
        assert rows(connection, FINDINGS) == [
            ("drift_skipped_stale_inventory", DROPLET)
        ]
        connection.execute("delete from core.listing_ages")
        rebuild(connection)
        assert rows(connection, OPEN) == []
        assert rows(connection, FINDINGS) == [
            ("drift_skipped_stale_inventory", DROPLET)
        ]


def test_what_was_asked_for_and_never_seen_is_named() -> None:
    spec = """
        kind    | provider_id | recorded_at         | spec
        droplet | 7           | 2026-05-01 00:00:00 | {"region": "syd1"}
        droplet | 8           | 2026-05-01 00:00:00 | {}
        droplet | 9           | 2026-05-20 13:00:00 | {"region": "syd1"}
    """
    with world(SINCE_APRIL, spec) as connection:
        assert rows(connection, FINDINGS) == [("desired_never_seen", "droplet:7")]


def test_a_spec_that_is_no_object_asks_for_nothing_and_is_named() -> None:
    for unreadable in ("[1]", '{"region": "a", "region": "b"}', '"text"'):
        spec = asked(f"2026-05-01 00:00:00; {unreadable}")
        with world(SINCE_APRIL, spec) as connection:
            assert rows(connection, OPEN) == []
            assert rows(connection, FINDINGS) == [
                ("desired_spec_unreadable", "droplet:1")
            ]


def test_hostile_field_names_are_only_names() -> None:
    names = ["$.region", "a'b", 'c\\"d', "x~/y", "", "é" * 300]
    fields = ", ".join(f'"{name}": 1' for name in names)
    spec = asked(f"2026-05-01 00:00:00; {{{fields}}}")
    document = "{" + ", ".join(f'"{name}": "1.0"' for name in names) + "}"
    live = machine(f"2026-04-01 06:00:00; null; s-1vcpu-1gb; {document}")
    with world(live, spec) as connection:
        assert rows(connection, OPEN) == []
        assert rows(connection, "select count(*) from core.field_states") == [(6,)]


def test_the_price_of_drift_is_unknown_when_a_size_has_no_price() -> None:
    spec = asked('2026-05-01 00:00:00; {"size_slug": "gone-size"}')
    with world(SINCE_APRIL, spec) as connection:
        query = "select monthly_cost_delta_cents, currency from marts.open_drift"
        assert rows(connection, query) == [(None, "USD")]


def test_nothing_after_the_runs_now_counts() -> None:
    spec = asked('2026-05-20 12:00:01; {"size_slug": "s-2vcpu-4gb"}')
    with world(SINCE_APRIL, spec) as connection:
        assert rows(connection, "select * from core.desired_state") == []


def test_the_models_keep_their_own_rules() -> None:
    spec = asked('2026-05-01 00:00:00; {"size_slug": "s-2vcpu-4gb", "a": [1, {}]}')
    with world(SINCE_APRIL, spec) as connection:
        for table in DRIFT:
            assert broken_rules(connection, all_models()[table]) == [], table
