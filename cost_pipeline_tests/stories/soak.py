"""`make soak`: kills, faults, clock jumps and readers, many times over.

    python -m cost_pipeline_tests.stories.soak [TRIALS]

Every trial is a home that something happens to, and that must end with the digests of
an undisturbed one. Chance is seeded by the trial's number, so a failure can be repeated
by its number. How a home is run and read is `soak_homes.py`.
"""

import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from cost_pipeline_tests.providers.flaky_cloud import Weather, serve
from cost_pipeline_tests.stories.soak_homes import (
    START,
    Home,
    reading,
    seconds_of,
    small_account,
)

HOMES_AT_ONCE = 2
KILLS_IN_A_ROW = 4
SPOILED_SHARE = 0.15
GAPS = (timedelta(hours=1), timedelta(days=3), timedelta(days=100))
# Of twenty trials: how many are of which kind.
KINDS = (("kill", 10), ("fault", 4), ("clock", 4), ("reader", 2))


@dataclass
class Outcome:
    """What came of some trials of one kind."""

    kind: str
    number: int
    trials: int = 1
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Truth:
    """The undisturbed home, its digests, and those of homes that were always up."""

    home: Home
    run_s: float
    digests: dict[str, str]
    always_up: dict[timedelta, dict[str, str]]


def main(arguments: list[str]) -> int:
    trials = int(arguments[0]) if arguments else 20
    started = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(small_account, Weather()) as url,
    ):
        truth = find_truth(Path(folder), url)
        say(f"undisturbed run: {truth.run_s:.1f} s; {trials} trials begin")
        outcomes: list[Outcome] = []
        with ThreadPoolExecutor(HOMES_AT_ONCE) as pool:
            for outcome in pool.map(lambda t: attempt(t, truth), planned(trials)):
                outcomes.append(outcome)
                tell(outcome)
    failed = sum(outcome.trials for outcome in outcomes if outcome.problems)
    say(f"{(time.monotonic() - started) / 60:.1f} minutes")
    say(f"{trials - failed} passed, {failed} failed")
    return 1 if failed else 0


def planned(trials: int) -> Iterator[Outcome]:
    """The trials in an order that mixes the kinds; kills come in rows."""
    cycle = [kind for kind, share in KINDS for _ in range(share)]
    wanted = [cycle[(7 * number) % len(cycle)] for number in range(trials)]
    kills = wanted.count("kill")
    others = [kind for kind in wanted if kind != "kill"]
    rows = [min(KILLS_IN_A_ROW, kills - n) for n in range(0, kills, KILLS_IN_A_ROW)]
    number = 0
    while rows or others:
        if rows:
            yield Outcome("kill", number, rows.pop())
            number += 1
        for kind in [others.pop() for _ in range(min(4, len(others)))]:
            yield Outcome(kind, number)
            number += 1


def find_truth(folder: Path, url: str) -> Truth:
    """Run once undisturbed, and then on through each gap as one who never slept."""
    home = Home(folder / "truth", url)
    home.run(START)
    home.throw_warehouse_away()
    run_s = seconds_of(home, START)
    always_up = {}
    for gap in GAPS:
        awake = home.copy(folder / "awake", url)
        for part in (1, 2, 3):
            seconds_of(awake, START + gap * part / 3)
        always_up[gap] = awake.lasting_digests()
        shutil.rmtree(awake.folder)
    return Truth(home, run_s, home.digests(), always_up)


def attempt(plan: Outcome, truth: Truth) -> Outcome:
    """Run the trials of a plan in a folder of their own."""
    chance = random.Random(plan.number)
    weather = Weather(chance=chance)
    folder = truth.home.folder.parent / f"{plan.kind}-{plan.number}"
    try:
        with serve(small_account, weather) as url:
            plan.problems += TRIALS[plan.kind](plan, truth, folder, url, weather)
    except Exception as error:
        plan.problems.append(f"{type(error).__name__}: {error}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return plan


def kill_row(
    plan: Outcome, truth: Truth, folder: Path, url: str, weather: Weather
) -> list[str]:
    """Kill runs at random instants, one after another, and let the last one live."""
    home = truth.home.copy(folder, url)
    home.throw_warehouse_away()
    with reading(home) as reader:
        for _ in range(plan.trials):
            process = home.start(START)
            process.join(weather.chance.uniform(0, truth.run_s))
            process.kill()
            process.join()
        code = home.run(START)
    return [*reader.errors, *ended(home, code, truth.digests)]


def fault_trial(
    plan: Outcome, truth: Truth, folder: Path, url: str, weather: Weather
) -> list[str]:
    """Start from nothing at a provider that spoils answers, then let it be well."""
    home = Home(folder, url)
    weather.share = SPOILED_SHARE
    with reading(home) as reader:
        home.run(START)
        weather.share = 0.0
        code = home.run(START)
    return [*reader.errors, *ended(home, code, truth.digests)]


def clock_trial(
    plan: Outcome, truth: Truth, folder: Path, url: str, weather: Weather
) -> list[str]:
    """Sleep through a gap, or wake once in it, and end as one who never slept."""
    gap = weather.chance.choice(GAPS)
    home = truth.home.copy(folder, url)
    if weather.chance.random() < 0.3:
        home.run(START + gap * weather.chance.random())
    code = home.run(START + gap)
    problems = ended(home, code, truth.always_up[gap], Home.lasting_digests)
    return [f"{gap}: {text}" for text in problems]


def reader_trial(
    plan: Outcome, truth: Truth, folder: Path, url: str, weather: Weather
) -> list[str]:
    """Read all the time while a day passes and the file is replaced."""
    home = truth.home.copy(folder, url)
    with reading(home) as reader:
        code = home.run(START + timedelta(days=weather.chance.randint(1, 20)))
    blind = [] if reader.reads else ["nobody could read anything"]
    failed = [] if code == 0 else [f"the run ended with {code}: {home.last_words()}"]
    return [*reader.errors, *blind, *failed]


def ended(
    home: Home,
    code: int | None,
    expected: dict[str, str],
    digests_of: Callable[[Home], dict[str, str]] = Home.digests,
) -> list[str]:
    """What is wrong with the end of a home, compared with an undisturbed one."""
    if code != 0:
        return [f"the last run ended with {code}: {home.last_words()}"]
    found = digests_of(home)
    names = sorted(expected.keys() | found.keys())
    differ = [name for name in names if found.get(name) != expected.get(name)]
    return [f"other digests: {', '.join(differ)}"] if differ else []


Trial = Callable[[Outcome, Truth, Path, str, Weather], list[str]]
TRIALS: dict[str, Trial] = {
    "kill": kill_row,
    "fault": fault_trial,
    "clock": clock_trial,
    "reader": reader_trial,
}


def tell(outcome: Outcome) -> None:
    """One line for each failure; a dot would not say which one it was."""
    for problem in outcome.problems:
        say(f"{outcome.kind} {outcome.number} ({outcome.trials}): {problem}")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
