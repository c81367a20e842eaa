"""Rows of the table of results, the machine's facts, and the file they are kept in."""

import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from cost_pipeline_tests.benchmarks.sizes import Size

HEAD = """# Results of the benchmark

Written by `make bench SIZE=`; each size has one section, the newest run of it. Ratios
are of rivals that took turns in one call; figures are medians. "Bare" is the same SQL
in the same order on one plain connection. Targets are those of size L.
"""


@dataclass(frozen=True)
class Row:
    """One line: what was measured, what came out, what is wanted."""

    what: str
    result: str
    target: str = "reported"
    how: str = ""


def as_table(rows: Sequence[Row]) -> str:
    lines = ["| what | result | target at L | measured |", "|---|---|---|---|"]
    lines += [f"| {r.what} | {r.result} | {r.target} | {r.how} |" for r in rows]
    return "\n".join(lines)


def machine() -> str:
    """What the figures depend on; how busy the machine was is one of them."""
    info = Path("/proc/meminfo")
    found = re.search(r"MemTotal: +(\d+)", info.read_text()) if info.exists() else None
    memory = f"{int(found[1]) // 1_048_576} GiB" if found else "unknown memory"
    model = re.search(r"model name\s*: (.+)", _read("/proc/cpuinfo"))
    cpu = model[1].strip() if model else platform.machine()
    packages = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "dagster"))
    return (
        f"{os.cpu_count()} cores ({cpu}), {memory}, {platform.system()}, "
        f"Python {platform.python_version()}, {packages}; "
        f"load of the last minute when done: {os.getloadavg()[0]:.1f}."
    )


def _read(path: str) -> str:
    return Path(path).read_text() if Path(path).exists() else ""


def keep(path: Path, size: Size, day: str, facts: str, rows: Sequence[Row]) -> None:
    """Write the section of a size anew and leave the others."""
    text = path.read_text() if path.exists() else HEAD
    sections = dict(re.findall(r"(?ms)^## Size (\w+)\n(.*?)(?=^## |\Z)", text))
    counts = (
        f"{size.resources:,} resources, {size.tenants:,} tenants, {size.days} days, "
        f"{size.cost_lines:,} cost lines, {size.activities:,} activities, "
        f"{size.credit_events:,} credit events"
    )
    sections[size.name] = f"\n{day}. {counts}.\n{facts}\n\n{as_table(rows)}\n"
    order = [name for name in ("tiny", "S", "M", "L") if name in sections]
    body = "\n".join(f"## Size {name}\n{sections[name].rstrip()}\n" for name in order)
    path.write_text(f"{HEAD}\n{body}")
