"""The demo account's bills: what was verified of the real account they stand for."""

from datetime import datetime
from pathlib import Path

import pytest

from cost_pipeline.contracts.registry import all_contracts
from cost_pipeline.fetch.invoices import due_invoices, land_invoices
from cost_pipeline.fetch.listings import land_listing
from cost_pipeline.load.billing import load_billing
from cost_pipeline.load.invoice_lines import load_invoice_lines
from cost_pipeline.load.observations import load_observations
from cost_pipeline.load.receipts import load_receipts
from cost_pipeline.load.tables import SourceFile, load_table
from cost_pipeline.models.library import all_audits
from cost_pipeline.models.rules import broken_audit
from cost_pipeline.providers.demo import (
    DEMO_NOW,
    change_instants,
    changes,
    demo_transport,
)
from cost_pipeline.providers.digitalocean import DigitalOcean
from cost_pipeline.providers.pacing import Timing
from cost_pipeline.storage.landing import Landing, documents_in
from cost_pipeline_tests.bill_world import land_account
from cost_pipeline_tests.tables import build_models, fresh_warehouse

SOURCES = Path(__file__).parents[2] / "cost_pipeline" / "sources" / "demo"
MARTS = ("marts.provider_invoices", "marts.cost_lines", "marts.cost_allocation")
# The simplest rule, and the measure ours has to beat: the name alone, against today's
# inventory; a backup's name is its machine's.
BY_NAME_ALONE = """
    select charges.kind, count(*)
    from core.charges as charges
    where charges.charge_scope = 'resource' and charges.{} and exists (
        select 1
        from core.resources as resources
        where resources.provider || ':' || resources.provider_account = charges.account
            and resources.kind = replace(charges.kind, 'droplet_backup', 'droplet')
            and lower(resources.name) = lower(charges.line_name)
            and resources.valid_to is null
    )
    group by charges.kind
"""
REISSUED_AT = datetime.fromisoformat("2026-03-03T00:00:00Z")


class Instantly:
    """A clock that only sleeping moves: nothing is waited for."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def account(at):
    clock = Instantly()
    timing = Timing(monotonic=clock.monotonic, sleep=clock.sleep)
    transport = demo_transport(at)
    return DigitalOcean("test-token", transport=transport, timing=timing)


def land_inventory(landing):
    first, *_ = instants = sorted({*change_instants(), DEMO_NOW})
    for at in instants:
        provider = account(at)
        for listing in provider.listings():
            if at in (first, DEMO_NOW) or listing in changes().get(at, ()):
                land_listing(provider, landing, listing, at)
        provider.close()


def land_bills(landing, at, periods):
    provider = account(at)
    assert land_account(provider, landing, at) == []
    index = landing.latest("invoices", "do:main", until=at)
    bodies = documents_in(landing.read(index.sha256, index.suffix))
    wanted = [
        uuid
        for uuid, body in bodies.items()
        if body["invoice_period"] in periods and not body["is_preview"]
    ]
    assert land_invoices(provider, landing, wanted, at) == []
    provider.close()


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    landing = Landing(tmp_path_factory.mktemp("landing"))
    land_inventory(landing)
    land_bills(landing, REISSUED_AT, {"2026-02"})
    land_bills(landing, DEMO_NOW, {"2026-02", "2026-03", "2026-04"})
    with fresh_warehouse(DEMO_NOW) as connection:
        for name in ("tenants", "deployments", "project_links"):
            source = SourceFile(SOURCES / f"{name}.csv", "csv", "demo")
            load_table(connection, all_contracts()[f"raw.{name}"], source)
        load_receipts(connection, landing)
        load_observations(connection, landing)
        load_billing(connection, landing)
        load_invoice_lines(connection, landing)
        build_models(connection, *MARTS, "core.invoice_changes", "marts.balances")
        yield connection


def april(books, query):
    return books.execute(query.format("period_start = '2026-04-01'")).fetchall()


def test_137_invoices_are_known_one_a_month_since_december_2014(books):
    assert books.execute(
        "select count(*), count(distinct period), min(period), max(period) "
        "from core.invoice_states"
    ).fetchall() == [(137, 137, "2014-12", "2026-04")]
    assert len(due_invoices(books)) == 134


def test_april_has_33_lines_of_86_92(books):
    assert april(
        books,
        "select lines, lines_micros, verdict from marts.provider_invoices where {}",
    ) == [(33, 86_920_000, "accepted")]


def test_names_alone_match_6_then_17_then_18_of_33_lines(books):
    found = dict(april(books, BY_NAME_ALONE))
    steps = [found["droplet"], found["snapshot"], found["droplet_backup"]]
    assert [sum(steps[:n]) for n in (1, 2, 3)] == [6, 17, 18]


def test_ours_matches_more_and_every_other_line_has_its_reason(books):
    found = april(
        books,
        "select unmatched_reason, count(*) from marts.cost_lines where {} "
        "group by 1 order by 1",
    )
    assert found == [
        ("", 25),
        ("account_level", 1),
        ("destroyed_historic", 5),
        ("name_variance", 1),
        ("tax", 1),
    ]


def test_april_is_borne_by_somebody_to_the_last_millionth(books):
    (total,) = april(
        books,
        "select sum(allocation.amount_micros) from marts.cost_allocation as allocation "
        "join core.invoice_states using (invoice_uuid) where {}",
    )
    assert total == (86_920_000,)


def test_the_reissue_of_february_is_a_new_version_with_its_difference(books):
    assert books.execute(
        "select count(*), sum(amount_micros) > 0 from marts.provider_invoices "
        "where period = '2026-02' and status = 'final'"
    ).fetchall() == [(1, True)]
    assert books.execute(
        "select count(*) > 0 from core.invoice_changes"
    ).fetchall() == [(True,)]


def test_no_audit_of_the_bills_finds_anything(books):
    for audit in all_audits():
        # Only a few of the 137 invoices are landed here, so they are not complete.
        is_of_all = audit.name == "invoices_are_complete"
        if audit.table in (*MARTS, "marts.balances") and not is_of_all:
            assert broken_audit(books, audit) == [], audit.name
