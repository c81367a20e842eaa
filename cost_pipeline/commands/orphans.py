"""Ending with whoever started us, even if they were killed and could say nothing.

The webserver and the daemon lead a process group each; with them end the code servers
and runs below. What ends them in good order is `ui.py`.
"""

import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

PARENT = "COST_PIPELINE_UI_PARENT"
PARENT_CHECK_S = 1.0
END_WITHIN_S = 5.0


def parent_of_children() -> dict[str, str]:
    """What a child is told: asked later, its parent could be another one already."""
    return {PARENT: str(os.getpid())}


@contextmanager
def ending_with_parent(environment: Mapping[str, str]) -> Iterator[None]:
    """End our group once the parent named in the environment is gone."""
    parent = int(environment[PARENT])

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(PARENT_CHECK_S)
        os.killpg(0, signal.SIGTERM)
        time.sleep(END_WITHIN_S)
        # A code server would wait for its runs, and a run for its step.
        os.killpg(0, signal.SIGKILL)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        # Whoever shut down quickly stays to see the rest of the group end.
        if os.getppid() != parent:
            watcher.join()
