"""Each fault of the matrix over real sockets: three syncs through it, then healed.

Every fault has an account of its own in one landing, beside one that was spared. While
a fault lasts either the tables tell the truth or somebody reads why not; once it has
passed they are those of the spared account.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from cost_pipeline.domain.listing import Listing
from cost_pipeline.fetch.listings import land_listing
from cost_pipeline.providers.digitalocean import DigitalOcean
from cost_pipeline.providers.pacing import Limits
from cost_pipeline_tests.inventory_world import World
from cost_pipeline_tests.providers.fake_cloud import TOKEN, FakeCloud, raw_server
from cost_pipeline_tests.stories.fault_account import honest, spoil
from cost_pipeline_tests.stories.fault_matrix import FAULTS

LINKS = """
    provider_project_id | tenant_id | deployment_id | role   | valid_from | valid_to
    p1                  | acme      | acme-app      | tenant | 2020-01-01 | null
    p2                  | birch     | birch-app     | tenant | 2020-01-01 | null
"""
pytestmark = pytest.mark.slow

LISTINGS = ("droplets", "project_resources")
SYNCS = 3
# Accounts are numbers, so that no name of a fault ends up in an id.
SPARED = "0"
ACCOUNTS = {str(number): fault for number, fault in enumerate(FAULTS.values(), 1)}
BRISK = Limits(attempts=1, request_deadline_s=0.15)

NOW = """
    select provider_account, provider_id, name, size_gb, status, tenant_id
    from core.resources where valid_to is null
"""
PAST = """
    select provider_account, * exclude (resource_id, provider_account, document)
    from core.resources order by all
"""
FINDINGS = "select finding, subject_id, detail from core.inventory_findings"


@dataclass(frozen=True)
class Telling:
    """What the tables say: by account, and all findings."""

    now: dict[str, dict[str, Any]]
    past: dict[str, list[tuple[Any, ...]]]
    findings: dict[str, set[str]]


@dataclass(frozen=True)
class Matrix:
    """The last sync through the faults, the first after it, and what is set aside."""

    during: Telling
    after: Telling
    reasons: set[str]


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> Matrix:
    world = World(tmp_path_factory.mktemp("matrix"))
    world.give("raw.project_links", LINKS)
    with HTTPServer(host="127.0.0.1", port=0, threaded=True) as server:
        cloud = FakeCloud(server)
        # One client for all: its waits pass at once, and would add up to hours.
        client = cloud.client(body_bytes=2_000_000, run_deadline_s=1e9)
        cloud.script = honest()
        truth = [client.list_all(listing) for listing in LISTINGS]
        sync(world, truth)
        for _ in range(SYNCS):
            sync(world, truth, lambda account: ask(world, cloud, client, account))
        during = findings_of(world)
        sync(world, truth, lambda account: ask_healed(world, cloud, client, account))
        client.close()
    reasons = world.connection.execute("select reason from raw.quarantine").fetchall()
    return Matrix(during, findings_of(world), {reason for (reason,) in reasons})


def sync(
    world: World, truth: list[Listing], ask: Callable[[str], None] | None = None
) -> None:
    """A quarter of an hour later: everybody is looked at, as it is or by asking."""
    world.quarters += 1
    for listing in truth:
        spared = world.landing.keep_listing(f"do:{SPARED}", listing, now=world.now)
        asked = {a for a, f in ACCOUNTS.items() if ask and f.listing == listing.kind}
        # In one go, because each flush to the disk takes its time.
        others = [a for a in ACCOUNTS if a not in asked]
        world.landing.keep_receipts(replace(spared, account=f"do:{a}") for a in others)
        for account in asked:
            assert ask is not None
            ask(account)


def ask(world: World, cloud: FakeCloud, client: DigitalOcean, account: str) -> None:
    """Ask an account through its fault."""
    fault = ACCOUNTS[account]
    if fault.talk is None:
        cloud.script = spoil(fault)
        client.account = account
        land_listing(client, world.landing, fault.listing, world.now)
        return
    with raw_server(fault.talk) as url:
        other = DigitalOcean(TOKEN, url, account=account, limits=BRISK)
        land_listing(other, world.landing, fault.listing, world.now)
        other.close()


def ask_healed(
    world: World, cloud: FakeCloud, client: DigitalOcean, account: str
) -> None:
    """Ask an account whose fault has passed."""
    cloud.script = honest()
    client.account = account
    land_listing(client, world.landing, ACCOUNTS[account].listing, world.now)


def findings_of(world: World) -> Telling:
    found = Telling({}, {}, {})
    world.rows("core.inventory_findings", "1")
    for account, provider_id, *row in world.connection.execute(NOW).fetchall():
        found.now.setdefault(account, {})[provider_id] = tuple(row)
    for account, *row in world.connection.execute(PAST).fetchall():
        found.past.setdefault(account, []).append(tuple(row))
    for finding, subject, detail in world.connection.execute(FINDINGS).fetchall():
        # A URN that is none has no account: everybody sees it.
        account = "" if finding == "broken_urn" else subject.split(":")[1]
        found.findings.setdefault(account, set()).add(f"{finding} {subject}: {detail}")
    return found


def of_outcome(*outcomes: str) -> Any:
    chosen = {
        name: account
        for name, account in zip(FAULTS, ACCOUNTS, strict=True)
        if ACCOUNTS[account].outcome in outcomes
    }
    return pytest.mark.parametrize("account", chosen.values(), ids=chosen)


@of_outcome("retry")
def test_a_fault_that_passes_was_never_there(matrix: Matrix, account: str) -> None:
    assert matrix.during.past[account] == matrix.during.past[SPARED]
    assert account not in matrix.during.findings


@of_outcome("error", "quarantine")
def test_a_fault_that_stays_is_named_and_nothing_is_stale(
    matrix: Matrix, account: str
) -> None:
    fault = ACCOUNTS[account]
    assert matrix.during.now[account] == matrix.during.now[SPARED]
    [finding] = matrix.during.findings[account]
    assert f"{fault.listing}: {SYNCS} looks in a row" in finding
    assert fault.says in finding
    if fault.outcome == "quarantine":
        assert fault.says in matrix.reasons


@of_outcome("accept")
def test_what_is_only_odd_is_taken_exactly_as_it_is(
    matrix: Matrix, account: str
) -> None:
    fault = ACCOUNTS[account]
    expected = {**matrix.during.now[SPARED], **fault.becomes}
    assert matrix.during.now[account] == {k: v for k, v in expected.items() if v}
    findings = matrix.during.findings.get(account, set())
    assert not any("listing_not_current" in line for line in findings)
    findings |= matrix.during.findings.get("", set())
    assert any(fault.says in line for line in findings) or not fault.says


@of_outcome("retry", "error", "quarantine")
def test_healed_it_has_the_history_of_one_that_was_spared(
    matrix: Matrix, account: str
) -> None:
    assert matrix.after.past[account] == matrix.after.past[SPARED]


def test_healed_nobody_is_told_of_a_fault_that_was(matrix: Matrix) -> None:
    findings = {line for lines in matrix.after.findings.values() for line in lines}
    # The odd ninth machines have one strike of three, and belong to nobody until then.
    assert {line.split(":")[-2] for line in findings} == {"9"}
