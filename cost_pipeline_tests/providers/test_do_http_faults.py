"""HTTP faults: bounded retries that converge, or an error that names the endpoint."""

import gzip
import json
import time

import pytest
from pytest_httpserver import HTTPServer

from cost_pipeline.providers.base import (
    ForeignOrigin,
    ProviderError,
    ProviderForbidden,
    ProviderNotFound,
    ProviderRateLimited,
    ProviderUnauthorized,
    ProviderUnavailable,
)
from cost_pipeline.providers.digitalocean import DigitalOcean
from cost_pipeline.providers.pacing import Limits
from cost_pipeline_tests.providers.fake_cloud import (
    TOKEN,
    FakeTime,
    answer,
    page,
    raw_server,
)

PATH = "/v2/domains"
GOOD = page("domains", [{"name": "example.com", "ttl": 1800, "zone_file": "x"}], 1)
BALANCE = "/v2/customers/my/balance"


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(answer({"id": "server_error", "message": "oops"}, 500), id="500"),
        pytest.param(answer("<html>bad gateway</html>", 502), id="a proxy's 502"),
        pytest.param(answer("", 503, retry_after="2"), id="503 with a wait"),
        pytest.param(answer("", 408), id="408"),
        pytest.param(answer("", 429, retry_after="1"), id="429 in seconds"),
        pytest.param(answer("", 429, retry_after="soon"), id="429 garbage"),
        pytest.param(answer("", 429, retry_after="-5"), id="429 negative"),
        pytest.param(answer(""), id="an empty 200"),
        pytest.param(answer("<html>hello</html>"), id="HTML with 200"),
        pytest.param(answer(json.dumps(GOOD)[:-9]), id="cut JSON"),
        pytest.param(answer(b'{"domains": ["\xff"]}'), id="not UTF-8"),
        pytest.param(
            answer(
                gzip.compress(b"{}" * 99)[:-12] + b"x" * 12, content_encoding="gzip"
            ),
            id="corrupt gzip",
        ),
    ],
)
def test_a_fault_that_passes_leaves_no_trace(cloud, fault):
    cloud.script[PATH] = [fault, fault, GOOD]
    listing = cloud.client().list_all("domains")
    assert listing.is_complete, listing.problem
    assert [document.body for document in listing.documents] == [
        {"name": "example.com", "ttl": 1800}
    ]
    assert len(cloud.seen) == 3
    assert len(cloud.time.naps) == 2


@pytest.mark.parametrize(
    ("fault", "requests", "words"),
    [
        pytest.param(
            answer({"id": "unauthorized"}, 401), 1, "401 unauthorized", id="401"
        ),
        pytest.param(answer({"id": "forbidden"}, 403), 1, "403 forbidden", id="403"),
        pytest.param(answer({"id": "not_found"}, 404), 1, "404 not_found", id="404"),
        pytest.param(
            answer({"id": "x", "message": "no"}, 422), 1, "422 x: no", id="422"
        ),
        pytest.param(answer("", 500), 5, "500", id="500 for ever"),
        pytest.param(answer("", 429), 5, "429", id="429 for ever"),
        pytest.param(answer("", 204), 1, "204", id="204"),
        pytest.param(answer("", 302, location=PATH), 1, "redirects to", id="loop"),
        pytest.param(answer("<html>"), 5, "HTML instead", id="HTML for ever"),
        pytest.param(answer('{"domains": [], "domains": []}'), 5, "twice", id="names"),
        pytest.param(answer("[]"), 5, "top level", id="wrong top level"),
        pytest.param(answer("{}"), 5, "no list named domains", id="no list"),
        pytest.param(answer({"domains": None}), 5, "no list named", id="a null list"),
        pytest.param(
            answer({"domains": "x"}), 5, "no list named", id="text for a list"
        ),
        pytest.param(answer('{"domains": [NaN]}'), 5, "NaN", id="NaN"),
        pytest.param(answer("[" * 99_999), 5, "deeply", id="nesting"),
        pytest.param(answer('{"domains": [' + "9" * 5000), 5, "huge", id="huge number"),
        pytest.param(answer("x" * 20_000), 1, "longer than 10000", id="over-long"),
        pytest.param(
            answer(gzip.compress(b" " * 10**6), content_encoding="gzip"),
            1,
            "longer than 10000",
            id="over-long once unpacked",
        ),
    ],
)
def test_a_fault_that_stays_is_named_once_and_ends(cloud, fault, requests, words):
    cloud.script[PATH] = [fault]
    client = cloud.client(body_bytes=100_000 if words == "deeply" else 10_000)
    listing = client.list_all("domains")
    assert not listing.is_complete
    assert listing.documents == ()
    assert words in listing.problem
    assert listing.problem.startswith("GET /v2/domains")
    assert "\n" not in listing.problem
    assert TOKEN not in listing.problem
    assert "req-1" in listing.problem
    assert listing.request_ids == ("req-1",)
    assert len(cloud.seen) == requests


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, ProviderUnauthorized),
        (403, ProviderForbidden),
        (404, ProviderNotFound),
        (422, ProviderError),
        (429, ProviderRateLimited),
        (500, ProviderUnavailable),
    ],
)
def test_each_status_has_its_exception(cloud, status, error):
    cloud.script[BALANCE] = [
        answer({"id": "x", "message": f"m {TOKEN}", "request_id": "from-body"}, status)
    ]
    with pytest.raises(error, match="GET /v2/customers/my/balance") as caught:
        cloud.client().balance()
    assert caught.value.request_id == "from-body"
    assert caught.value.status == status
    assert TOKEN not in str(caught.value)


