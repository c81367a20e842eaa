"""What is due is computed from data: landing, segments and the published file."""

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from cost_pipeline.domain.json_types import Json
from cost_pipeline.domain.listing import Document, Listing
from cost_pipeline.fetch.platform_tables import land_tables
from cost_pipeline.resources import HomeBacklog
from cost_pipeline.settings import Settings
from cost_pipeline.sources.base import TableBytes
from cost_pipeline.storage.connection import RunClock

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
ACCOUNT = "do:demo"


class GivenSources:
    """The platform's activity log as stated."""

    def __init__(self, activities: bytes | None) -> None:
        self.activities = activities

    def fetch(self, tables: Sequence[str]) -> dict[str, TableBytes]:
        if self.activities is None or "activities" not in tables:
            return {}
        return {"activities": TableBytes("csv", body=self.activities)}


def due_at(
    home: Path,
    now: datetime = NOW,
    sources: GivenSources | None = None,
    issue_from: date | None = date(2026, 1, 1),
) -> HomeBacklog:
    settings = Settings(_env_file=None, COST_PIPELINE_HOME=home)
    given = sources or GivenSources(None)
    return HomeBacklog(settings, RunClock(now, issue_from), ACCOUNT, lambda: given)


def list_invoices(due: HomeBacklog, *uuids: str, at: datetime = NOW) -> None:
    documents = tuple(
        Document(uuid, {"invoice_period": "2026-04", "is_preview": "preview" in uuid})
        for uuid in uuids
    )
    listing = Listing("invoices", documents, is_complete=True)
    due.landing.keep_listing(ACCOUNT, listing, now=at)


def publish(due: HomeBacklog, *statements: str) -> None:
    path = due.settings.published_path
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema if not exists marts")
        for statement in statements:
            connection.execute(statement)


def segment(due: HomeBacklog, table: str, batch: int, query: str) -> None:
    folder = due.settings.segments_path / table
    folder.mkdir(parents=True, exist_ok=True)
    found = duckdb.sql(query)
    assert found is not None
    found.write_parquet(str(folder / f"{batch:08d}.parquet"))


def test_nothing_is_due_before_anything_was_landed(tmp_path: Path) -> None:
    due = due_at(tmp_path)
    assert due.invoices() == []
    assert due.days() is None
    assert due.messages() == 0
    assert not due.has_new_activities()


def test_an_invoice_is_due_until_its_file_is_here(tmp_path: Path) -> None:
    due = due_at(tmp_path)
    list_invoices(due, "aaaaaaaa-1", "bbbbbbbb-2", "preview-3")
    assert due.invoices() == ["2026-04_aaaaaaaa", "2026-04_bbbbbbbb"]
    due.landing.keep_file(ACCOUNT, "invoice_csv", "aaaaaaaa-1", b"csv", now=NOW)
    assert due.invoices() == ["2026-04_bbbbbbbb"]


def test_an_invoice_that_only_the_history_names_is_due(tmp_path: Path) -> None:
    due = due_at(tmp_path)
    list_invoices(due, "aaaaaaaa-1")
    bodies: list[dict[str, Json]] = [
        {
            "type": "Invoice",
            "invoice_uuid": "aaaaaaaa-1",
            "date": "2026-04-20T00:00:00Z",
        },
        {"type": "Invoice", "invoice_uuid": "old", "date": "2018-01-01T08:44:38Z"},
        {"type": "Invoice", "invoice_uuid": "undated", "date": "January"},
        {"type": "Payment", "invoice_uuid": None, "date": "2018-01-02T08:44:38Z"},
    ]
    documents = tuple(Document(f"e{n}", body) for n, body in enumerate(bodies))
    listing = Listing("billing_history", documents, is_complete=True)
    due.landing.keep_listing(ACCOUNT, listing, now=NOW)
    assert due.invoices() == ["2017-12_old", "2026-04_aaaaaaaa"]


def test_a_file_that_did_not_come_whole_is_still_due(tmp_path: Path) -> None:
    due = due_at(tmp_path)
    list_invoices(due, "aaaaaaaa-1")
    failed = Listing("invoice_csv", (), is_complete=False, problem="cut")
    due.landing.keep_listing(ACCOUNT, failed, now=NOW, subject="aaaaaaaa-1")
    assert due.invoices() == ["2026-04_aaaaaaaa"]


