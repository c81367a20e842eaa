"""A small account behind a real socket on 127.0.0.1, honest until told otherwise.

Put here how answers are spoiled, path by path, for the stories of faults, secrets and
hostile names. What a run must make of it is said in the stories. Spoiling by chance,
for the soak, is `providers/flaky_cloud.py`.
"""

import json
import re
import socket
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from cost_pipeline_tests.stories.soak_homes import small_account

TOKEN = "test-token-not-a-secret"
BILLS = "/v2/customers/my"
RATES = "/stats/eurofxref/eurofxref-hist.zip"

Spoil = Callable[[Request, Response], Response]
Change = Callable[[Any], Any]


@dataclass
class FakeAccount:
    """The demo account with the bills of a few months; `faults` spoil its answers.

    `changes` edit a body before it is sent, as another honest answer would be.
    """

    server: HTTPServer
    faults: dict[str, Spoil] = field(default_factory=dict)
    changes: dict[str, Change] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.server.expect_request(re.compile(".*")).respond_with_handler(self.answer)

    @property
    def url(self) -> str:
        return self.server.url_for("").rstrip("/")

    def answer(self, request: Request) -> Response:
        self.asked.append(f"{request.method} {request.path}")
        headers = dict(request.headers.items())
        reply = small_account(httpx.Request("GET", request.url, headers=headers))
        body = reply.content
        for change in found(self.changes, request.path):
            body = json.dumps(change(json.loads(body))).encode()
        kind = reply.headers.get("content-type", "application/octet-stream")
        response = Response(body, reply.status_code, content_type=kind)
        response.headers["x-request-id"] = reply.headers.get("x-request-id", "req-1")
        for spoil in found(self.faults, request.path):
            response = spoil(request, response)
        return response

    def environment(self, now: str, **more: str) -> dict[str, str]:
        """What a run needs to ask this account as of an instant."""
        return {
            "COST_PIPELINE_PROVIDER": "digitalocean",
            "COST_PIPELINE_ISSUE_FROM": "2026-02-01",
            "COST_PIPELINE_NOW": now,
            "DIGITALOCEAN_TOKEN": TOKEN,
            "DIGITALOCEAN_API_URL": self.url,
            "ECB_URL": self.url,
            **more,
        }


def found(rules: Mapping[str, Any], path: str) -> Iterator[Any]:
    """The rules whose pattern is all of a path."""
    return (rule for pattern, rule in rules.items() if re.fullmatch(pattern, path))


@contextmanager
def served() -> Iterator[FakeAccount]:
    """An account for as long as a block lasts."""
    with HTTPServer(host="127.0.0.1", port=0, threaded=True) as server:
        yield FakeAccount(server)


def refuse(status: int, **headers: str) -> Spoil:
    """Answer with a status; nobody is asked to wait before the next attempt."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    def spoil(request: Request, response: Response) -> Response:
        body = json.dumps({"id": "fault", "message": "asked for by a test"})
        reply = Response(body, status, content_type="application/json")
        reply.headers.update({"retry-after": "0", "x-request-id": "req-1", **named})
        return reply

    return spoil


def body(change: Callable[[bytes], bytes]) -> Spoil:
    """Send other bytes than the account gave."""

    def spoil(request: Request, response: Response) -> Response:
        response.set_data(change(response.get_data()))
        return response

    return spoil


def document(change: Change) -> Spoil:
    """Send another document than the account gave."""
    return body(lambda given: json.dumps(change(json.loads(given))).encode())


def hang_up(request: Request, response: Response) -> Response:
    """Close the connection before a single byte of the answer."""
    connection: socket.socket = request.environ["werkzeug.socket"]
    linger = struct.pack("ii", 1, 0)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    connection.shutdown(socket.SHUT_RDWR)
    return response


def html(request: Request, response: Response) -> Response:
    """A proxy's friendly page, with the status of an answer."""
    response.set_data(b"<html><body>Be right back</body></html>")
    response.content_type = "text/html"
    return response


def without_april(page: Any) -> Any:
    """A list of bills as it was before April's invoice was written."""
    name = "invoices" if "invoices" in page else "billing_history"
    kept = [
        item
        for item in page[name]
        if item.get("invoice_period", "") < "2026-04"
        and item.get("date", "") < "2026-05"
    ]
    return {**page, name: kept, "meta": {"total": len(kept)}}


def odd_items(name: str, *odd: Any) -> Spoil:
    """List more than the account has, and count it all."""

    def change(page: Any) -> Any:
        items = [*page[name], *odd]
        return {**page, name: items, "meta": {"total": len(items)}}

    return document(change)


def lost_page(page: Any) -> Any:
    """Count more than is listed, and name no next page."""
    return {**page, "meta": {"total": page["meta"]["total"] + 2}}


def endless(page: Any) -> Any:
    """Name a next page for ever, and not even one of our own origin."""
    return {**page, "links": {"pages": {"next": "http://127.0.0.1:1/v2/x?page=1"}}}
