"""Resources of projects, backups of droplets, addresses, and single questions."""

import pytest

from cost_pipeline_tests.providers.fake_cloud import answer, page

NOT_FOUND = answer({"id": "not_found", "message": "gone"}, 404)
FORBIDDEN = answer({"id": "forbidden", "message": "no"}, 403)


def bodies(listing):
    return {document.provider_id: dict(document.body) for document in listing.documents}


def with_projects(cloud, count=2):
    projects = [{"id": f"p{n}", "name": f"project {n}"} for n in range(count)]
    cloud.lists["/v2/projects"] = ("projects", projects)
    for n in range(count):
        members = [{"urn": f"do:space:s{n}", "assigned_at": "t", "status": "ok"}]
        cloud.lists[f"/v2/projects/p{n}/resources"] = ("resources", members)


def test_members_are_keyed_by_project_and_urn(cloud):
    with_projects(cloud, 9)
    listing = cloud.client().list_all("project_resources")
    assert listing.is_complete
    assert len(listing.documents) == 9
    assert bodies(listing)["p0|do:space:s0"] == {
        "project_id": "p0",
        "urn": "do:space:s0",
        "assigned_at": "t",
        "status": "ok",
    }


@pytest.mark.parametrize("fault", [NOT_FOUND, FORBIDDEN, answer("", 500), {"x": 1}])
def test_one_project_that_fails_leaves_all_members_in_doubt(cloud, fault):
    with_projects(cloud, 2)
    cloud.script["/v2/projects/p1/resources"] = [fault]
    listing = cloud.client().list_all("project_resources")
    assert not listing.is_complete
    assert "/v2/projects/p1/resources" in listing.problem
    assert list(bodies(listing)) == ["p0|do:space:s0"]


def test_a_broken_projects_listing_is_no_empty_one(cloud):
    cloud.script["/v2/projects"] = [answer("", 500)]
    assert not cloud.client().list_all("project_resources").is_complete


def test_a_long_list_of_failures_is_given_up(cloud):
    with_projects(cloud, 40)
    for n in range(40):
        cloud.script[f"/v2/projects/p{n}/resources"] = [FORBIDDEN]
    listing = cloud.client().list_all("project_resources")
    assert not listing.is_complete
    assert len(cloud.seen) < 10


def test_a_project_id_cannot_become_another_path(cloud):
    cloud.lists["/v2/projects"] = (
        "projects",
        [{"id": "../droplets?x=#"}, {"id": ".."}],
    )
    listing = cloud.client().list_all("project_resources")
    assert not listing.is_complete
    asked = [request.environ["REQUEST_URI"] for request in cloud.seen[1:]]
    assert asked == [
        "/v2/projects/..%2Fdroplets%3Fx%3D%23/resources?page=1&per_page=200"
    ]


def droplet(number, **fields):
    return {"id": number, "name": f"d{number}", "features": [], **fields}


def backup(number, **fields):
    return {"id": number, "name": "b", "type": "backup", **fields}


def test_backups_need_no_call_per_droplet_where_images_describe_them(cloud):
    cloud.lists["/v2/droplets"] = (
        "droplets",
        [droplet(1, backup_ids=[10, 11], status="off"), droplet(2, backup_ids=[])],
    )
    cloud.lists["/v2/images"] = (
        "images",
        [backup(10), backup(11), backup(12), {"id": 13, "type": "snapshot"}],
    )
    cloud.script["/v2/droplets/backups/policies"] = [
        {"policies": {}, "meta": {"total": 0}}
    ]
    listing = cloud.client().list_all("backups")
    assert listing.is_complete, listing.problem
    parents = {key: body["droplet_id"] for key, body in bodies(listing).items()}
    assert parents == {"10": "1", "11": "1", "12": None}
    assert not [path for path in cloud.paths() if path.endswith("/backups")]


@pytest.mark.parametrize("refusal", [NOT_FOUND, FORBIDDEN])
def test_without_images_each_droplet_with_backups_is_asked(cloud, refusal):
    cloud.lists["/v2/droplets"] = (
        "droplets",
        [
            droplet(1, backup_ids=[10], status="off"),
            droplet(2, features=["backups"]),
            droplet(3, status="archive"),
            droplet(4),
        ],
    )
    cloud.script["/v2/images"] = [refusal]
    policy = {"3": {"droplet_id": 3, "backup_enabled": True}}
    cloud.script["/v2/droplets/backups/policies"] = [
        {"policies": policy, "meta": {"total": 1}}
    ]
    cloud.lists["/v2/droplets/1/backups"] = ("backups", [backup(10)])
    cloud.lists["/v2/droplets/2/backups"] = ("backups", [])
    cloud.lists["/v2/droplets/3/backups"] = ("backups", [backup(30)])
    listing = cloud.client().list_all("backups")
    assert listing.is_complete, listing.problem
    parents = {key: body["droplet_id"] for key, body in bodies(listing).items()}
    assert parents == {"10": "1", "30": "3"}