def test_the_token_never_leaves_its_origin(cloud):
    with HTTPServer(host="127.0.0.1", port=0) as foreign:
        there = foreign.url_for("/v2/domains")
        cloud.script[PATH] = [answer("", 302, location=f"{there}?token=x")]
        cloud.script[BALANCE] = [answer("", 307, location=there)]
        cloud.next_host = foreign.url_for("").rstrip("/")
        cloud.lists["/v2/volumes"] = ("volumes", [{"id": f"v{n}"} for n in range(450)])
        client = cloud.client()
        assert "redirects to" in client.list_all("domains").problem
        with pytest.raises(ForeignOrigin):
            client.balance()
        assert len(client.list_all("volumes").documents) == 450
        assert foreign.log == []
    assert {request.method for request in cloud.seen} == {"GET"}
    assert all(r.headers["authorization"] == f"Bearer {TOKEN}" for r in cloud.seen)


@pytest.mark.parametrize("uuid", ["../../account", "a/b", "..", "http://127.0.0.1/"])
def test_an_id_cannot_become_another_path(cloud, uuid):
    with pytest.raises(ProviderError):
        cloud.client().invoice_csv(uuid)
    assert all(
        request.environ["REQUEST_URI"].startswith("/v2/customers/my/invoices/")
        and request.environ["REQUEST_URI"].count("/") == 6
        for request in cloud.seen
    )


def test_a_proxy_of_the_environment_is_not_used(cloud, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    cloud.script[PATH] = [GOOD]
    assert cloud.client().list_all("domains").is_complete


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "naïve"])
def test_a_token_no_header_may_carry_is_refused_without_quoting_it(token):
    with pytest.raises(ValueError, match="the token") as caught:
        DigitalOcean(token, "http://127.0.0.1:9")
    assert not token or token not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["ftp://h", "http://", "http://u:p@h", "http://h/path", "http://h?q=1", "h"]
)
def test_only_a_bare_origin_is_accepted(url):
    with pytest.raises(ValueError, match="an origin"):
        DigitalOcean(TOKEN, url)


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


def drip_body(connection):
    connection.sendall(HEAD + b"content-length: 1000\r\n\r\n")
    while True:
        connection.sendall(b" ")
        time.sleep(0.02)


def drip_header(connection):
    connection.sendall(HEAD)
    while True:
        connection.sendall(b"x: y\r\n")
        time.sleep(0.02)


@pytest.mark.parametrize(
    "talk",
    [
        pytest.param(lambda c: None, id="closed at once"),
        pytest.param(lambda c: c.sendall(b"\x00\x01\x02"), id="no HTTP"),
        pytest.param(
            lambda c: c.sendall(HEAD + b"content-length: 99\r\n\r\n{}"), id="short body"
        ),
        pytest.param(drip_body, id="dripping body"),
        pytest.param(drip_header, id="dripping header"),
    ],
)
def test_a_broken_connection_is_unavailable_within_the_deadline(talk):
    limits = Limits(attempts=2, request_deadline_s=0.2, first_backoff_s=0.01)
    with raw_server(talk) as url:
        client = DigitalOcean(TOKEN, url, limits=limits)
        with pytest.raises(ProviderUnavailable, match="GET /v2/customers/my/balance"):
            client.balance()
        client.close()


def test_nobody_listening_is_unavailable():
    client = DigitalOcean(
        TOKEN, "http://127.0.0.1:9", limits=Limits(attempts=1), timing=FakeTime().timing
    )
    assert "ConnectError" in (client.list_all("domains").problem or "")
