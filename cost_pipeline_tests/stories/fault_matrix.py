"""Every fault of the wire, of pages, of items and of URNs, and its one true outcome.

`retry` converges, `error` and `quarantine` are named and change nothing, `accept` is
valid data. Each lasts for three syncs: as long as it takes to be gone by accident. How
the syncs are taken and what the tables must say is `test_fault_matrix.py`.
"""

import gzip
import json
import socket
import struct
import time
from collections.abc import Callable, Iterator
from typing import Any

from werkzeug import Request, Response

from cost_pipeline_tests.providers.fake_cloud import answer, page
from cost_pipeline_tests.stories.fault_account import (
    GOOD,
    MACHINES,
    MEMBERS,
    OTHERS,
    PROJECTS,
    URNS,
    Answers,
    Fault,
    Row,
    machine,
    member,
)


def passing(name: str, wrong: Response | str, says: str) -> Iterator[Fault]:
    """A fault that may pass: asked again it is gone, or it stays and is named."""
    yield Fault(f"{name}, once", "retry", [wrong, GOOD])
    yield Fault(f"{name}, for ever", "error", [wrong], says)


def silent(connection: socket.socket) -> None:
    connection.recv(1)


def dripping(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"content-length: 1000\r\n\r\n")
    while True:
        connection.sendall(b" ")
        time.sleep(0.02)


def resetting(connection: socket.socket) -> None:
    # A linger of zero turns the close into a reset.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def saying(body: bytes, length: int) -> Callable[[socket.socket], None]:
    head = HEAD + f"content-length: {length}\r\n\r\n".encode()
    return lambda connection: connection.sendall(head + body)


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
WHOLE = json.dumps(GOOD).encode()
PACKED = gzip.compress(WHOLE)
CORRUPT = PACKED[:-8] + bytes(8)
ELSEWHERE = "http://127.0.0.1:1/v2/droplets"

HTTP = [
    Fault("401", "error", [answer({"id": "unauthorized"}, 401)], "401 unauthorized"),
    Fault("403", "error", [answer({"id": "forbidden"}, 403)], "403 forbidden"),
    Fault("404", "error", [answer({"id": "not_found"}, 404)], "404 not_found"),
    *passing("408", answer("", 408), "408"),
    *passing("429", answer("", 429, retry_after="0"), "429"),
    *passing("500", answer({"id": "server_error"}, 500), "500 server_error"),
    *passing("HTML from a proxy", answer("<html>bad gateway</html>", 502), "502"),
    Fault("a long wait", "error", [answer("", 429, retry_after="9999")], "9999 s"),
    Fault("timeout", "error", says="ReadTimeout", talk=silent),
    Fault("slow drip", "error", says="ReadTimeout", talk=dripping),
    Fault("reset", "error", says="ReadError", talk=resetting),
    Fault("closed", "error", says="RemoteProtocolError", talk=lambda _: None),
    Fault("short body", "error", says="Protocol", talk=saying(WHOLE, 99_999)),
    Fault("length lies", "error", says="cut-off JSON", talk=saying(WHOLE, 99)),
    Fault(
        "over-long body",
        "error",
        [answer(gzip.compress(b" " * 3_000_000), content_encoding="gzip")],
        "longer than",
    ),
    *passing("corrupt gzip", answer(CORRUPT, content_encoding="gzip"), "compression"),
    Fault("redirect", "error", [answer("", 302, location=ELSEWHERE)], "redirects to"),
    Fault("redirect loop", "error", [answer("", 302, location="/v2/droplets")], "302"),
    *passing("empty 200", answer(""), "an empty body"),
    *passing("HTML 200", answer("<html>hello</html>"), "HTML instead"),
    *passing("truncated JSON", answer(WHOLE[:-9]), "cut-off JSON"),
    *passing("invalid UTF-8", answer(b'{"droplets": ["\xff"]}'), "not UTF-8"),
    *passing("duplicate keys", '{"droplets": [], "droplets": []}', "a name twice"),
    *passing("wrong top level", "[]", "top level"),
    *passing("missing list key", "{}", "no list named droplets"),
    *passing("null list key", '{"droplets": null}', "no list named droplets"),
    Fault("BOM", "accept", [answer(b"\xef\xbb\xbf" + WHOLE)]),
]


