"""What the provider says about one resource, under one name and with a type."""

from decimal import Decimal

import pytest

from cost_pipeline_tests.inventory_world import World, naive


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        pytest.param(
            "droplets",
            {
                "name": "a",
                "size_slug": "s-1",
                "size": {"slug": "other"},
                "region": {"slug": "syd1"},
                "status": "archive",
                "disk": 25,
            },
            ("a", "syd1", "s-1", Decimal(25), "archive", None),
            id="a droplet",
        ),
        pytest.param(
            "databases",
            {"name": "d", "size": "db-s", "region": "nyc1", "storage_size_mib": 30720},
            ("d", "nyc1", "db-s", Decimal(30), "active", None),
            id="a database tells MiB",
        ),
        pytest.param(
            "snapshots",
            {"resource_id": "9", "regions": ["fra1"], "size_gigabytes": "0.1008"},
            ("id", "fra1", None, Decimal("0.1008"), "active", "9"),
            id="a snapshot without a name",
        ),
        pytest.param(
            "load_balancers",
            {"size_unit": 2, "status": "errored", "type": "GLOBAL"},
            ("id", None, "2", None, "errored", None),
            id="a balancer in units and no region",
        ),
        pytest.param(
            "reserved_ips",
            {"region_slug": "ams3", "droplet": {"id": 5}},
            ("id", "ams3", None, None, "assigned", "5"),
            id="an address in use",
        ),
        pytest.param(
            "kubernetes_clusters",
            {"name": "k", "region": "nyc1", "status": {"state": "degraded"}},
            ("k", "nyc1", None, None, "degraded", None),
            id="a status in a status",
        ),
        pytest.param(
            "apps",
            {"spec": {"name": "shop"}, "tier_slug": "basic"},
            ("shop", None, "basic", None, "active", None),
            id="a name in a spec",
        ),
        pytest.param(
            "volumes",
            {"name": "'; drop table x; --\n\0{{ }}", "size_gigabytes": "-5"},
            ("'; drop table x; --\n\0{{ }}", None, None, None, "active", None),
            id="a hostile name and a negative size",
        ),
        pytest.param(
            "volumes",
            {"name": "v", "size_gigabytes": 90_000_000_000_000},
            ("v", None, None, None, "active", None),
            id="a size that nothing can have",
        ),
        pytest.param(
            "volumes",
            {"name": None, "size_gigabytes": "big", "region": None, "status": None},
            ("id", None, None, None, "active", None),
            id="nothing but nulls",
        ),
    ],
)
def test_each_fact_has_one_column(world, kind, body, expected):
    world.sync(kind, {"id": body})
    columns = "name, region, size, size_gb, status, parent_id"
    assert world.rows("core.resources", columns) == [expected]


def test_a_time_is_read_with_nanoseconds_and_offsets(world):
    world.sync("volumes", {"1": {"created_at": "2026-03-13T19:20:47.442049222+02:00"}})
    found = world.rows("core.resources", "valid_from")[0][0]
    assert found.isoformat() == "2026-03-13T17:20:47.442049"


def test_a_time_in_the_future_does_not_start_a_resource_later(world):
    world.sync("volumes", {"1": {"created_at": "2031-01-01T00:00:00Z"}})
    assert world.rows("core.resources", "valid_from") == [(naive(world.now),)]


def test_a_price_by_the_hour_has_five_places(world):
    size = {"price_monthly": 5, "price_hourly": "0.00743999984115362"}
    world.sync("sizes", {"s-1": size, "odd": {"price_monthly": "free"}})
    columns = "slug, price_monthly_micros, price_hourly_micros, currency"
    assert world.rows("core.size_prices", columns) == [("s-1", 5_000_000, 7440, "USD")]


def test_the_same_id_in_two_kinds_is_two_resources(world):
    world.sync("droplets", {"7": {"name": "a"}})
    world.land("backups", {"7": {"name": "b"}})
    assert world.rows("core.resources", "resource_id") == [
        ("do:main:droplet:7",),
        ("do:main:droplet_backup:7",),
    ]
