"""The rows of the benchmark, one function each; the order is that of the table."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import median

from cost_pipeline_tests.benchmarks.bills import bills
from cost_pipeline_tests.benchmarks.homes import Homes, Result
from cost_pipeline_tests.benchmarks.landed import write_files
from cost_pipeline_tests.benchmarks.logs import logs
from cost_pipeline_tests.benchmarks.report import Row
from cost_pipeline_tests.benchmarks.scans import scans
from cost_pipeline_tests.benchmarks.sizes import SIZES, Size
from cost_pipeline_tests.benchmarks.syncs import syncs
from cost_pipeline_tests.benchmarks.world import settings_in
from cost_pipeline_tests.providers.flaky_cloud import Weather, serve

MEMORY_LIMIT = "256MB"
LIMITED = {"COST_PIPELINE_MEMORY_LIMIT": MEMORY_LIMIT}
# Above this a year of days would be a world of its own; the ratio does not need it.
LARGEST_HISTORY = "M"
SUBJECTS = (
    ("activity fold", "fold", "core.subscription_charges", ">= 10x"),
    ("credits", "credits", "marts.credit_balances", ">= 15x"),
)


def measure_all(homes: Homes, size: Size, smaller: Size) -> Iterator[Row]:
    """Every row, cheapest worlds last; yielded as they are found."""
    chains, bares, limited = rivals(homes, size)
    chain_s, bare_s = middle(chains), middle(bares)
    steps = chains[0]["steps"]
    yield Row(
        "whole chain, against bare",
        f"{chain_s / bare_s:.2f}x",
        "<= 1.20x",
        f"{chain_s:.2f} s against {bare_s:.2f} s, {steps} tables",
    )
    slowest = ", ".join(f"{name} {taken:.2f} s" for name, taken in bares[-1]["slowest"])
    yield Row("slowest tables of the bare build", "see right", how=slowest)
    yield from memory(chains, limited)
    tiny_s, fixed_rows = fixed(homes)
    yield from fixed_rows
    yield growth(homes, size, smaller, chain_s, tiny_s)
    for part in PARTS.values():
        yield from part(homes, size)


def middle(results: list[Result], key: str = "seconds") -> float:
    return float(median(result[key] for result in results))


def rivals(homes: Homes, size: Size) -> tuple[list[Result], list[Result], list[Result]]:
    """The chain, the bare build and the chain with little memory, in turns."""
    chains: list[Result] = []
    bares: list[Result] = []
    limited: list[Result] = []
    for _ in range(homes.rounds):
        chains.append(homes.measure("chain", size))
        bares.append(homes.measure("bare", size, order=chains[0]["order"]))
        limited.append(homes.measure("chain", size, environment=LIMITED))
    return chains, bares, limited


def memory(chains: list[Result], limited: list[Result]) -> Iterator[Row]:
    peak, free_peak = middle(limited, "peak_mib"), middle(chains, "peak_mib")
    yield Row(
        f"peak memory with memory_limit {MEMORY_LIMIT}",
        f"{peak:.0f} MiB",
        "<= 600 MiB",
        f"{free_peak:.0f} MiB without a limit; Python and Dagster included",
    )
    slower = middle(limited) / middle(chains) - 1
    yield Row(
        "slower with memory_limit",
        f"{slower:+.0%}",
        "<= 15 %",
        f"{middle(limited):.2f} s against {middle(chains):.2f} s",
    )


def fixed(homes: Homes) -> tuple[float, list[Row]]:
    """Where there are hardly any rows, all that is left is fixed; also its seconds."""
    tiny = SIZES["tiny"]
    chains, bares, _ = rivals(homes, tiny)
    each_ms = (middle(chains) - middle(bares)) * 1000 / chains[0]["steps"]
    home = homes.copy(tiny, "ruled")
    homes.measure("chain", tiny, within=home)
    ruled = [homes.measure("rules", tiny, within=home) for _ in range(homes.rounds)]
    rule_ms = middle(ruled) * 1000 / ruled[0]["rules"]
    how = f"{middle(chains):.2f} s against {middle(bares):.2f} s at size tiny"
    count = f"{ruled[0]['rules']} rules"
    return middle(chains), [
        Row("fixed overhead of an asset", f"{each_ms:.0f} ms", "<= 60 ms", how),
        Row("fixed cost of a check rule", f"{rule_ms:.1f} ms", "<= 5 ms", count),
    ]


def growth(
    homes: Homes, size: Size, smaller: Size, chain_s: float, tiny_s: float
) -> Row:
    """Ten times the rows; the smallest chain was measured already."""
    small_s = tiny_s
    if smaller.name != "tiny":
        again = [homes.measure("chain", smaller) for _ in range(homes.rounds)]
        small_s = middle(again)
    return Row(
        f"{smaller.name} to {size.name}, the chain",
        f"{chain_s / small_s:.1f}x",
        "<= 8x",
        f"{small_s:.2f} s to {chain_s:.2f} s, ten times the rows",
    )


def loops(homes: Homes, size: Size) -> Iterator[Row]:
    """Our whole run of a subject against its bare loop."""
    for words, name, table, target in SUBJECTS:
        ours, loop = [], []
        for _ in range(homes.rounds):
            ours.append(homes.measure("subject", size, table=table))
            loop.append(homes.measure("loop", size, name=name))
        yield against(words, ours, loop, target)
    metered, looped = [], []
    home = homes.copy(size, "metered")
    for _ in range(homes.rounds):
        metered.append(homes.measure("metering", size, within=home))
        looped.append(homes.measure("loop", size, within=home, name="metering"))
    yield against("metering", metered, looped, ">= 4x")


def against(words: str, ours: list[Result], loop: list[Result], target: str) -> Row:
    return Row(
        f"{words}, against a loop in Python",
        f"{middle(loop) / middle(ours):.1f}x",
        target,
        f"loop {middle(loop):.2f} s, our run {middle(ours):.2f} s",
    )


def history(homes: Homes, size: Size) -> Iterator[Row]:
    """A year and a month of the same platform."""
    size = SIZES[LARGEST_HISTORY] if size.name == "L" else size
    years, months = [], []
    for _ in range(homes.rounds):
        years.append(homes.measure("history", size.over(365)))
        months.append(homes.measure("history", size))
    for words, key, target in (
        ("metering day N+1, a year against a month", "next_day", "<= 1.1x"),
        ("books of day N+1, a year against a month", "next_day_books", "reported"),
    ):
        year_s, month_s = middle(years, key), middle(months, key)
        how = f"{year_s:.2f} s against {month_s:.2f} s at size {size.name}"
        yield Row(words, f"{year_s / month_s:.2f}x", target, how)
    all_s, one_s = middle(years, "all_days"), middle(years, "one_day")
    yield Row(
        "365 days metered in one run, against one day",
        f"{all_s / one_s:.1f}x",
        "<= 80x",
        f"{all_s:.2f} s against {one_s:.2f} s at size {size.name}",
    )


def publishing(homes: Homes, size: Size) -> Iterator[Row]:
    home = homes.copy(size, "published")
    homes.measure("chain", size, within=home)
    done = homes.measure("published", size, within=home)
    how = f"{done['size_mb']} MB, and Parquet beside it"
    yield Row("publish", f"{done['seconds']:.2f} s", how=how)


def cold(homes: Homes, size: Size) -> Iterator[Row]:
    """Processes as a person starts them, at S whatever the size."""
    size = SIZES["S"]
    home = homes.folder / "cold"
    home.mkdir()
    account = write_files(
        homes.prepare(size) / "data" / "warehouse.duckdb", home / "tables"
    )
    with serve(account.handle, Weather()) as url:
        environment = settings_in(
            home,
            size,
            COST_PIPELINE_SOURCES=str(home / "tables"),
            DIGITALOCEAN_API_URL=url,
            ECB_URL=url,
        )
        run = ("-m", "cost_pipeline", "run")
        first_s = homes.wall_s(home, environment, *run)
        again_s = median(homes.wall_s(home, environment, *run) for _ in range(3))
    yield Row(
        "`cost-pipeline run` at S, cold process, wall",
        f"{first_s:.1f} s",
        "<= 3.0 s",
        f"first run, everything fetched and built; {again_s:.1f} s when run again",
    )
    code = ("-c", "import cost_pipeline.definitions as d; d.defs.get_repository_def()")
    import_s = median(homes.wall_s(home, {}, *code) for _ in range(3))
    yield Row("import of the code location", f"{import_s:.1f} s", how="cold process")
    yield Row("`cost-pipeline demo`", f"{demo_s(homes):.1f} s", how="cold process")


def demo_s(homes: Homes) -> float:
    home: Path = homes.folder / "demo"
    home.mkdir()
    places = {
        "COST_PIPELINE_HOME": str(home / "data"),
        "DAGSTER_HOME": str(home / "dagster"),
        "COLUMNS": "200",
    }
    return homes.wall_s(home, places, "-m", "cost_pipeline", "demo")


# What stands alone, in the order of the table.
PARTS: Mapping[str, Callable[[Homes, Size], Iterator[Row]]] = {
    "loops": loops,
    "scans": scans,
    "logs": logs,
    "syncs": syncs,
    "bills": bills,
    "history": history,
    "publishing": publishing,
    "cold": cold,
}
