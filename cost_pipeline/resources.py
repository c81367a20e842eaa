"""What a run may reach for: clock, landing, warehouse, provider, sources, gateways.

A resource opens and closes things. What is read or written through it belongs to
`load/`, `books/` or `publish/`, whose functions take a plain connection and need no
Dagster. Settings are read when a run starts, so a daemon that lives for months follows
its environment.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import httpx
from pydantic import PrivateAttr

from cost_pipeline.books.due import days_to_meter, messages_to_deliver
from cost_pipeline.contracts.landed import QUARANTINE
from cost_pipeline.fetch.accepted_invoices import due_keys, unaccepted_keys
from cost_pipeline.fetch.platform_tables import has_changed
from cost_pipeline.gateways.base import MessageGateway
from cost_pipeline.gateways.demo import DryRunGateway
from cost_pipeline.gateways.email import EmailGateway, WrongMailSettings
from cost_pipeline.models.calendar import make_calendar
from cost_pipeline.providers.base import Provider
from cost_pipeline.providers.digitalocean import DigitalOcean
from cost_pipeline.providers.ecb import fetch_history
from cost_pipeline.providers.pacing import Limits
from cost_pipeline.settings import Settings, WrongSetting
from cost_pipeline.sources.base import Sources
from cost_pipeline.sources.files import DEMO, FileSources
from cost_pipeline.sources.postgres import PostgresSources
from cost_pipeline.storage.connection import LazyConnection, RunClock
from cost_pipeline.storage.landing import Landing
from cost_pipeline.storage.ledger import prepare_ledger, restore

NOW_TAG = "cost_pipeline/now"
WAIT_FOR_WAREHOUSE_S = 120.0
ACTIVITIES = "activities"


def wall_clock() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@lru_cache(maxsize=16)
def wall_clock_of(run_id: str) -> datetime:
    """Read once for all resources of a run.

    Read by each for itself, what is landed a second later than the warehouse's clock
    would be in the future, and the run that landed it would not see it.
    """
    del run_id
    return wall_clock()


def run_clock(
    settings: Settings, tagged_now: str | None = None, run_id: str | None = None
) -> RunClock:
    """Fix the run's `now`: its tag, else the setting, else the wall clock, once."""
    now = datetime.fromisoformat(tagged_now) if tagged_now else settings.now
    return RunClock(
        now or (wall_clock_of(run_id) if run_id else wall_clock()),
        settings.issue_from,
        settings.report_currency,
    )


@dg.resource(description="The run's one `now`; nothing else reads a clock.")
def clock_resource(context: dg.InitResourceContext) -> RunClock:
    tags = context.run.tags if context.run else {}
    return run_clock(Settings.load(), tags.get(NOW_TAG), context.run_id)


@dg.resource(description="Immutable files: what came from outside.")
def landing_resource(_: dg.InitResourceContext) -> Landing:
    return Landing(Settings.load().landing_path)


class Warehouse(dg.ConfigurableResource[Any]):
    """One DuckDB file, one writer at a time, one connection per run.

    DuckDB locks the file for the process that writes it. Jobs therefore run their
    steps in one process, and the `warehouse` pool keeps two runs from overlapping.
    """

    _lazy: LazyConnection = PrivateAttr()
    _segments: Path = PrivateAttr()
    _is_prepared: bool = PrivateAttr(default=False)

    @contextmanager
    def yield_for_execution(
        self, context: dg.InitResourceContext
    ) -> Iterator["Warehouse"]:
        settings = Settings.load()
        tags = context.run.tags if context.run else {}
        clock = run_clock(settings, tags.get(NOW_TAG), context.run_id)
        # Opened by the first step that asks for it, so that fetching holds no lock;
        # waits with jitter while another process holds the file, then names its PID.
        with warehouse_of(settings, clock) as lazy:
            self._lazy = lazy
            self._segments = settings.segments_path
            self._is_prepared = False
            yield self

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The run's connection, in UTC, open from its first use to the run's end."""
        connection = self._lazy.get()
        if not self._is_prepared:
            prepare(connection, self._segments)
            self._is_prepared = True
        return connection

    @property
    def segments(self) -> Path:
        """Where each ledger write leaves its backup."""
        return self._segments


def warehouse_of(settings: Settings, clock: RunClock) -> LazyConnection:
    """The warehouse that the settings name, not opened yet."""
    return LazyConnection(
        settings.warehouse_path,
        settings.ledger_path,
        clock,
        deadline_s=WAIT_FOR_WAREHOUSE_S,
        memory_limit=settings.memory_limit,
    )


def prepare(connection: duckdb.DuckDBPyConnection, segments: Path) -> None:
    """Make what every step relies on: calendar, quarantine, the ledger's tables."""
    make_calendar(connection)
    connection.execute(QUARANTINE.ddl())
    prepare_ledger(connection, segments)
    # A ledger that went missing must not pass for one that never wrote
    # anything: all of it would be issued and sent once more.
    restore(connection, segments)


