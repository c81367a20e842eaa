"""Page faults: a listing is whole only if ids seen = meta.total and nothing follows."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cost_pipeline.providers.items import ById
from cost_pipeline.providers.pages import Page, _Walk
from cost_pipeline_tests.providers.fake_cloud import answer, page

PATH = "/v2/volumes"


def volumes(*ids):
    return [{"id": str(i), "name": f"v{i}"} for i in ids]


def paged(*pages):
    """Answer page n with the n-th body; pages behind the last one are empty."""

    def reply(request):
        number = int(request.args["page"])
        empty = page("volumes", [], pages[-1].get("meta", {}).get("total"))
        return answer(pages[number - 1] if number <= len(pages) else empty)

    return [reply]


def ids(listing):
    return [document.provider_id for document in listing.documents]


def test_ten_thousand_resources_come_in_fifty_pages(cloud):
    cloud.lists[PATH] = ("volumes", volumes(*range(10_000)))
    listing = cloud.client().list_all("volumes")
    assert listing.is_complete
    assert len(listing.documents) == 10_000
    assert ids(listing) == sorted(ids(listing))
    assert len(cloud.seen) == 50
    assert {request.args["per_page"] for request in cloud.seen} == {"200"}


@pytest.mark.parametrize(
    "pages",
    [
        pytest.param([page("volumes", [], 0)], id="empty"),
        pytest.param([{"meta": {"total": 0}}], id="empty and left out"),
        pytest.param([{"volumes": volumes(1, 2)}], id="no links, no meta"),
        pytest.param([{"volumes": volumes(1, 2), "links": None}], id="null links"),
        pytest.param(
            [{"volumes": volumes(1), "links": {"pages": None}}], id="null pages"
        ),
        pytest.param(
            [page("volumes", volumes(1), 3, "n"), page("volumes", volumes(2, 3), 3)],
            id="a short page",
        ),
        pytest.param(
            [page("volumes", volumes(1, 2), 3, "n"), page("volumes", volumes(2, 3), 3)],
            id="an item twice, pushed over the edge",
        ),
        pytest.param(
            [
                page("volumes", volumes(1), 2, "http://x/?page=9"),
                page("volumes", volumes(2), 2),
            ],
            id="a foreign next",
        ),
        pytest.param(
            [page("volumes", volumes(1), 2, "?page=1"), page("volumes", volumes(2), 2)],
            id="a relative next to itself",
        ),
        pytest.param(
            [page("volumes", volumes(1), None, "n"), page("volumes", volumes(2))],
            id="no total",
        ),
        pytest.param([page("volumes", volumes(1), "1")], id="the total as text"),
        pytest.param(
            [
                page("volumes", volumes(*range(100)), 150, "n"),
                page("volumes", volumes(*range(100, 150)), 150),
            ],
            id="per_page ignored",
        ),
    ],
)
def test_odd_but_whole_listings_are_whole(cloud, pages):
    cloud.script[PATH] = paged(*pages)
    listing = cloud.client().list_all("volumes")
    assert listing.is_complete, listing.problem
    wanted = {v["id"] for body in pages for v in body.get("volumes", [])}
    assert set(ids(listing)) == wanted


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        pytest.param(
            [page("volumes", volumes(1), 2, "n"), page("volumes", volumes(1), 2)],
            "1 different items, meta.total 2",
            id="a page repeated",
        ),
        pytest.param(
            [page("volumes", volumes(1), 3)], "1 different items", id="next lost"
        ),
        pytest.param(
            [page("volumes", volumes(1, 2, 3), 2)], "3 different items", id="too many"
        ),
        pytest.param(
            [page("volumes", volumes(1), 3, "n"), page("volumes", [], 3, "n")],
            "page 2 still names a next page",
            id="an empty page in the middle",
        ),
        pytest.param(
            [page("volumes", volumes(1), 1, "n")],
            "page 1 still names a next page",
            id="next for ever",
        ),
        pytest.param(
            [page("volumes", volumes(1), None, "n")] * 3,
            "page 2 still names a next page",
            id="one page in a loop, no total",
        ),
        pytest.param(
            [page("volumes", [], 5)], "0 different items", id="empty by error"
        ),
        pytest.param([page("volumes", [], -1)], "negative", id="negative total"),
        pytest.param([page("volumes", [], "many")], "not a count", id="no count"),
        pytest.param(
            [{"volumes": [], "links": []}], "links is not an object", id="odd links"
        ),
    ],
)
def test_listings_that_contradict_themselves_are_incomplete(cloud, pages, words):
    cloud.script[PATH] = paged(*pages)
    listing = cloud.client().list_all("volumes")
    assert not listing.is_complete
    assert words in listing.problem
    assert len(cloud.seen) <= 8


def test_pages_end_at_the_cap(cloud):
    def endless(request):
        number = int(request.args["page"])
        return answer(page("volumes", volumes(number), None, "n"))

    cloud.script[PATH] = [endless]
    listing = cloud.client(pages=5).list_all("volumes")
    assert "page 5 still names a next page" in listing.problem
    assert len(cloud.seen) == 10


def test_a_second_sync_heals_a_listing_that_changed_meanwhile(cloud):
    cloud.script[PATH] = [
        page("volumes", volumes(1), 2),
        page("volumes", volumes(1, 2), 2),
    ]
    listing = cloud.client().list_all("volumes")
    assert listing.is_complete
    assert ids(listing) == ["1", "2"]
    assert len(cloud.seen) == 2


def test_a_page_that_fails_keeps_what_was_read_and_names_the_page(cloud):
    def second_fails(request):
        if request.args["page"] == "1":
            return answer(page("volumes", volumes(*range(200)), 300, "n"))
        return answer({"id": "server_error", "request_id": "req-9"}, 500)

    cloud.script[PATH] = [second_fails]
    listing = cloud.client().list_all("volumes")
    assert not listing.is_complete
    assert "GET /v2/volumes page 2: 500 server_error (request req-9)" in listing.problem
    assert len(listing.documents) == 200
    assert listing.request_ids == ("req-1", "req-9")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 30), max_size=6), min_size=1, max_size=5))
def test_whatever_the_pages_hold_whole_means_every_id_was_seen(contents):
    """Pages may repeat, skip or shuffle: if the walk is content, nothing is missing."""
    truth = {str(number) for content in contents for number in content}
    walk = _Walk(ById("id", {"id": {}, "name": {}}))
    for place, content in enumerate(contents):
        has_next = place < len(contents) - 1
        walk.take(Page(volumes(*content), len(truth), has_next, {}, None))
        if not walk.goes_on(99):
            break
    if walk.doubt() is None:
        assert set(walk.gathering.documents()) == truth
