"""`make bench`: every ratio of the table, measured side by side in one call.

    python -m cost_pipeline_tests.benchmarks [tiny|S|M|L] [ROUNDS] [PART]

Each measure runs in a process of its own over a copy of a prepared home; rivals take
turns, and the median counts. The table goes to `RESULTS.md`, one section for each size;
one part of it alone (`logs`, `scans`, see `tables.py`) is only printed.
"""

import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from cost_pipeline_tests.benchmarks.homes import Homes
from cost_pipeline_tests.benchmarks.report import Row, as_table, keep, machine
from cost_pipeline_tests.benchmarks.sizes import SIZES, SMALLER, Size
from cost_pipeline_tests.benchmarks.tables import PARTS, measure_all

RESULTS = Path(__file__).with_name("RESULTS.md")


def main(arguments: list[str]) -> int:
    size = SIZES[arguments[0] if arguments else "S"]
    rounds = int(arguments[1]) if len(arguments) > 1 else 3
    part = arguments[2] if len(arguments) > 2 else None
    day = datetime.now(UTC).date().isoformat()
    rows: list[Row] = []
    facts = ""
    for row in measured(size, rounds, part):
        sys.stderr.write(f"  {row.what}: {row.result}\n")
        rows.append(row)
        facts = f"{machine()} Rounds: {rounds}."
        # A large size takes long; one that is cut off keeps what it has measured.
        if part is None:
            keep(RESULTS, size, day, facts, rows)
    sys.stdout.write("\n" + as_table(rows) + "\n" + facts + "\n")
    return 0


def measured(size: Size, rounds: int, part: str | None = None) -> Iterator[Row]:
    """The rows of a size as they are found; folders are gone when they are measured."""
    with tempfile.TemporaryDirectory() as folder:
        homes = Homes(Path(folder), rounds)
        if part is None:
            yield from measure_all(homes, size, SIZES[SMALLER[size.name]])
        else:
            yield from PARTS[part](homes, size)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
