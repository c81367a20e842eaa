"""What every test may ask for."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from cost_pipeline.models.build import Window
from cost_pipeline.models.library import all_models
from cost_pipeline_tests.tables import NOW, build_models, fresh_warehouse
from cost_pipeline_tests.waiting import PATIENCE_S

RunModel = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def run_model() -> RunModel:
    """Build one model from the stated rows and return what it holds, ordered.

    `given` tables are taken as stated; other upstream models are built from the
    (empty) tables below them, so a test states only what matters to it.
    """

    def run(
        table: str,
        given: Mapping[str, str],
        *,
        now: datetime = NOW,
        select: str = "*",
        window: Window | None = None,
        issue_from: date | None = None,
    ) -> list[tuple[Any, ...]]:
        with fresh_warehouse(now, issue_from) as connection:
            build_models(connection, table, given=given, window=window)
            # A table of the ledger has columns of its own beside those of its model.
            names = ", ".join(all_models()[table].columns) if select == "*" else select
            return connection.execute(
                f"select {names} from {table} order by all"
            ).fetchall()

    return run


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which `cost-pipeline demo` has finished; nobody may change it."""
    home = tmp_path_factory.mktemp("demo")
    done = command(home, "demo")
    assert done.returncode == 0, done.stdout + done.stderr
    return home


def command(
    home: Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line as a stranger would: a process of its own, its own home."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "cost_pipeline", *arguments],
        cwd=home,
        env={**kept, **surroundings(home), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )


def surroundings(home: Path) -> dict[str, str]:
    """The environment of a command that knows nothing of this machine."""
    return {
        "HOME": str(home),
        "COST_PIPELINE_HOME": str(home / "data"),
        "DAGSTER_HOME": str(home / "dagster"),
        "COLUMNS": "200",
    }
