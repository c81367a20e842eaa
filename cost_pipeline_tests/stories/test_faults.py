"""A provider with every fault at once, and what a home is like after it healed.

Three syncs over real sockets: a healthy one, one in which each listing fails in its own
way while April's invoice arrives cut off, and a healed one. A twin sees only the first
and the last. Single faults and their retries are tests of the client.
"""

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from subprocess import CompletedProcess

import duckdb
import pytest

from cost_pipeline.models.digest import digests
from cost_pipeline_tests.conftest import command
from cost_pipeline_tests.stories.fake_account import (
    BILLS,
    RATES,
    Change,
    FakeAccount,
    Spoil,
    body,
    document,
    endless,
    hang_up,
    html,
    lost_page,
    odd_items,
    refuse,
    served,
    without_april,
)

pytestmark = pytest.mark.slow

BEFORE = "2026-05-20T00:00:00Z"
DURING = "2026-05-20T00:15:00Z"
AFTER = "2026-05-20T00:30:00Z"
TWICE = {"slug": "s-1vcpu-1gb", "price_monthly": -1}
ELSEWHERE = "http://127.0.0.1:1/elsewhere"

# Path, fault, the asset whose check names it, and words that tell what it was.
FAULTS: list[tuple[str, Spoil, str, str]] = [
    ("/v2/projects", refuse(404), "do_projects", "404"),
    ("/v2/droplets", refuse(500), "do_droplets", "500"),
    ("/v2/snapshots", html, "do_snapshots", "HTML instead"),
    ("/v2/kubernetes/clusters", hang_up, "do_k8s_clusters", "RemoteProtocolError"),
    ("/v2/firewalls", refuse(403), "do_firewalls", "403"),
    ("/v2/reserved_ips", refuse(429, retry_after="9999"), "do_reserved_ips", "9999 s"),
    ("/v2/databases", refuse(302, location=ELSEWHERE), "do_databases", "redirects"),
    ("/v2/domains", document(lost_page), "do_domains", "meta.total"),
    ("/v2/apps", document(endless), "do_apps", "still names a next page"),
    (
        "/v2/volumes",
        odd_items("volumes", None, "text", {"id": ""}),
        "do_volumes",
        "3 items set aside",
    ),
    ("/v2/sizes", odd_items("sizes", TWICE), "do_sizes", "different items"),
    ("/v2/images", odd_items("images", {"id": None}), "do_backups", "no usable id"),
    (f"{BILLS}/balance", refuse(401), "do_balance", "401"),
    (
        f"{BILLS}/billing_history",
        document(lost_page),
        "do_billing_history",
        "meta.total",
    ),
    (f"{BILLS}/invoices/[^/]+/csv", body(lambda b: b[:-200]), "provider_invoices", ""),
    (RATES, refuse(503), "fx_rates", "503"),
]


@dataclass(frozen=True)
class Story:
    """The homes, and what the runs of the faulty one said."""

    faulty: Path
    during: Path
    twin: Path
    spoiled: CompletedProcess[str]
    healed: CompletedProcess[str]
    asked: list[str]


@pytest.fixture(scope="module")
def story(tmp_path_factory) -> Story:
    folder = tmp_path_factory.mktemp("faults")
    faulty, twin, during = (folder / name for name in ("faulty", "twin", "during"))
    faulty.mkdir()
    with served() as account, served() as healthy:
        bills: dict[str, Change] = dict.fromkeys(
            (f"{BILLS}/invoices", f"{BILLS}/billing_history"), without_april
        )
        account.changes = bills
        green(run(account, faulty, BEFORE))
        shutil.copytree(faulty, twin)
        account.changes = {}
        account.faults = {path: spoil for path, spoil, *_ in FAULTS}
        with ThreadPoolExecutor(2) as pool:
            undisturbed = pool.submit(run, healthy, twin, AFTER)
            spoiled = run(account, faulty, DURING)
            shutil.copytree(faulty / "data" / "published", during)
            account.faults = {}
            healed = run(account, faulty, AFTER)
            green(undisturbed.result())
        return Story(faulty, during, twin, spoiled, healed, account.asked)


def run(account: FakeAccount, home: Path, now: str) -> CompletedProcess[str]:
    return command(home, "run", **account.environment(now))


def green(done: CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stdout + done.stderr


def ask(path: Path, query: str):
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        return connection.execute(query).fetchall()


def published(home: Path) -> Path:
    return home / "data" / "published" / "cost.duckdb"


@pytest.mark.parametrize(
    ("asset", "words"), [pytest.param(*said, id=said[0]) for _, _, *said in FAULTS]
)
def test_each_fault_is_named_with_its_kind(story, asset, words):
    lines = [
        line
        for line in story.spoiled.stderr.splitlines()
        if line.startswith("failed") and f".{asset} " in line
    ]
    assert lines, story.spoiled.stderr
    assert words in lines[0]


def test_a_run_with_faults_fails_without_a_traceback(story):
    assert story.spoiled.returncode == 1
    lines = story.spoiled.stderr.strip().splitlines()
    assert all(line.startswith("failed ") for line in lines), lines
    assert "Traceback" not in story.spoiled.stdout + story.spoiled.stderr


def test_nothing_is_stale_by_accident(story):
    current = "from marts.resources where valid_to is null and not is_stale"
    query = f"select provider_id, tenant_id {current} order by all"
    known = ask(published(story.twin), query)
    assert known
    assert ask(story.during / "cost.duckdb", query) == known


def test_other_tables_move_on_and_ages_are_told(story):
    during = story.during / "cost.duckdb"
    findings = ask(
        during,
        "select split_part(subject_id, ':', 3) from marts.data_quality "
        "where finding = 'listing_not_current' order by 1",
    )
    named = {kind for (kind,) in findings}
    assert {"droplets", "snapshots", "firewalls", "projects"} <= named
    # Load balancers were listed well in the same run, and time went on for usage.
    assert "load_balancers" not in named
    ends = "select max(end_at) from marts.hosted_spend"
    assert ask(during, ends) == [(datetime(2026, 5, 20, 0, 15),)]


def test_a_cut_invoice_is_refused_and_its_month_stays_open(story):
    verdicts = (
        "select period, verdict, lines from marts.provider_invoices "
        "where period in ('2026-03', '2026-04') order by 1"
    )
    march, april = ask(story.during / "cost.duckdb", verdicts)
    assert march[1] == "accepted"
    assert april == ("2026-04", "refused", 0)
    healed = ask(published(story.faulty), verdicts)
    assert healed == [march, ("2026-04", "accepted", 33)]


def test_a_healed_home_has_the_digest_of_one_that_saw_no_fault(story):
    green(story.healed)
    found = []
    for home in (story.faulty, story.twin):
        with duckdb.connect(str(published(home)), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            found.append(digests(connection))
    differ = [name for name in found[1] if found[0].get(name) != found[1][name]]
    assert differ == []


def test_the_provider_is_only_ever_read(story):
    assert {line.split()[0] for line in story.asked} == {"GET"}
