"""Homes for the soak: how one is made, copied, run, killed, read and compared.

A run is a process of its own that can be killed like any other. It is forked from one
that has imported the pipeline, because two hundred cold starts would be half of what
the soak takes. Which faults a home goes through is `soak.py`.
"""

import io
import json
import multiprocessing
import os
import shutil
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from multiprocessing.process import BaseProcess
from pathlib import Path

import duckdb
import httpx

from cost_pipeline.models.digest import digest, digests
from cost_pipeline.models.library import all_audits, all_models
from cost_pipeline.providers.demo import DEMO_NOW, rates
from cost_pipeline.providers.demo.account import DemoAccount

FIRST_PERIOD = "2026-03"
LONGEST_RUN_S = 300
# Days that nobody saw, and when a dry run showed a letter: both must differ.
FINDINGS_OF_A_GAP = ("days_not_observed", "message_only_shown")
PAUSE_OF_A_READER_S = 0.05
PRELOADED = [
    "cost_pipeline.definitions",
    "cost_pipeline.automation.launch",
    "cost_pipeline.commands.run",
    "cost_pipeline_tests.stories.soak_homes",
]
forked = multiprocessing.get_context("forkserver")
forked.set_forkserver_preload(PRELOADED)


def small_account(request: httpx.Request) -> httpx.Response:
    """The demo account as it was at one instant, with the bills of a few months only.

    A client may ask so often a minute; all bills of the account would be a minute's
    wait in every trial.
    """
    if request.url.path == rates.PATH:
        return httpx.Response(200, content=all_rates())
    reply = DemoAccount(DEMO_NOW).handle(request)
    name = request.url.path.rsplit("/", 1)[-1]
    if name == "billing_history" or name == "invoices":
        body = json.loads(reply.content)
        items = [item for item in body[name] if _month(item) >= FIRST_PERIOD]
        page = {name: items, "links": {}, "meta": {"total": len(items)}}
        return httpx.Response(200, json={**body, **page}, headers=_ids(reply))
    return reply


@cache
def all_rates() -> bytes:
    """The bank's file as it will be in half a year, the last rates held on.

    The pipeline refuses to go on with old rates, and must not look ahead in the file.
    """
    with zipfile.ZipFile(io.BytesIO(rates.zip_file(DEMO_NOW))) as archive:
        text = archive.read(archive.namelist()[0]).decode()
    header, newest, *older = text.splitlines()
    day, _, values = newest.partition(",")
    last = date.fromisoformat(day)
    later = [f"{last + timedelta(days=n)},{values}" for n in range(180, 0, -1)]
    return "\n".join([header, *later, newest, *older, ""]).encode()


def _month(item: dict[str, str]) -> str:
    """The month an invoice is for, or an entry of the history is about."""
    if "invoice_period" in item:
        return item["invoice_period"]
    # A month is billed on the first of the next, and paid soon after.
    first = date.fromisoformat(item["date"][:10]).replace(day=1)
    return f"{first - timedelta(days=1):%Y-%m}"


def _ids(reply: httpx.Response) -> dict[str, str]:
    return {"x-request-id": reply.headers["x-request-id"]}


@dataclass(frozen=True)
class Home:
    """A folder with landing, ledger, warehouse and what was published from it."""

    folder: Path
    url: str

    def copy(self, folder: Path, url: str) -> "Home":
        shutil.copytree(self.folder, folder)
        return replace(self, folder=folder, url=url)

    def throw_warehouse_away(self) -> None:
        """What can be derived goes, so that a run has everything to do."""
        (self.folder / "data" / "warehouse.duckdb").unlink(missing_ok=True)
        (self.folder / "data" / "warehouse.duckdb.wal").unlink(missing_ok=True)
        shutil.rmtree(self.folder / "data" / "published", ignore_errors=True)

    @property
    def published(self) -> Path:
        return self.folder / "data" / "published" / "cost.duckdb"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def start(self, now: datetime) -> BaseProcess:
        """Start `cost-pipeline run --as-of now`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        arguments = (self.folder, self.environment, now.isoformat())
        process = forked.Process(target=_run_in_child, args=arguments)
        process.start()
        return process

    def run(self, now: datetime) -> int | None:
        """Run to the end; returns the exit code."""
        process = self.start(now)
        process.join(LONGEST_RUN_S)
        if process.exitcode is None:
            process.kill()
            process.join()
        return process.exitcode

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "COST_PIPELINE_HOME": str(self.folder / "data"),
            "DAGSTER_HOME": str(self.folder / "dagster"),
            "COST_PIPELINE_PROVIDER": "digitalocean",
            "COST_PIPELINE_ISSUE_FROM": "2026-02-01",
            "DIGITALOCEAN_TOKEN": "test-token-of-nobody",
            "DIGITALOCEAN_API_URL": self.url,
            "ECB_URL": self.url,
            "COLUMNS": "200",
        }

    def digests(self) -> dict[str, str]:
        """One hash for each published table, as `cost-pipeline digest` tells them."""
        with duckdb.connect(str(self.published), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            return digests(connection)

    def lasting_digests(self) -> dict[str, str]:
        """Those that a gap leaves alone: no finding that says when runs happened."""
        names = ", ".join(f"'{name}'" for name in FINDINGS_OF_A_GAP)
        lasting = f"from marts.data_quality where finding not in ({names})"
        with duckdb.connect(str(self.published), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute(f"create temp table lasting as {lasting}")
            columns = list(all_models()["marts.data_quality"].columns)
            kept = digest(connection, "temp.lasting", columns)
            return {**digests(connection), "marts.data_quality": kept}

    def last_words(self) -> str:
        """The end of what the last run said."""
        return self.log.read_text()[-400:] if self.log.exists() else ""


def _run_in_child(folder: Path, environment: dict[str, str], now: str) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    with (folder / "log").open("w") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    sys.argv = ["cost-pipeline", "run", "--as-of", now]
    from cost_pipeline.cli import main

    main()


@dataclass
class Reader:
    """An analyst who asks all the time, and remembers what went wrong."""

    path: Path
    reads: int = 0
    errors: list[str] = field(default_factory=list)

    def read(self) -> None:
        """Open the published file and hold each invoice to its lines."""
        if not self.path.exists():
            return
        audit = {audit.name: audit for audit in all_audits()}[
            "published_invoices_equal_their_lines"
        ]
        try:
            with duckdb.connect(str(self.path), read_only=True) as connection:
                broken = connection.execute(audit.query).fetchall()
        except duckdb.Error as error:
            self.errors.append(str(error).splitlines()[0])
            return
        self.reads += 1
        self.errors += [f"an invoice and its lines differ: {row}" for row in broken]


@contextmanager
def reading(home: Home) -> Iterator[Reader]:
    """Read a home's published file over and over for as long as a block lasts."""
    reader = Reader(home.published)
    is_over = threading.Event()

    def loop() -> None:
        while not is_over.wait(PAUSE_OF_A_READER_S):
            reader.read()

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield reader
    finally:
        is_over.set()
        thread.join()
        reader.read()


def seconds_of(home: Home, now: datetime) -> float:
    """How long a run takes here and now, so that kills fall within it."""
    started = time.monotonic()
    code = home.run(now)
    if code != 0:
        raise RuntimeError(f"an undisturbed run failed: {home.last_words()}")
    return time.monotonic() - started


START = datetime(DEMO_NOW.year, DEMO_NOW.month, DEMO_NOW.day, tzinfo=UTC)
