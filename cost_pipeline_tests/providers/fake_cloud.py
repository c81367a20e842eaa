"""A cloud on 127.0.0.1 for the tests of the client: honest until told otherwise.

Put here how the fake answers. What a fault must lead to is said in the tests.
"""

import json
import re
import socket
import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from cost_pipeline.providers.digitalocean import DigitalOcean
from cost_pipeline.providers.pacing import Limits, Timing

TOKEN = "test-token-of-nobody"
SECRET = "not-a-secret-password"


@dataclass
class FakeTime:
    """Time that passes only while somebody sleeps."""

    now: float = 1000.0
    naps: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds

    @property
    def timing(self) -> Timing:
        return Timing(lambda: self.now, self.sleep, lambda: 1.0)


def answer(body: Any, status: int = 200, **headers: str) -> Response:
    text = body if isinstance(body, bytes | str) else json.dumps(body)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    reply = Response(text, status, content_type="application/json")
    reply.headers.update({"x-request-id": "req-1", **named})
    return reply


def page(envelope: str, items: list[Any], total: Any = None, next_: Any = None) -> Any:
    body: dict[str, Any] = {envelope: items, "links": {}}
    if total is not None:
        body["meta"] = {"total": total}
    if next_ is not None:
        body["links"] = {"pages": {"next": next_}}
    return body


@dataclass
class FakeCloud:
    """Pages its lists honestly; `script` overrides the answers of a path in order."""

    server: HTTPServer
    lists: dict[str, tuple[str, list[Any]]] = field(default_factory=dict)
    script: dict[str, list[Any]] = field(default_factory=dict)
    seen: list[Request] = field(default_factory=list)
    time: FakeTime = field(default_factory=FakeTime)
    next_host: str = "https://api.digitalocean.com"

    def __post_init__(self) -> None:
        self.server.expect_request(re.compile(".*")).respond_with_handler(self.reply)

    def client(self, **limits: Any) -> DigitalOcean:
        return DigitalOcean(
            TOKEN,
            self.server.url_for(""),
            limits=Limits(**limits),
            timing=self.time.timing,
        )

    def paths(self) -> list[str]:
        return [request.path for request in self.seen]

    def reply(self, request: Request) -> Response:
        self.seen.append(request)
        waiting = self.script.get(request.path)
        if waiting:
            reply = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            if isinstance(reply, Response):
                return reply
            reply = reply(request) if callable(reply) else reply
            return reply if isinstance(reply, Response) else answer(reply)
        if request.path in self.lists:
            return self.honest(request)
        return answer({"id": "not_found", "message": "no such thing"}, 404)

    def honest(self, request: Request) -> Response:
        envelope, items = self.lists[request.path]
        if "type" in request.args:
            items = []
        number = int(request.args.get("page", 1))
        size = int(request.args.get("per_page", 20))
        part = items[(number - 1) * size : number * size]
        more = number * size < len(items)
        # The real host stands in the link: whoever follows it leaves the machine.
        link = f"{self.next_host}{request.path}?page={number + 1}" if more else None
        return answer(page(envelope, part, len(items), link))


@contextmanager
def raw_server(talk: Callable[[socket.socket], None]):
    """A listener that speaks bytes: for what no HTTP server would ever send."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(5)

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.recv(65_536)
                    talk(connection)
                except OSError:
                    pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()
