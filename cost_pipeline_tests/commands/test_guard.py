"""The guard lets our own page and known clients through, and nobody else."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from cost_pipeline.commands.guard import Guard

HOST = "127.0.0.1:3000"
TOKEN = "a-test-token-of-some-length"
JSON = {"content-type": "application/json"}


async def inner(scope: Any, receive: Any, send: Any) -> None:
    """The webserver behind the guard: answers everything, allows framing."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        return
    headers = [(b"X-Frame-Options", b"ALLOWALL"), (b"content-type", b"text/html")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"inside"})


def ask(
    method: str,
    path: str = "/",
    headers: Mapping[str, str] | None = None,
    *,
    token: str | None = None,
    host: str = HOST,
) -> httpx.Response:
    guard = Guard(inner, frozenset({HOST, "[::1]:3000"}), token)

    async def request() -> httpx.Response:
        transport = httpx.ASGITransport(app=guard)
        async with httpx.AsyncClient(transport=transport) as client:
            url = f"http://{HOST}{path}"
            return await client.request(
                method, url, headers={"host": host, **(headers or {})}
            )

    return asyncio.run(request())


def knock(headers: list[tuple[bytes, bytes]], token: str | None = None) -> str:
    """Open a websocket and return the type of the guard's first message."""
    guard = Guard(inner, frozenset({HOST}), token)
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/graphql", "headers": headers}
    asyncio.run(guard(scope, receive, send))
    return str(sent[0]["type"])


@pytest.mark.parametrize(
    ("host", "status"),
    [
        pytest.param(HOST, 200, id="our own address"),
        pytest.param("[::1]:3000", 200, id="over IPv6"),
        pytest.param("evil.example:3000", 421, id="a name that resolves to us"),
        pytest.param("127.0.0.1:3001", 421, id="another port"),
        pytest.param("127.0.0.1", 421, id="no port"),
        pytest.param("127.0.0.1:3000.evil.example", 421, id="ours as a prefix"),
        pytest.param("", 421, id="empty"),
    ],
)
def test_only_listed_hosts_are_served(host: str, status: int) -> None:
    assert ask("GET", host=host).status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 200, id="a client that is no browser"),
        pytest.param({"origin": f"http://{HOST}"}, 200, id="our own page"),
        pytest.param({"origin": "http://evil.example"}, 403, id="a foreign page"),
        pytest.param({"origin": "http://127.0.0.1:3001"}, 403, id="a neighbour's page"),
        pytest.param({"origin": "null"}, 403, id="a page in a sandbox"),
        pytest.param({"sec-fetch-site": "cross-site"}, 403, id="a hidden origin"),
        pytest.param({"sec-fetch-site": "same-origin"}, 200, id="said by the browser"),
    ],
)
def test_only_our_own_page_may_change_things(
    headers: dict[str, str], status: int
) -> None:
    for path in ("/graphql", "/report_asset_materialization/core/resources"):
        assert ask("POST", path, {**JSON, **headers}).status_code == status


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/graphql?query=mutation{x}"),
        ("GET", "/graphql/?query={version}"),
        ("GET", "/graphql"),
        ("HEAD", "/graphql?query={version}"),
    ],
)
def test_graphql_is_never_answered_over_get(method: str, path: str) -> None:
    assert ask(method, path).status_code == 405


@pytest.mark.parametrize(
    ("media_type", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("text/plain; application/json", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/graphql", 415),
        ("", 415),
    ],
)
def test_graphql_is_answered_as_json_only(media_type: str, status: int) -> None:
    headers = {"content-type": media_type}
    assert ask("POST", "/graphql?query={version}", headers).status_code == status


def test_a_websocket_opens_for_our_own_page_only() -> None:
    host = (b"host", HOST.encode())
    own, foreign = f"http://{HOST}".encode(), b"http://evil.example"
    assert knock([host, (b"origin", own)]) == "websocket.accept"
    assert knock([host, (b"origin", foreign)]) == "websocket.close"
    assert knock([host, (b"origin", own), (b"origin", foreign)]) == "websocket.close"
    assert knock([(b"host", b"evil.example")]) == "websocket.close"
    assert knock([host, (b"origin", own)], TOKEN) == "websocket.close"
    bearer = (b"authorization", f"Bearer {TOKEN}".encode())
    assert knock([host, bearer], TOKEN) == "websocket.accept"


def test_every_answer_carries_the_security_headers_once() -> None:
    for response in (ask("GET"), ask("GET", "/graphql"), ask("GET", token=TOKEN)):
        assert response.headers.get_list("x-frame-options") == ["DENY"]
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in response.headers["content-security-policy"]


def test_a_token_is_traded_for_a_strict_cookie_and_leaves_the_address() -> None:
    first = ask("GET", f"/runs?a=1&token={TOKEN}", token=TOKEN)
    assert first.status_code == 303
    assert first.headers["location"] == "/runs?a=1"
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert TOKEN not in cookie
    pair = cookie.split(";")[0]
    assert ask("GET", headers={"cookie": f"x=y; {pair}"}, token=TOKEN).text == "inside"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"cookie": "cost_pipeline_ui_3000=wrong"},
        {"cookie": f"cost_pipeline_ui_3000={TOKEN}"},
        {"authorization": "Bearer wrong"},
        {"authorization": f"Basic {TOKEN}"},
    ],
)
def test_without_the_token_nothing_is_shown(headers: dict[str, str]) -> None:
    assert ask("GET", headers=headers, token=TOKEN).status_code == 401
    assert ask("GET", "/?token=wrong", headers, token=TOKEN).status_code == 401


def test_a_token_never_sends_the_browser_elsewhere() -> None:
    response = ask("GET", f"//evil.example/?token={TOKEN}", token=TOKEN)
    assert response.headers["location"] == "/evil.example/"


def test_a_guard_never_shows_its_token() -> None:
    assert TOKEN not in repr(Guard(inner, frozenset(), TOKEN))
