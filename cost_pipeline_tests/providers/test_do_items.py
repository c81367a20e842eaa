"""Item faults: data is kept as data, and what names no resource is set aside."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cost_pipeline.providers.digitalocean_kinds import KINDS, tree
from cost_pipeline.providers.items import ByContent, id_text, pruned
from cost_pipeline.providers.strict_json import UnreadableJson, parse
from cost_pipeline_tests.providers.fake_cloud import SECRET, page

PATH = "/v2/volumes"


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ("text", "not an object"),
        (None, "not an object"),
        ([], "not an object"),
        (7, "not an object"),
        ({"name": "x"}, "id is no usable id"),
        ({"id": None}, "id is no usable id"),
        ({"id": ""}, "id is no usable id"),
        ({"id": " "}, "id is no usable id"),
        ({"id": True}, "id is no usable id"),
        ({"id": ["x"]}, "id is no usable id"),
        ({"id": "x" * 256}, "id is no usable id"),
        ({"id": "a\u0000b"}, "id is no usable id"),
        ({"id": 10**60}, "id is no usable id"),
    ],
)
def test_an_item_without_a_usable_id_is_set_aside_and_leaves_a_doubt(
    cloud, item, reason
):
    cloud.script[PATH] = [page("volumes", [{"id": "v1"}, item], 2)]
    listing = cloud.client().list_all("volumes")
    assert [document.provider_id for document in listing.documents] == ["v1"]
    assert [(r.position, r.reason) for r in listing.rejected] == [(2, reason)]
    assert not listing.is_complete
    assert "1 items set aside, the first at 2" in listing.problem
    assert len(cloud.seen) == 1


def test_the_same_item_twice_is_one(cloud):
    cloud.script[PATH] = [page("volumes", [{"id": 1}, {"id": "1", "id2": 2}], 1)]
    listing = cloud.client().list_all("volumes")
    # The id is a number once and text once: two writings, so nobody picks one.
    assert not listing.is_complete
    cloud.script[PATH] = [page("volumes", [{"id": 1}, {"id": 1, "other": 2}], 1)]
    assert cloud.client().list_all("volumes").is_complete


def test_one_id_with_two_contents_is_nobody(cloud):
    twice = [{"id": "v1", "name": "a"}, {"id": "v1", "name": "b"}, {"id": "v2"}]
    cloud.script[PATH] = [page("volumes", twice, 2)]
    listing = cloud.client().list_all("volumes")
    assert not listing.is_complete
    assert "v1 is listed twice with different content" in listing.problem
    assert [document.provider_id for document in listing.documents] == ["v2"]
    assert len(listing.rejected) == 2


@pytest.mark.parametrize(
    "name",
    [
        "'; drop table x; --",
        "../../etc/passwd",
        "<script>alert(1)</script>",
        "{{7*7}}",
        "=1+1",
        "line\nbreak",
        "nul\u0000inside",
        "",
        None,
        "x" * 1_000_000,
        "snow \u2603 and \U0001f600",
    ],
)
def test_a_hostile_name_is_only_data(cloud, name):
    cloud.script[PATH] = [page("volumes", [{"id": "v1", "name": name}], 1)]
    listing = cloud.client().list_all("volumes")
    assert listing.is_complete
    assert listing.documents[0].body["name"] == name


def test_half_a_surrogate_pair_becomes_storable(cloud):
    cloud.script[PATH] = ['{"volumes": [{"id": "v1", "name": "a\\ud800b"}]}']
    body = cloud.client().list_all("volumes").documents[0].body
    assert body["name"] == "a?b"


def test_odd_values_are_kept_as_they_are_for_the_contract_to_judge(cloud):
    item = {"id": "v1", "size_gigabytes": "-5", "created_at": "yesterday", "new": 1}
    cloud.script[PATH] = [page("volumes", [item], 1)]
    body = cloud.client().list_all("volumes").documents[0].body
    assert body == {"id": "v1", "size_gigabytes": "-5", "created_at": "yesterday"}


def test_numbers_keep_the_digits_they_came_with(cloud):
    cloud.script["/v2/sizes"] = [
        '{"sizes": [{"slug": "s", "price_hourly": 0.00743999984115362,'
        ' "price_monthly": 5, "transfer": 0.10080, "memory": 1E2}]}'
    ]
    assert cloud.client().list_all("sizes").documents[0].body == {
        "slug": "s",
        "price_hourly": "0.00743999984115362",
        "price_monthly": 5,
        "transfer": "0.10080",
        "memory": "1E2",
    }


def test_the_order_of_plain_values_is_no_change(cloud):
    one, two = {"id": 1, "tags": ["b", "a"]}, {"id": 1, "tags": ["a", "b"]}
    cloud.script[PATH] = [page("volumes", [one], 1), page("volumes", [two], 1)]
    client = cloud.client()
    assert client.list_all("volumes").documents == client.list_all("volumes").documents


def test_no_secret_of_an_answer_is_in_any_document(cloud):
    database = {
        "id": "db",
        "connection": {"uri": SECRET, "password": SECRET},
        "private_connection": {"password": SECRET},
        "standby_connection": {"password": SECRET},
        "ui_connection": {"password": SECRET},
        "users": [{"password": SECRET}],
        "name": "main",
    }
    app = {"id": "app", "spec": {"name": "web", "envs": [{"value": SECRET}]}}
    cloud.script["/v2/databases"] = [
        page("databases", [database, {**database, "id": None}, SECRET])
    ]
    cloud.script["/v2/apps"] = [page("apps", [app, {"id": "b", "spec": SECRET}])]
    cloud.script["/v2/domains"] = [
        page("domains", [{"name": "example.com", "zone_file": SECRET}])
    ]
    client = cloud.client()
    listings = [client.list_all(kind) for kind in ("databases", "apps", "domains")]
    assert SECRET not in repr(listings)
    assert len(listings[0].rejected) == 2
    assert listings[1].documents[0].body == {"id": "app", "spec": {"name": "web"}}


def test_no_allow_list_names_a_secret_or_a_volatile_field():
    names = {name for kind in KINDS.values() for name in kind.fields}
    last = {name.split(".")[-1] for name in names}
    assert not last & {"password", "uri", "connection", "users", "zone_file", "envs"}
    assert not last & {"next_backup_window", "kubeconfig", "spec", "pending_changes"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from("abcd"), inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(json_values)
def test_pruning_is_idempotent_and_keeps_only_named_fields(value):
    fields = tree(("a", "b.c"))
    once = pruned(value, fields)
    assert pruned(once, fields) == once
    if isinstance(once, dict):
        assert set(once) <= {"a", "b"}


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused_by_name(body):
    try:
        value = parse(body)
    except UnreadableJson:
        return
    assert json.loads(body.decode("utf-8-sig"), parse_float=str) == value


def test_a_byte_order_mark_is_tolerated():
    assert parse(b"\xef\xbb\xbf{}") == {}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=8), st.randoms())
def test_equal_entries_stay_apart_in_any_order(kinds, chance):
    shuffled = list(kinds)
    chance.shuffle(shuffled)
    first, second = ByContent(tree(("a",))), ByContent(tree(("a",)))
    for kind, other in zip(kinds, shuffled, strict=True):
        first.add({"a": kind})
        second.add({"a": other})
    assert first.documents() == second.documents()
    assert len(first.documents()) == len(kinds)


def test_ids_are_text():
    assert id_text(3164444) == "3164444"
    assert id_text("do:space:a b") == "do:space:a b"
