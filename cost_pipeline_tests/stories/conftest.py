"""Homes that several stories look at; each is made once and changed by nobody."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cost_pipeline_tests.conftest import command
from cost_pipeline_tests.stories.fake_account import served
from cost_pipeline_tests.stories.odd_world import make_odd, settings, write_sources

NOW = "2026-05-20T00:00:00Z"


@dataclass(frozen=True)
class OddHome:
    """A home full of hostile names and secrets, and what its run and exports said."""

    path: Path
    code: int
    said: str
    environment: dict[str, str]

    @property
    def data(self) -> Path:
        return self.path / "data"

    @property
    def published(self) -> Path:
        return self.data / "published" / "cost.duckdb"


@pytest.fixture(scope="session")
def odd_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OddHome]:
    """Run once over names that try to be code, with secrets in `.env`."""
    home = tmp_path_factory.mktemp("odd")
    write_sources(home / "sources")
    given = settings(home / "sources")
    text = "".join(f"{name}={value}\n" for name, value in given.items())
    (home / ".env").write_text(text)
    with served() as account:
        make_odd(account)
        environment = account.environment(NOW)
        ran = command(home, "run", **environment)
        exported = command(home, "export", **environment)
        assert exported.returncode == 0, exported.stderr
        said = "".join((ran.stdout, ran.stderr, exported.stdout, exported.stderr))
        yield OddHome(home, ran.returncode, said, environment)
