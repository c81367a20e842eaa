"""An account behind a real socket on 127.0.0.1, honest or with faults at will.

Put here how answers are spoiled on their way. Which account answers is the caller's
affair, and what a run must make of it is said in the stories.
"""

import random
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

Answer = Callable[[httpx.Request], httpx.Response]
FAULTS = ("500", "503 page", "reset", "truncated", "slow", "html")
DRIP_S = 0.05


@dataclass
class Weather:
    """How often an answer is spoiled, and by a chance that can be repeated."""

    share: float = 0.0
    chance: random.Random = field(default_factory=lambda: random.Random(0))
    spoiled: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def next_fault(self) -> str | None:
        with self._lock:
            if self.chance.random() >= self.share:
                return None
            self.spoiled += 1
            return self.chance.choice(FAULTS)


@contextmanager
def serve(answer: Answer, weather: Weather) -> Iterator[str]:
    """Serve an account for as long as a block lasts; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            url = f"http://{self.headers['host']}{self.path}"
            request = httpx.Request("GET", url, headers=dict(self.headers.items()))
            reply = answer(request)
            _send(self, reply, weather.next_fault())

        def log_message(self, *_: object) -> None:
            """Say nothing: what is asked is not what is tested."""

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_: object) -> None:
        """A client that was killed in the middle of an answer is no news."""


def _send(
    handler: BaseHTTPRequestHandler, reply: httpx.Response, fault: str | None
) -> None:
    body = reply.content
    if fault == "reset":
        # A linger of zero turns the close into a reset.
        linger = struct.pack("ii", 1, 0)
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        handler.connection.close()
        handler.close_connection = True
        return
    status, kind = reply.status_code, reply.headers.get("content-type", "text/plain")
    if fault == "500":
        status, body = 500, b'{"id": "server_error", "message": "something broke"}'
    elif fault in ("503 page", "html"):
        status = 503 if fault == "503 page" else 200
        kind, body = "text/html", b"<html><body>Be right back</body></html>"
    elif fault == "truncated":
        body = body[: len(body) // 2]
    handler.send_response(status)
    handler.send_header("content-type", kind)
    handler.send_header("content-length", str(len(body)))
    for name in ("x-request-id", "ratelimit-remaining"):
        if name in reply.headers:
            handler.send_header(name, reply.headers[name])
    handler.end_headers()
    for part in _parts(body, is_slow=fault == "slow"):
        handler.wfile.write(part)
        handler.wfile.flush()


def _parts(body: bytes, *, is_slow: bool) -> Iterator[bytes]:
    if not is_slow:
        yield body
        return
    step = max(1, len(body) // 4)
    for start in range(0, len(body), step):
        time.sleep(DRIP_S)
        yield body[start : start + step]