def paged(*pages: Any) -> Answers:
    """Page n of a sync is the n-th; behind the last there is nothing."""

    def reply(request: Request) -> Any:
        number = int(request.args["page"])
        return pages[number - 1] if number <= len(pages) else page("droplets", [])

    return [reply]


def part(first: int, last: int, total: Any = 8, next_: Any = None) -> Any:
    return page("droplets", MACHINES[first - 1 : last], total, next_)


def without(*numbers: int) -> Answers:
    """A listing that is whole by its own count and lacks some."""
    left = [item for item in MACHINES if item["id"] not in numbers]
    return [page("droplets", left, len(left))]


NEXT = "?page=2"
LOOPING = part(1, 4, None, NEXT)
WAITS = "waits for confirm-shrink droplets"
PAGES = [
    Fault("empty page", "error", paged(part(1, 4, 8, NEXT), part(9, 9, 8, NEXT)), "2"),
    Fault("empty list", "error", paged(part(9, 9)), "0 different items, meta.total 8"),
    Fault("short page", "accept", paged(part(1, 1, 8, NEXT), part(2, 8))),
    Fault("shuffled pages", "accept", paged(part(5, 8, 8, NEXT), part(1, 4))),
    Fault("shuffled items", "accept", [page("droplets", MACHINES[::-1], 8)]),
    Fault("repeated page", "error", paged(part(1, 4, 8, NEXT), part(1, 4)), "4 diff"),
    Fault("overlapping pages", "accept", paged(part(1, 5, 8, NEXT), part(4, 8))),
    Fault("skipped page", "error", paged(part(1, 3, 8, NEXT), part(6, 8)), "6 diff"),
    Fault("lost next", "error", paged(part(1, 4)), "4 different items"),
    Fault("self next", "error", [part(1, 4, None, "?page=1")], "names a next page"),
    Fault("loop next", "error", paged(*[LOOPING] * 3), "names a next page"),
    Fault("foreign next", "accept", paged(part(1, 4, 8, ELSEWHERE), part(5, 8))),
    Fault("relative next", "accept", paged(part(1, 4, 8, "./x"), part(5, 8))),
    Fault("per_page ignored", "accept", paged(part(1, 2, 8, NEXT), part(3, 8))),
    Fault("missing total", "accept", paged(part(1, 4, None, NEXT), part(5, 8, None))),
    Fault("total too large", "error", paged(part(1, 8, 9)), "meta.total 9"),
    Fault("total too small", "error", paged(part(1, 8, 7)), "meta.total 7"),
    Fault("total no count", "error", paged(part(1, 8, "many")), "not a count"),
    Fault("suddenly empty", "error", [page("droplets", [], 0)], WAITS),
    Fault("six of eight vanish", "error", without(1, 2, 3, 4, 5, 6), WAITS),
    Fault("one left out that answers", "error", without(8), "8, which still answer"),
    Fault("one left out that is gone", "accept", without(7), becomes={"7": None}),
]


def odd(title: str, /, *, said: str | None = None, **fields: Any) -> Fault:
    """A ninth machine with something odd in it, taken as it is."""
    item = {**machine(9), **fields}
    size = int(item["disk"]) if int(item["disk"]) >= 0 else None
    shown = item["name"] if said is None else said
    row = (shown, size, item["status"], "unattributed")
    listed = [page("droplets", [*MACHINES, item], 9)]
    return Fault(title, "accept", listed, becomes={"9": row})


def aside(name: str, item: Any, says: str) -> Fault:
    """A ninth item that names no resource."""
    return Fault(name, "quarantine", [page("droplets", [*MACHINES, item], 9)], says)


