"""Homes of a benchmark: prepared once, copied for each measure, run in a process."""

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cost_pipeline_tests.benchmarks.sizes import Size
from cost_pipeline_tests.benchmarks.world import settings_in

Result = dict[str, Any]
LONGEST_S = 6 * 3600


class MeasureFailed(Exception):
    """A measure ended badly; what it said is the message."""


@dataclass
class Homes:
    """A folder with one prepared home for each size and span of days."""

    folder: Path
    # Rounds of a measurement; the median is told.
    rounds: int = 3
    prepared: dict[tuple[str, int], Path] = field(default_factory=dict)
    copies: int = 0

    def prepare(self, size: Size) -> Path:
        """The home whose raw tables are filled; filled the first time."""
        key = (size.name, size.days)
        if key not in self.prepared:
            home = self.folder / f"{size.name}-{size.days}"
            home.mkdir()
            self._measure("fill", home, size, {}, {})
            self.prepared[key] = home
        return self.prepared[key]

    def measure(
        self,
        name: str,
        size: Size,
        /,
        *,
        within: Path | None = None,
        environment: dict[str, str] | None = None,
        **arguments: object,
    ) -> Result:
        """Measure on a copy of the prepared home, or within a given one."""
        prepared = self.prepare(size)
        home = within
        if home is None:
            self.copies += 1
            home = self.folder / f"copy-{self.copies}"
            shutil.copytree(prepared, home)
        try:
            return self._measure(name, home, size, environment or {}, arguments)
        finally:
            if within is None:
                shutil.rmtree(home)

    def copy(self, size: Size, name: str) -> Path:
        """A copy that stays, for measures that build on one another."""
        prepared = self.prepare(size)
        return Path(shutil.copytree(prepared, self.folder / name))

    def _measure(
        self,
        name: str,
        home: Path,
        size: Size,
        environment: dict[str, str],
        arguments: dict[str, object],
    ) -> Result:
        given = json.dumps({"size": size.name, "days": size.days, **arguments})
        module = "cost_pipeline_tests.benchmarks.measures"
        done = self.process(
            home, settings_in(home, size, **environment), "-m", module, name, given
        )
        result: Result = json.loads(done.stdout.strip().splitlines()[-1])
        if result.get("failures"):
            raise MeasureFailed(f"{name} at {size.name}: {result['failures']}")
        return result

    def process(
        self, home: Path, environment: dict[str, str], *arguments: str
    ) -> subprocess.CompletedProcess[str]:
        """A cold Python process in a home, which must succeed."""
        kept = {n: os.environ[n] for n in ("PATH", "PYTHONPATH") if n in os.environ}
        done = subprocess.run(
            [sys.executable, "-W", "ignore", *arguments],
            cwd=home,
            env={**kept, "HOME": str(home), **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST_S,
        )
        if done.returncode != 0:
            said = (done.stdout + done.stderr)[-2000:]
            raise MeasureFailed(f"{' '.join(arguments)[:200]}: {said}")
        return done

    def wall_s(self, home: Path, environment: dict[str, str], *arguments: str) -> float:
        """Wall time of a cold process."""
        started = time.perf_counter()
        self.process(home, environment, *arguments)
        return time.perf_counter() - started