@contextmanager
def opened_warehouse(
    settings: Settings, clock: RunClock
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse for as long as a block lasts, outside any run."""
    with warehouse_of(settings, clock) as lazy:
        connection = lazy.get()
        prepare(connection, settings.segments_path)
        yield connection


def provider_of(settings: Settings, now: datetime) -> Provider:
    """The provider that the settings name; the demo account answers as of `now`."""
    if settings.provider_name == "demo":
        return DigitalOcean(
            token="demo-token-that-is-no-secret",  # noqa: S106
            base_url=settings.digitalocean_api_url,
            transport=demo_transport_at(now),
            account="demo",
            # The embedded account has no rate limit, and nobody waits for a demo.
            limits=Limits(requests_per_minute=1_000_000),
        )
    if settings.digitalocean_token is None:
        raise WrongSetting("DIGITALOCEAN_TOKEN: is not set, and the provider needs it")
    return DigitalOcean(
        token=settings.digitalocean_token.get_secret_value(),
        base_url=settings.digitalocean_api_url,
        account=settings.account,
    )


def demo_transport_at(now: datetime) -> httpx.BaseTransport:
    """The embedded account as it was at an instant."""
    from cost_pipeline.providers.demo import demo_transport

    return demo_transport(now)


def sources_of(settings: Settings) -> Sources:
    """The platform's tables: the demo's, a directory, or Postgres."""
    if settings.sources is None:
        return FileSources(DEMO)
    place = settings.sources.get_secret_value()
    if place.startswith(("postgresql://", "postgres://")):
        return PostgresSources(place)
    if not Path(place).is_dir():
        raise WrongSetting(
            "COST_PIPELINE_SOURCES: is neither a directory that exists nor a "
            "postgresql:// address"
        )
    return FileSources(Path(place))


@dg.resource(description="The cloud that is asked what exists and what it costs.")
def provider_resource(context: dg.InitResourceContext) -> Iterator[Provider]:
    settings = Settings.load()
    tags = context.run.tags if context.run else {}
    provider = provider_of(
        settings, run_clock(settings, tags.get(NOW_TAG), context.run_id).now
    )
    try:
        yield provider
    finally:
        provider.close()


@dg.resource(description="The platform's own tables: files or Postgres, read only.")
def sources_resource(_: dg.InitResourceContext) -> Sources:
    return sources_of(Settings.load())


def messages_of(settings: Settings) -> MessageGateway:
    """The mail server that the settings name, else one that only shows."""
    if settings.smtp_url is None:
        return DryRunGateway()
    try:
        return EmailGateway.from_url(
            settings.smtp_url.get_secret_value(),
            sender=settings.mail_from,
            operator=settings.operator_email,
        )
    except WrongMailSettings as error:
        raise WrongSetting(str(error)) from None


def refuse_wrong_settings(settings: Settings) -> None:
    """Say before a run what would stop it in its middle; nobody is asked anything."""
    provider_of(settings, wall_clock()).close()
    sources_of(settings)
    messages_of(settings)


@dg.resource(description="Where messages go: a mail server, or a dry run.")
def messages_resource(_: dg.InitResourceContext) -> MessageGateway:
    return messages_of(Settings.load())


@dg.resource(description="The central bank's rates, as bytes when asked for.")
def rates_resource(context: dg.InitResourceContext) -> Callable[[], bytes]:
    settings = Settings.load()
    tags = context.run.tags if context.run else {}
    now = run_clock(settings, tags.get(NOW_TAG), context.run_id).now
    is_demo = settings.provider_name == "demo"
    transport = demo_transport_at(now) if is_demo else None
    return partial(fetch_history, settings.ecb_url, transport)


@dataclass(frozen=True)
class HomeBacklog:
    """What is missing or has changed, read from the files of a home."""

    settings: Settings
    clock: RunClock
    account: str
    sources: Callable[[], Sources]

    @property
    def landing(self) -> Landing:
        return Landing(self.settings.landing_path)

    def invoices(self) -> list[str]:
        published = self.settings.published_path
        return due_keys(self.landing, self.account, published, self.clock.now)

    def unaccepted_invoices(self) -> list[str]:
        published = self.settings.published_path
        return unaccepted_keys(self.landing, self.account, published, self.clock.now)

    def days(self) -> tuple[date, date] | None:
        lazy = LazyConnection(
            self.settings.warehouse_path,
            self.settings.ledger_path,
            self.clock,
            deadline_s=0,
        )
        return days_to_meter(lazy, self.settings.published_path)

    def has_new_activities(self) -> bool:
        return has_changed(self.sources(), self.landing, ACTIVITIES, self.clock.now)

    def messages(self) -> int:
        is_dry_run = self.settings.smtp_url is None
        segments = self.settings.segments_path
        return messages_to_deliver(segments, self.clock, is_dry_run=is_dry_run)


@dg.resource(description="What is missing or has changed, for schedules to ask.")
def due_resource(_: dg.InitResourceContext) -> HomeBacklog:
    settings = Settings.load()
    return backlog_of(settings, run_clock(settings))


def backlog_of(settings: Settings, clock: RunClock) -> HomeBacklog:
    """The questions of what is missing, as of a clock."""
    is_demo = settings.provider_name == "demo"
    account = f"do:{'demo' if is_demo else settings.account}"
    return HomeBacklog(settings, clock, account, partial(sources_of, settings))


RESOURCES: dict[str, Any] = {
    "due": due_resource,
    "rates": rates_resource,
    "messages": messages_resource,
    "clock": clock_resource,
    "landing": landing_resource,
    "warehouse": Warehouse(),
    "provider": provider_resource,
    "sources": sources_resource,
}
