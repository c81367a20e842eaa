"""A deadline for a whole request, where the HTTP library only knows one per read.

A server that sends a byte now and then keeps every single read in time and a run
waiting for days, in the header as well as in the body. Nothing else belongs here.
"""

import threading
from collections.abc import Callable, Iterable
from typing import Any

import httpcore
import httpx


class Deadline:
    """The instant at which this thread's request must be over."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._here = threading.local()

    def start(self, seconds: float) -> None:
        self._here.ends_at = self._monotonic() + seconds

    def is_over(self) -> bool:
        ends_at: float | None = getattr(self._here, "ends_at", None)
        return ends_at is not None and self._monotonic() >= ends_at

    def cut(self, timeout: float | None) -> float | None:
        """The shorter of a read's own timeout and what is left of the request."""
        ends_at: float | None = getattr(self._here, "ends_at", None)
        if ends_at is None:
            return timeout
        left = ends_at - self._monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the request's deadline passed")
        return left if timeout is None else min(timeout, left)


class DeadlineTransport(httpx.HTTPTransport):
    """The usual transport over sockets that know the deadline."""

    def __init__(self, deadline: Deadline, *, connections: int) -> None:
        limits = httpx.Limits(max_connections=connections)
        super().__init__(limits=limits)
        # The library has no public way to hand a backend through; its version is
        # pinned, and a test with a dripping header holds this.
        pool: Any = self._pool
        pool._network_backend = _Backend(pool._network_backend, deadline)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, inner: httpcore.NetworkBackend, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._inner.connect_tcp(
            host, port, self._deadline.cut(timeout), local_address, socket_options
        )
        return _Stream(stream, self._deadline)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.cut(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.cut(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: Any,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        cut = self._deadline.cut(timeout)
        stream = self._inner.start_tls(ssl_context, server_hostname, cut)
        return _Stream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