def test_a_refused_invoice_is_asked_for_again_a_day_later(tmp_path: Path) -> None:
    due = due_at(tmp_path)
    list_invoices(due, "aaaaaaaa-1")
    due.landing.keep_file(ACCOUNT, "invoice_csv", "aaaaaaaa-1", b"csv", now=NOW)
    publish(
        due,
        "create table marts.provider_invoices as "
        "select 'aaaaaaaa-1' as invoice_uuid, 'refused' as status, 1 as amount_micros",
    )
    assert due.invoices() == []
    later = due_at(tmp_path, NOW + timedelta(days=1))
    assert later.invoices() == ["2026-04_aaaaaaaa"]


def test_new_activity_is_what_was_not_landed(tmp_path: Path) -> None:
    before, after = GivenSources(b"id\n1\n"), GivenSources(b"id\n1\n2\n")
    due = due_at(tmp_path, sources=before)
    assert due.has_new_activities()
    land_tables(before, due.landing, NOW)
    assert not due.has_new_activities()
    assert due_at(tmp_path, sources=after).has_new_activities()


MESSAGE = (
    "select '{id}' as message_id, 'notice' as kind, 'operator' as recipient, "
    "'' as skip_reason, json '{{}}' as data, timestamp '2026-05-01' as created_at"
)
ATTEMPT = (
    "select '{id}' as message_id, {attempt} as attempt, '{outcome}' as outcome, "
    "timestamp '{next_at}' as next_try_at"
)


@pytest.mark.parametrize(
    ("outcome", "next_at", "expected"),
    [
        pytest.param("attempting", "2026-05-01", 1, id="killed while sending"),
        pytest.param("sent", "2026-05-01", 0, id="taken"),
        pytest.param("skipped", "2026-05-01", 0, id="not wanted"),
        pytest.param("failed", "2026-05-20 11:59", 1, id="its wait is over"),
        pytest.param("failed", "2026-05-20 12:01", 0, id="still waiting"),
        pytest.param("dry_run", "2026-05-01", 0, id="shown, and no server since"),
    ],
)
def test_a_message_is_due_until_it_was_taken(
    tmp_path: Path, outcome: str, next_at: str, expected: int
) -> None:
    due = due_at(tmp_path)
    segment(due, "messages", 1, MESSAGE.format(id="a"))
    assert due.messages() == 1
    attempt = ATTEMPT.format(id="a", attempt=1, outcome=outcome, next_at=next_at)
    segment(due, "deliveries", 1, attempt)
    assert due.messages() == expected


def test_no_message_is_due_while_nothing_is_issued(tmp_path: Path) -> None:
    segment(due_at(tmp_path), "messages", 1, MESSAGE.format(id="a"))
    assert due_at(tmp_path, issue_from=None).messages() == 0
    assert due_at(tmp_path, issue_from=date(2026, 6, 1)).messages() == 0


def test_days_after_the_published_ones_are_due_while_the_warehouse_is_written(
    tmp_path: Path,
) -> None:
    due = due_at(tmp_path)
    publish(due, "create table marts.usage_daily as select date '2026-02-08' as day")
    hold = f"import duckdb; c = duckdb.connect({str(due.settings.warehouse_path)!r}); "
    writer = subprocess.Popen(
        [sys.executable, "-c", hold + "print(1, flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        assert due.days() == (date(2026, 2, 9), date(2026, 5, 19))
        early = due_at(tmp_path, datetime(2026, 2, 9, 3, tzinfo=UTC))
        assert early.days() is None


def test_a_warehouse_without_tables_has_no_days_to_meter(tmp_path: Path) -> None:
    due = due_at(tmp_path)
    duckdb.connect(str(due.settings.warehouse_path)).close()
    assert due.days() is None


def test_the_landed_manifest_is_what_activities_are_compared_with(
    tmp_path: Path,
) -> None:
    sources = GivenSources(b"id\n")
    due = due_at(tmp_path, sources=sources)
    receipt = land_tables(sources, due.landing, NOW)
    landed = json.loads(due.landing.read(receipt.sha256, receipt.suffix))
    assert set(landed) == {"activities"}
