"""Whose a resource is: URNs, projects, links, parents, and an operator's word."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from cost_pipeline_tests.inventory_world import World, droplet, members, naive

VECTORS = Path(__file__).parents[1] / "golden" / "vectors" / "arcadia_verified.json"
LINKS = """
    provider_project_id | tenant_id | deployment_id | role     | valid_from | valid_to
    studio              | acme      | acme-app      | tenant   | 2020-01-01 | null
    relay               | birch     | birch-app     | tenant   | 2020-01-01 | null
    common              | null      | null          | shared   | 2020-01-01 | null
"""


@pytest.fixture
def world(tmp_path):
    found = World(tmp_path)
    found.give("raw.project_links", LINKS)
    return found


def current(world, select="resource_id, tenant_id, role"):
    world.rows("core.resources")
    return world.connection.execute(
        f"select {select} from core.resources where valid_to is null order by all"
    ).fetchall()


def findings(world):
    return world.rows("core.inventory_findings", "finding, subject_id")


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case["in"]["urn"])
        for case in json.loads(VECTORS.read_text("utf-8"))["cases"]
        if case["name"] == "urn_kind"
    ],
)
def test_a_urn_means_the_verified_kind(world, case):
    world.sync("project_resources", members("studio", case["in"]["urn"]))
    expected = (case["out"]["kind"], case["out"]["provider_id"])
    found = world.rows("core.project_members", "kind, provider_id")
    assert found == [expected]


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        pytest.param({}, "snapshot", id="nobody knows it"),
        pytest.param({"snapshots"}, "snapshot", id="a snapshot"),
        pytest.param({"backups"}, "droplet_backup", id="a backup"),
        pytest.param({"snapshots", "backups"}, "snapshot", id="a snapshot first"),
    ],
)
def test_an_image_is_a_snapshot_or_else_a_backup(world, listed, expected):
    world.sync("project_resources", members("studio", "do:image:77"))
    for kind in ("snapshots", "backups"):
        world.land(kind, {"77": {"id": 77}} if kind in listed else {})
    assert world.rows("core.project_members", "kind") == [(expected,)]


def test_what_no_listing_covers_is_known_by_its_urn(world):
    urns = ("do:space:a b:c", "do:nonsuch:1", "no urn", "do:droplet:9")
    world.sync("project_resources", members("studio", *urns))
    found = current(world, "resource_id, tenant_id, name, size_gb, valid_from")
    made = datetime(2026, 3, 1)
    assert found == [
        ("do:main:nonsuch:1", "acme", "1", None, made),
        ("do:main:spaces_bucket:a b:c", "acme", "a b:c", None, made),
    ]
    assert ("unknown_urn_kind", "do:main:nonsuch") in findings(world)
    assert ("broken_urn", "no urn") in findings(world)


def test_a_bucket_is_gone_after_three_strikes_too(world):
    world.sync("project_resources", members("studio", "do:space:a", "do:space:b"))
    missed_at = world.sync("project_resources", members("studio", "do:space:a"))
    gone = members("studio", "do:space:b", status="not_found")
    kept = members("studio", "do:space:a")
    world.sync("project_resources", {**kept, **gone}, times=2)
    found = world.rows("core.resources", "provider_id, valid_to")
    assert found == [("a", None), ("b", naive(missed_at))]


def test_of_two_projects_the_first_to_take_it_owns_it_and_it_is_told(world):
    early = "2026-02-01T00:00:00Z"
    world.sync("droplets", droplet())
    both = {
        **members("relay", "do:droplet:1"),
        **members("studio", "do:droplet:1", assigned_at=early),
    }
    world.land("project_resources", both)
    assert current(world) == [("do:main:droplet:1", "acme", "tenant")]
    assert findings(world) == [("in_two_projects", "do:main:droplet:1")]


def test_in_no_project_or_in_an_unlinked_one_is_unattributed(world):
    world.sync("droplets", {**droplet(1), **droplet(2), **droplet(3)})
    one, two = members("nobody", "do:droplet:1"), members("common", "do:droplet:2")
    world.land("project_resources", {**one, **two})
    assert current(world) == [
        ("do:main:droplet:1", "unattributed", "unattributed"),
        ("do:main:droplet:2", "unattributed", "shared"),
        ("do:main:droplet:3", "unattributed", "unattributed"),
    ]
    assert findings(world) == [
        ("unattributed_resource", "do:main:droplet:1"),
        ("unattributed_resource", "do:main:droplet:3"),
    ]


def test_intervals_are_cut_where_links_change(world):
    world.give(
        "raw.project_links",
        """
        provider_project_id| tenant_id|deployment_id|role  |valid_from|valid_to
        studio            |acme     |one          |tenant|2026-03-10|2026-03-20
        studio            |birch    |two          |tenant|2026-03-15|2026-03-18
        studio            |cedar    |three        |tenant|2026-09-01|null
        """,
    )
    world.sync("droplets", droplet())
    world.land("project_resources", members("studio", "do:droplet:1"))
    found = world.rows("core.resources", "valid_from, tenant_id, deployment_id")
    assert [(row[0].day, *row[1:]) for row in found] == [
        (1, "unattributed", "unattributed"),
        (10, "acme", "one"),
        (15, "birch", "two"),
        (18, "acme", "one"),
        (20, "unattributed", "unattributed"),
    ]


def test_a_first_membership_counts_from_the_beginning(world):
    world.sync("droplets", droplet())
    world.land("project_resources", {})
    world.sync("project_resources", members("studio", "do:droplet:1"))
    assert world.rows("core.resources", "tenant_id") == [("acme",)]


def test_seen_three_times_in_no_project_it_was_in_none(world):
    world.sync("droplets", droplet())
    world.land("project_resources", {})
    world.sync("project_resources", {}, times=2)
    joined_at = world.sync("project_resources", members("studio", "do:droplet:1"))
    found = world.rows("core.resources", "valid_from, tenant_id")
    assert found == [
        (datetime(2026, 3, 1), "unattributed"),
        (naive(joined_at), "acme"),
    ]


def test_backups_and_snapshots_go_with_their_droplet_also_after_it(world):
    world.sync("droplets", droplet())
    world.land("project_resources", members("studio", "do:droplet:1"))
    world.land("backups", {"7": {"id": 7, "droplet_id": "1", "size_gigabytes": "0.5"}})
    snapshot = {"id": "8", "resource_id": "1", "resource_type": "droplet"}
    world.land("snapshots", {"8": snapshot})
    world.sync("droplets", {}, times=4)
    for _ in range(3):
        world.sync("project_resources", {})
    assert current(world) == [
        ("do:main:droplet_backup:7", "acme", "tenant"),
        ("do:main:snapshot:8", "acme", "tenant"),
    ]
    assert ("unknown_size", "do:main:snapshot:8") in findings(world)


def test_a_worker_of_a_cluster_stays_one_resource_and_goes_with_it(world):
    world.sync("droplets", droplet())
    nodes = [{"droplet_id": "1"}, {"droplet_id": None}]
    cluster = {"id": "k", "name": "k", "node_pools": [{"nodes": nodes}]}
    world.land(
        "kubernetes_clusters", {"k": {**cluster, "status": {"state": "running"}}}
    )
    world.land("project_resources", members("relay", "do:kubernetes:k"))
    assert current(world) == [
        ("do:main:droplet:1", "birch", "tenant"),
        ("do:main:k8s_cluster:k", "birch", "tenant"),
    ]


def test_an_unused_address_keeps_its_last_owner_and_is_idle(world):
    used = {"ip": "192.0.2.1", "droplet": {"id": 1}, "region": {"slug": "syd1"}}
    world.sync("reserved_ips", {"192.0.2.1": used})
    world.land("project_resources", members("studio", "do:floatingip:192.0.2.1"))
    unused = {"192.0.2.1": {**used, "droplet": None}}
    for _ in range(4):
        world.sync("reserved_ips", unused)
        world.land("project_resources", {})
    found = world.rows("core.resources", "valid_from, tenant_id, status, is_idle")
    assert [row[1:] for row in found] == [
        ("acme", "assigned", False),
        ("acme", "unassigned", True),
    ]


def test_an_operators_word_counts_from_its_date_on(world):
    world.sync("droplets", droplet())
    world.land("project_resources", members("studio", "do:droplet:1"))
    world.give(
        "ledger.decisions",
        """
        decision_id | decision          | subject_id        | decided_at       | details
        a           | classify-resource | do:main:droplet:1 | 2026-03-20T00:00 | {"tenant_id": "cedar", "deployment_id": "c", "from": "2026-03-05T00:00:00Z"}
        b           | classify-resource | do:main:droplet:1 | 2026-03-21T00:00 | {"role": "internal", "from": "2026-03-10T00:00:00Z"}
        c           | classify-resource | do:main:droplet:1 | 2027-01-01T00:00 | {"role": "shared"}
        """,  # noqa: E501
    )
    found = world.rows("core.resources", "valid_from, tenant_id, deployment_id, role")
    assert [(row[0].day, *row[1:]) for row in found] == [
        (1, "acme", "acme-app", "tenant"),
        (5, "cedar", "c", "tenant"),
        (10, "unattributed", "unattributed", "internal"),
    ]