TWICE = [*MACHINES, machine(1, name="another")]
BARE = {"id": 9, "disk": 25, "name": "bare"}
ITEMS = [
    odd("null name", said="9", name=None),
    odd("empty name", name=""),
    odd("huge name", name="x" * 1_000_000),
    odd("hostile name", name="'; drop table x; --<script>{{7*7}}\n\0../../etc"),
    odd("unknown status", status="melting"),
    odd("unknown size", size_slug="s-nobody-knows"),
    odd("extra fields", surprise={"deep": [1]}),
    odd("numbers as text", disk="25"),
    odd("negative size", disk=-5),
    odd("no zone", created_at="2026-03-01T00:00:00"),
    odd("date in the future", created_at="2031-01-01T00:00:00Z"),
    odd("nonsense date", created_at="soon"),
    Fault(
        "missing fields",
        "accept",
        [page("droplets", [*MACHINES, BARE], 9)],
        becomes={"9": ("bare", 25, "active", "unattributed")},
    ),
    aside("null id", machine(9, id=None), "id is no usable id"),
    aside("missing id", {"name": "nobody"}, "id is no usable id"),
    aside("huge id", machine(9, id="9" * 300), "id is no usable id"),
    aside("non-object", "a text", "not an object"),
    Fault("duplicate id", "accept", [page("droplets", [*MACHINES, MACHINES[0]], 8)]),
    Fault("one id, two contents", "error", [page("droplets", TWICE, 8)], "1 is listed"),
]


def members(*more: Any) -> Answers:
    """The members of the project, and more of them."""
    listed = [*map(member, URNS), *more]
    return [page("resources", listed, len(listed))]


def urn(name: str, outcome: str, urn: Any, says: str, **becomes: Row) -> Fault:
    """One more member, known by its URN alone."""
    return Fault(name, outcome, members(member(urn)), says, becomes, MEMBERS)


FIRST = member(URNS[0], assigned_at="2026-03-02T00:00:00Z")
LEFT = [member(URNS[0], status="not_found"), *map(member, URNS[1:])]
KNOWN = (25, "active", "unattributed")
URN_FAULTS = [
    urn(
        "unknown URN",
        "accept",
        "do:nonsuch:7x",
        "unknown_urn_kind",
        **{"7x": ("7x", None, "active", "acme")},
    ),
    urn(
        "URN with colons",
        "accept",
        "do:space:a:b",
        "",
        **{"a:b": ("a:b", None, "active", "acme")},
    ),
    urn("URN of nothing", "accept", "do:droplet:999", ""),
    urn("broken URN", "accept", "no urn", "broken_urn no urn"),
    urn("URN without id", "accept", "do:droplet:", "broken_urn do:droplet:"),
    urn("null URN", "quarantine", None, "urn is no usable id"),
    urn("huge URN", "quarantine", "do:space:" + "x" * 300, "urn is no usable id"),
    Fault(
        "in two projects",
        "accept",
        [page("resources", [FIRST], 1)],
        "in_two_projects",
        path=OTHERS,
    ),
    Fault(
        "member not found",
        "accept",
        [page("resources", LEFT, 8)],
        path=MEMBERS,
        becomes={"1": ("web-1", *KNOWN)},
    ),
    Fault(
        "half of a project",
        "error",
        [page("resources", [FIRST], 8)],
        "1 different items",
        path=MEMBERS,
    ),
    Fault(
        "a project that vanishes",
        "error",
        [answer({"id": "not_found"}, 404)],
        "/v2/projects/p2/resources page 1: 404",
        path=OTHERS,
    ),
    Fault(
        "projects that fail",
        "error",
        [answer("", 500)],
        "GET /v2/projects page 1: 500",
        path=PROJECTS,
    ),
]

FAULTS = {
    f"{family}: {fault.name}": fault
    for family, faults in (
        ("HTTP", HTTP),
        ("pages", PAGES),
        ("items", ITEMS),
        ("URNs", URN_FAULTS),
    )
    for fault in faults
}
