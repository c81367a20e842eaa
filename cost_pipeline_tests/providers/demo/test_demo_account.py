"""The demo account keeps the numbers that other tests and the documents rely on."""

import io
import re
import zipfile
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from cost_pipeline.providers.demo import (
    DEMO_NOW,
    DemoAccount,
    change_instants,
    changes,
    demo_transport,
)
from cost_pipeline.providers.demo.account import LISTINGS
from cost_pipeline.providers.demo.timeline import state_at
from cost_pipeline.providers.digitalocean import DigitalOcean
from cost_pipeline.providers.ecb import fetch_history

COUNTS_NOW = {
    "projects": 6,
    "project_resources": 5 + 7 + 11 + 6,
    "droplets": 5,
    "domains": 7,
    "volumes": 0,
    "snapshots": 12,
    "reserved_ips": 0,
    "firewalls": 1,
    "load_balancers": 0,
    "backups": 4,
    "databases": 0,
    "kubernetes_clusters": 0,
    "apps": 0,
    "sizes": 10,
}
PILOT = "c48e1b57-2d90-4e3c-a17b-604d8e1f5b07"
MAY_FIRST = datetime(2026, 5, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def client_at():
    opened = []

    def open_at(at):
        client = DigitalOcean("demo-token", transport=demo_transport(at))
        opened.append(client)
        return client

    yield open_at
    for client in opened:
        client.close()


def get(at, path, **headers):
    url = f"https://api.digitalocean.com{path}"
    headers = {"authorization": "Bearer demo-token", **headers}
    return DemoAccount(at).handle(httpx.Request("GET", url, headers=headers))


def members(at, project):
    path = f"/v2/projects/{project}/resources?per_page=200"
    return {each["urn"] for each in get(at, path).json()["resources"]}


def test_the_real_client_counts_what_was_verified(client_at):
    client = client_at(DEMO_NOW)
    answers = {listing: client.list_all(listing) for listing in LISTINGS}
    assert {name: len(each.documents) for name, each in answers.items()} == COUNTS_NOW
    assert all(each.is_complete and not each.rejected for each in answers.values())
    assert set(LISTINGS) == set(client.listings())


def test_now_every_droplet_and_zone_is_in_a_project_and_six_buckets_are(client_at):
    listed = client_at(DEMO_NOW).list_all("project_resources").documents
    types = [str(each.body["urn"]).split(":")[1] for each in listed]
    assert (types.count("droplet"), types.count("domain")) == (5, 7)
    assert types.count("space") == 6


def test_four_backups_are_of_one_droplet_that_exists(client_at):
    parents = {
        backup.body["droplet_id"]
        for backup in client_at(DEMO_NOW).list_all("backups").documents
    }
    assert parents == {"243117806"}


def test_three_pilot_droplets_are_active_all_april_and_one_ends_with_it():
    active = [
        {
            droplet.fields["name"]
            for droplet in state_at(at).of("droplets")
            if droplet.project == "pilot" and droplet.fields["status"] == "active"
        }
        for at in change_instants()
        if datetime(2026, 4, 1, tzinfo=UTC) <= at < MAY_FIRST
    ]
    assert active
    assert all(len(names) == 3 for names in active)
    april_start = datetime(2026, 4, 1, tzinfo=UTC)
    for at in (april_start, MAY_FIRST - SECOND):
        assert len([u for u in members(at, PILOT) if ":droplet:" in u]) == 3
        assert len(members(at, PILOT)) == 3


def test_zones_and_snapshots_of_48_gb_join_the_pilot_on_the_first_of_may():
    joined = members(MAY_FIRST, PILOT)
    assert sorted(urn.split(":")[1] for urn in joined) == [
        *("domain", "domain", "droplet", "droplet"),
        *("image", "volumesnapshot", "volumesnapshot"),
    ]
    ids = {urn.split(":")[2] for urn in joined}
    snapshots = get(MAY_FIRST, "/v2/snapshots?per_page=200").json()["snapshots"]
    sizes = [each["size_gigabytes"] for each in snapshots if each["id"] in ids]
    assert sorted(sizes) == [12, 16, 20]
    assert members(DEMO_NOW, PILOT) == joined


def test_the_past_is_at_most_a_hundred_instants_and_each_changes_something():
    assert 50 <= len(change_instants()) <= 100
    assert change_instants() == tuple(sorted(change_instants()))
    assert changes()[change_instants()[0]] == LISTINGS
    assert all(changes().values())
    assert change_instants()[-1] <= DEMO_NOW


@pytest.mark.parametrize("listing", ["droplets", "project_resources", "backups"])
def test_a_listing_differs_exactly_at_its_instants(client_at, listing):
    before = None
    for at, changed in changes().items():
        documents = client_at(at).list_all(listing).documents
        assert (documents != before) is (listing in changed), at
        before = documents


def test_the_past_held_kinds_that_are_gone_now(client_at):
    client = client_at(datetime(2026, 1, 20, tzinfo=UTC))
    for listing in ("volumes", "reserved_ips", "load_balancers", "databases"):
        assert len(client.list_all(listing).documents) == 1
    secretive = get(datetime(2026, 1, 20, tzinfo=UTC), "/v2/databases").text
    assert "EXAMPLE-NOT-A-SECRET" in secretive
    assert "NOT-A-SECRET" not in str(client.list_all("databases"))


def test_a_name_returns_with_another_id():
    def ids(at):
        return {
            each["id"]
            for each in get(at, "/v2/droplets").json()["droplets"]
            if each["name"] == "harbor-relay-1"
        }

    noon = datetime(2026, 1, 21, 12, tzinfo=UTC)
    assert len(ids(noon)) == len(ids(noon - timedelta(days=1))) == 1
    assert ids(noon) != ids(noon - timedelta(days=1))


def test_pages_link_to_the_official_host_and_end():
    first = get(DEMO_NOW, "/v2/snapshots?per_page=5").json()
    assert first["links"]["pages"]["next"] == (
        "https://api.digitalocean.com/v2/snapshots?page=2&per_page=5"
    )
    last = get(DEMO_NOW, "/v2/snapshots?per_page=5&page=3").json()
    assert (len(last["snapshots"]), last["meta"]["total"]) == (2, 12)
    assert "next" not in last["links"]["pages"]
    assert get(DEMO_NOW, "/v2/domains?per_page=200").json()["links"] == {}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v2/droplets/1", 404),
        ("/v2/droplets/243117806", 200),
        ("/v2/droplets/1/backups", 404),
        ("/v2/nothing", 404),
        ("/v2/account", 200),
        ("/v2/projects/default/resources", 200),
        ("/v2/customers/my/invoices/preview/csv", 404),
    ],
)
def test_a_path_answers_as_the_api_would(path, status):
    answer = get(DEMO_NOW, path)
    assert answer.status_code == status
    assert answer.headers["x-request-id"]
    assert status == 200 or answer.json()["id"] == "not_found"


