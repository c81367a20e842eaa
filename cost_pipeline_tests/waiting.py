"""Waiting for what another process does, with one patience for all tests.

It is generous: a machine may have ten times the load of the one a test was written on,
and a test that fails on time alone says nothing about the product.
"""

import socket
import time
from collections.abc import Callable
from typing import Any

PATIENCE_S = 600.0


def wait_for(answer: Callable[[], Any]) -> Any:
    """Ask again and again until there is an answer."""
    until = time.monotonic() + PATIENCE_S
    while not (found := answer()):
        assert time.monotonic() < until, "nothing happened"
        time.sleep(0.1)
    return found


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
