"""Dagster's own home and history: where they are, and who cannot be reached there.

The storage itself is `automation/storage.py`; what is recorded in it is `run.py`.
"""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cost_pipeline.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

PROJECT = Path(__file__).resolve().parents[2]


class HistoryNotWritten(Exception):
    """Dagster could not write what happens; nothing can be run unrecorded."""


def dagster_home(settings: Settings) -> Path:
    """Dagster's own home: where the environment says, else inside ours."""
    given = os.environ.get("DAGSTER_HOME")
    home = Path(given) if given else settings.home / "dagster"
    home = home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    os.environ["DAGSTER_HOME"] = str(home)
    if settings.dagster_postgres_url is not None:
        # Dagster reads the environment itself, and knows nothing of `.env`.
        url = settings.dagster_postgres_url.get_secret_value()
        os.environ["DAGSTER_POSTGRES_URL"] = url
    # A range of partitions is one event each; written one by one they cost more than
    # the days they are about.
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", "1000")
    target = home / "dagster.yaml"
    wanted = dagster_yaml()
    if not target.exists() or target.read_text() != wanted:
        target.write_text(wanted)
    return home


def dagster_yaml() -> str:
    """The committed `dagster.yaml`, with Postgres storage when it is asked for.

    The address is named, not copied: a password does not belong in a file.
    """
    text = (PROJECT / "dagster.yaml").read_text("utf-8")
    if not os.environ.get("DAGSTER_POSTGRES_URL"):
        return text
    return text + (
        "\nstorage:\n  postgres:\n    postgres_url:\n      env: DAGSTER_POSTGRES_URL\n"
    )


def open_history(settings: Settings) -> "dg.DagsterInstance":
    """Dagster's instance, or a line that says which storage does not answer."""
    from cost_pipeline.automation.launch import open_instance

    # Every event is in the UI; a Postgres that was waited for is said once, below.
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    logging.getLogger().setLevel(logging.ERROR)
    with named_history():
        home = dagster_home(settings)
        with opened_alone(home):
            return open_instance(home, is_sqlite=settings.dagster_postgres_url is None)


@contextmanager
def opened_alone(home: Path) -> Iterator[None]:
    """Let one process after the other open a history: in a new home each would make
    the tables, and whoever came second would find them half made."""
    with (home / ".opening").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def named_history() -> Iterator[None]:
    """Say which storage is meant: the drivers name neither their place nor a cause."""
    from sqlalchemy.exc import DatabaseError

    try:
        yield
    except OSError as error:
        raise HistoryNotWritten(
            f"Dagster's history cannot be written ({error}); see whether this user may "
            "write there and the disk has room"
        ) from None
    except Exception as error:
        cause = error.__cause__ if is_given_up(error) else error
        if not isinstance(cause, DatabaseError):
            raise
        reason = str(cause.orig).strip().splitlines()[0]
        raise HistoryNotWritten(_mending(reason)) from None


def is_given_up(error: Exception) -> bool:
    """Whether Dagster tried Postgres again and again; not imported only to ask."""
    return type(error).__name__ == "DagsterPostgresException"


def _mending(reason: str) -> str:
    if os.environ.get("DAGSTER_POSTGRES_URL"):
        return (
            f"DAGSTER_POSTGRES_URL: Dagster's history is out of reach ({reason}); "
            "run again when Postgres answers"
        )
    return (
        f"Dagster's history in {os.environ['DAGSTER_HOME']} cannot be written "
        f"({reason}); see whether the disk is full and run again"
    )