def test_only_get_with_a_token_is_answered():
    request = httpx.Request("GET", "https://api.digitalocean.com/v2/droplets")
    assert DemoAccount(DEMO_NOW).handle(request).status_code == 401
    request = httpx.Request("DELETE", "https://api.digitalocean.com/v2/droplets/1")
    assert DemoAccount(DEMO_NOW).handle(request).status_code == 405


def test_the_same_instant_gives_the_same_bytes():
    for path in ("/v2/droplets", "/v2/customers/my/billing_history"):
        one, other = get(DEMO_NOW, path), get(DEMO_NOW, path)
        assert (one.content, one.headers) == (other.content, other.headers)


def test_rates_are_known_from_the_afternoon_of_their_day():
    zipped = fetch_history(transport=demo_transport(DEMO_NOW))
    assert zipped == fetch_history(transport=demo_transport(DEMO_NOW))
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        lines = archive.read("eurofxref-hist.csv").decode().splitlines()
    assert lines[0] == "Date,USD,BGN,GBP,AUD,"
    assert lines[1].startswith("2026-05-19")
    assert "2026-04-01,1.1605,N/A,0.87113,1.6689," in lines
    assert all(
        re.fullmatch(r"[-0-9]{10}(,([0-9.]+|N/A)){4},", row) for row in lines[1:]
    )
