"""Down for a hundred days, then one run: everything missing is made, in order, once."""

import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from cost_pipeline.automation.requests import RANGE_END, RANGE_START
from cost_pipeline.commands.demo import ENVIRONMENT
from cost_pipeline.models.digest import columns_for_digest
from cost_pipeline.models.library import all_models
from cost_pipeline.providers.demo import DEMO_NOW
from cost_pipeline.storage.landing import Landing
from cost_pipeline.storage.receipts import instant
from cost_pipeline_tests.conftest import command

pytestmark = pytest.mark.slow

FELL_ASLEEP = DEMO_NOW - timedelta(days=100)
# What the platform and the provider tell of the past as they told it then. The rest
# stands on inventory, and what nobody saw is not made up.
REPLAYED = (
    "addons",
    "credit_balances",
    "credit_margins",
    "event_sources",
    "fx_rates",
    "hosted_spend",
    "plan_items",
    "plans",
    "quarantine",
    "subscription_items",
)
# Of a bill everything but the resources that its lines were matched to.
BILLED = "invoice_uuid, period, amount_micros, lines, lines_micros, status, verdict"


@dataclass(frozen=True)
class Slept:
    """The home that slept, and the one that was always up."""

    asleep: Path
    awake: Path

    def rows(self, query: str) -> list[list[tuple[Any, ...]]]:
        """What each of the two answers."""
        answers = []
        for home in (self.asleep, self.awake):
            path = home / "data" / "published" / "cost.duckdb"
            with duckdb.connect(str(path), read_only=True) as connection:
                answers.append(connection.execute(query).fetchall())
        return answers


@pytest.fixture(scope="module")
def slept(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Slept:
    """A home that saw the same as the demo until it fell asleep, and wakes up once."""
    asleep = tmp_path_factory.mktemp("asleep")
    known = Landing(demo_home / "data" / "landing")
    landing = Landing(asleep / "data" / "landing")
    shutil.copytree(known.root / "objects", landing.root / "objects")
    kinds = sorted({path.parent.name for path in known.receipt_files()})
    until = instant(FELL_ASLEEP)
    landing.keep_receipts(
        receipt
        for kind in kinds
        for receipt in known.receipts(kind)
        if receipt.received_at <= until
    )
    last = command(asleep, "run", "--as-of", FELL_ASLEEP.isoformat(), **ENVIRONMENT)
    assert last.returncode == 0, last.stdout + last.stderr
    first = command(asleep, "run", "--as-of", DEMO_NOW.isoformat(), **ENVIRONMENT)
    said = (first.stdout + first.stderr).splitlines()
    failed = [line for line in said if line.startswith("failed")]
    # Every backup was made anew meanwhile. That all of one kind are gone at once waits
    # for a person's word, and is all that the run has to complain of.
    assert first.returncode == 1, said
    assert len(failed) == 1, failed
    assert "confirm-shrink backups" in failed[0]
    return Slept(asleep, demo_home)


def test_each_job_runs_once_over_all_that_was_missed(
    slept: Slept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(slept.asleep / "dagster"))
    with dg.DagsterInstance.get() as instance:
        runs = list(reversed(instance.get_runs(limit=3)))
        kind = dg.DagsterEventType.ASSET_MATERIALIZATION
        events = instance.all_logs(runs[-1].run_id, of_type=kind)
    names = [run.job_name for run in runs]
    assert names == ["collect", "provider_invoices", "whole"]
    assert runs[1].tags[RANGE_START] < runs[1].tags[RANGE_END]
    metered = sorted(
        str(entry.dagster_event.partition)
        for entry in events
        if entry.dagster_event
        and entry.dagster_event.asset_key == dg.AssetKey(["core", "usage_daily"])
    )
    assert (metered[0], metered[-1]) == ("2026-02-09", "2026-05-19")
    assert len(metered) == len(set(metered)) == 100


@pytest.mark.parametrize("table", REPLAYED)
def test_what_can_be_replayed_is_as_if_it_had_never_slept(
    slept: Slept, table: str
) -> None:
    # When a claim was written down is the run's affair, and not the document's.
    lasting = ", ".join(columns_for_digest(all_models()[f"marts.{table}"]))
    asleep, awake = slept.rows(f"select {lasting} from marts.{table} order by all")
    assert asleep == awake


def test_every_bill_of_the_gap_is_there_to_the_cent(slept: Slept) -> None:
    query = f"select {BILLED} from marts.provider_invoices order by all"
    asleep, awake = slept.rows(query)
    assert asleep == awake
    asleep, awake = slept.rows(
        "select sum(amount_micros), count(*) from marts.cost_allocation"
    )
    assert asleep[0][0] == awake[0][0]


def test_days_of_the_gap_hold_the_last_state_and_say_that_nobody_saw_them(
    slept: Slept,
) -> None:
    asleep, awake = slept.rows(
        "select is_observed, count(distinct day), min(day), max(day) "
        f"from marts.usage_daily where day > '{FELL_ASLEEP.date()}' "
        "and kind <> 'usage_event' group by is_observed"
    )
    span = (date(2026, 2, 10), date(2026, 5, 19))
    assert asleep == [(False, 99, *span)]
    assert awake == [(True, 99, *span)]


def test_what_did_not_change_in_the_gap_was_used_as_much(slept: Slept) -> None:
    """Only what was made, moved or removed meanwhile is known later than it was."""
    unchanged = slept.rows(
        "select resource_id from marts.resources group by resource_id "
        f"having max(valid_from) < '{FELL_ASLEEP.date()}' "
        "and count(*) filter (where valid_to is null) = 1"
    )
    both = {row[0] for row in unchanged[0]} & {row[0] for row in unchanged[1]}
    used = [
        [row for row in rows if row[0] in both]
        for rows in slept.rows(
            "select resource_id, day, billing_kind, base_quantity "
            "from marts.usage_daily order by all"
        )
    ]
    assert len(used[0]) > 365
    assert used[0] == used[1]


def test_an_invoice_says_which_of_its_days_nobody_saw(slept: Slept) -> None:
    asleep, awake = slept.rows(
        "select count(*), count(*) filter (where notes like 'Not observed%') > 0 "
        "from marts.tenant_invoices where cycle = 'calendar' "
        "and period_start = '2026-03-01' and document_type = 'invoice'"
    )
    assert asleep[0][1]
    assert not awake[0][1]
    assert asleep[0][0] == awake[0][0]