def test_a_droplet_destroyed_between_two_calls_has_no_backups(cloud):
    cloud.lists["/v2/droplets"] = ("droplets", [droplet(1, features=["backups"])])
    assert cloud.client().list_all("backups").is_complete


def test_a_droplet_that_cannot_be_asked_leaves_its_backups_in_doubt(cloud):
    cloud.lists["/v2/droplets"] = ("droplets", [droplet(1, features=["backups"])])
    cloud.script["/v2/droplets/1/backups"] = [answer("", 500)]
    listing = cloud.client().list_all("backups")
    assert not listing.is_complete
    assert "/v2/droplets/1/backups" in listing.problem


def test_gpu_droplets_are_droplets(cloud):
    def by_type(request):
        is_gpu = request.args.get("type") == "gpus"
        return page("droplets", [droplet(2 if is_gpu else 1)], 1)

    cloud.script["/v2/droplets"] = [by_type]
    assert list(bodies(cloud.client().list_all("droplets"))) == ["1", "2"]


@pytest.mark.parametrize("path", ["reserved_ips", "floating_ips"])
def test_either_endpoint_of_addresses_may_be_the_one(cloud, path):
    address = {"ip": "203.0.113.9", "droplet": None, "region": {"slug": "nyc3"}}
    cloud.lists[f"/v2/{path}"] = (path, [address])
    cloud.lists["/v2/reserved_ipv6"] = ("reserved_ipv6s", [{"ip": "2001:db8::1"}])
    listing = cloud.client().list_all("reserved_ips")
    assert listing.is_complete, listing.problem
    assert bodies(listing)["203.0.113.9"] == address
    assert list(bodies(listing)) == ["2001:db8::1", "203.0.113.9"]


@pytest.mark.parametrize("fault", [FORBIDDEN, answer("<html>", 404), answer("", 500)])
def test_addresses_that_cannot_be_read_are_not_absent(cloud, fault):
    cloud.script["/v2/reserved_ips"] = [fault]
    assert not cloud.client().list_all("reserved_ips").is_complete


@pytest.mark.parametrize("refusal", [FORBIDDEN, NOT_FOUND])
def test_an_account_without_ipv6_addresses_is_whole(cloud, refusal):
    cloud.lists["/v2/reserved_ips"] = ("reserved_ips", [])
    cloud.script["/v2/reserved_ipv6"] = [refusal]
    assert cloud.client().list_all("reserved_ips").is_complete


def test_one_failed_kind_does_not_hide_the_others(cloud):
    cloud.script["/v2/volumes"] = [FORBIDDEN]
    cloud.lists["/v2/firewalls"] = ("firewalls", [{"id": "f1"}])
    client = cloud.client()
    assert not client.list_all("volumes").is_complete
    assert client.list_all("firewalls").is_complete


def test_only_a_404_of_the_provider_means_gone(cloud):
    cloud.script["/v2/volumes/here"] = [{"volume": {"id": "here"}}]
    cloud.script["/v2/volumes/other"] = [{"volume": {"id": "another"}}]
    cloud.script["/v2/volumes/proxy"] = [answer("<html>not found</html>", 404)]
    cloud.script["/v2/volumes/secret"] = [FORBIDDEN]
    cloud.script["/v2/volumes/broken"] = [answer("", 500)]
    ids = ["here", "gone", "other", "proxy", "secret", "broken", ".."]
    assert cloud.client().confirm_missing("volumes", ids) == {
        "here": False,
        "gone": True,
        "other": None,
        "proxy": None,
        "secret": None,
        "broken": None,
        "..": None,
    }


def test_an_address_is_gone_when_no_endpoint_knows_it(cloud):
    cloud.script["/v2/floating_ips/203.0.113.9"] = [
        {"floating_ip": {"ip": "203.0.113.9"}}
    ]
    asked = ["203.0.113.9", "203.0.113.10", "2001:db8::1"]
    assert list(cloud.client().confirm_missing("reserved_ips", asked).values()) == [
        False,
        True,
        True,
    ]


def test_where_nothing_can_be_asked_nobody_knows(cloud):
    client = cloud.client()
    for listing in ("sizes", "project_resources"):
        assert client.confirm_missing(listing, ["x"]) == {"x": None}
    assert cloud.seen == []
