"""Two scans against the bare queries they are made of: credits, and hosted machines.

At L these are ten million credit events, and a million machines of 100,000 tenants.
What a run costs when there is nothing to scan is measured too and taken off, because
it is a row of its own (`fixed overhead of an asset`).
"""

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from cost_pipeline_tests.benchmarks.homes import Homes, Result
from cost_pipeline_tests.benchmarks.report import Row
from cost_pipeline_tests.benchmarks.sizes import SIZES, Size

CREDITS, CROSSINGS = "marts.credit_balances", "core.spend_crossings"


def scans(homes: Homes, size: Size) -> Iterator[Row]:
    """Each scan once through the jobs and once bare, in turns."""
    idle = _in_turns(homes, homes.copy(SIZES["tiny"], "idle"), SIZES["tiny"], CREDITS)
    full = _in_turns(homes, homes.copy(size, "credits"), size, CREDITS)
    yield _row(f"balances from {size.credit_events:,} credit events", full, idle)
    peak = max(ours["peak_mib"] for ours, _ in full)
    yield Row("its peak memory", f"{peak} MiB", "<= 2048 MiB", "Python included")
    # Everything but the machines is tiny: the scan alone is measured.
    quiet, crowd = (homes.copy(SIZES["tiny"], name) for name in ("quiet", "crowd"))
    homes.measure("crowd", size, within=crowd)
    idle = _in_turns(homes, quiet, SIZES["tiny"], CROSSINGS)
    full = _in_turns(homes, crowd, size, CROSSINGS)
    what = f"spend of {size.machines:,} machines of {size.hosted_tenants:,} tenants"
    yield _row(what, full, idle)


def _in_turns(
    homes: Homes, home: Path, size: Size, table: str
) -> list[tuple[Result, Result]]:
    taken = []
    for _ in range(homes.rounds):
        ours = homes.measure("subject", size, within=home, table=table)
        order = ours["order"]
        taken.append((ours, homes.measure("bare", size, within=home, order=order)))
    return taken


def _row(
    what: str, full: list[tuple[Result, Result]], idle: list[tuple[Result, Result]]
) -> Row:
    ours_s, bare_s = (_middle(full, side) for side in (0, 1))
    fixed_s = _middle(idle, 0) - _middle(idle, 1)
    return Row(
        f"{what}, against bare",
        f"{(ours_s - fixed_s) / bare_s:.2f}x",
        "<= 1.30x",
        f"{ours_s:.2f} s with {fixed_s:.2f} s of fixed overhead, bare {bare_s:.2f} s",
    )


def _middle(taken: list[tuple[Result, Result]], side: int) -> float:
    return float(median(pair[side]["seconds"] for pair in taken))
