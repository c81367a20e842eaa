"""The chain without Dagster: every table in order, and how it is made.

Put here what connects a table with the function that fills it. When one is due is
`models/refresh.py`; how Dagster shows it is `tables.py` beside this file.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, partial
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb

from cost_pipeline.books.ledger_tables import append_due, count_due, told_later
from cost_pipeline.books.metered_days import due_window, remember_metered
from cost_pipeline.books.outbox import deliver, has_due
from cost_pipeline.contracts.base import Contract
from cost_pipeline.contracts.billing import CONTRACTS as BILLING
from cost_pipeline.contracts.landed import OBSERVATIONS, QUARANTINE, RECEIPTS
from cost_pipeline.contracts.platform import ACCOUNT, MANIFEST
from cost_pipeline.contracts.registry import (
    all_contracts,
    ledger_tables,
    reference_tables,
    source_tables,
)
from cost_pipeline.gateways.base import MessageGateway
from cost_pipeline.load.billing import load_billing
from cost_pipeline.load.invoice_lines import load_invoice_lines
from cost_pipeline.load.observations import load_observations
from cost_pipeline.load.platform_tables import load_source
from cost_pipeline.load.rates import load_rates
from cost_pipeline.load.receipts import load_receipts
from cost_pipeline.load.reference import seed_file
from cost_pipeline.load.tables import Loaded, SourceRefused
from cost_pipeline.models.build import Built, Window, build
from cost_pipeline.models.changed_tenants import build_keyed, note_marks, settle
from cost_pipeline.models.library import all_audits, all_models, host_of
from cost_pipeline.models.model import MARKS, Audit, Model
from cost_pipeline.models.refresh import Made, Node, Refresh
from cost_pipeline.models.rules import BrokenRule, broken_audit, broken_rules
from cost_pipeline.storage.landing import Landing
from cost_pipeline.storage.ledger import hold_start
from cost_pipeline.storage.manifests import Manifest, latest_manifest

# Tables that every connection makes anew, and the clock among them.
GIVEN = ("ref.clock", "ref.today", "ref.days", "ref.months", "ref.numbers")
LANDED = (RECEIPTS, OBSERVATIONS, *BILLING, QUARANTINE)
BY_DAY = tuple(table for table, model in all_models().items() if model.partition)
# Days are metered when the last table of days has them: remembered before, a run killed
# between the two tables would leave a gap in it.
A_BATCH, SHOW_ALL = 50, 100_000
CHANGED = "ops.changed_tenants"
LAST_OF_DAYS = "marts.usage_daily"
# What a row or a query can be wrong about. A full disk or a damaged file is nobody's
# table: it ends the run.
NOT_THE_MACHINES_FAULT = (duckdb.DataError, duckdb.ProgrammingError)


@dataclass(frozen=True)
class Chain:
    """What the nodes are made with."""

    connection: duckdb.DuckDBPyConnection
    landing: Landing
    segments: Path | None
    now: datetime
    messages: MessageGateway | None = None

    @cached_property
    def _manifest(self) -> Manifest:
        """The platform's tables as they were landed last."""
        return latest_manifest(self.landing, MANIFEST, ACCOUNT, until=self.now)

    def refresh(self, chosen: Collection[str] | None = None) -> Refresh:
        """What was landed is loaded, if any of its tables is chosen; then a walk over
        all nodes may begin."""
        hold_start(self.connection)
        if chosen is None or any(contract.table in chosen for contract in LANDED):
            # Listings are read by the names of kinds. They stay due: whoever makes the
            # tables says so then.
            kinds = self._loaded(all_contracts()["ref.kinds"])
            if kinds.make is not None and Refresh(self.connection, [kinds]).due():
                kinds.make()
            self._load_landed()
        return Refresh(self.connection, self.nodes())

    def helpers_of(self, chosen: set[str]) -> set[str]:
        """What belongs to chosen tables without being one of them.

        Their audits; views, which hold nothing themselves; who is touched; and the days
        that are due, where something chosen is made from them.
        """
        models = all_models()
        audits = {
            f"audit.{audit.name}" for audit in all_audits() if host_of(audit) in chosen
        }
        views = {name for name, model in models.items() if model.is_view}
        below = set(BY_DAY)
        for name, model in models.items():
            if below & set(model.upstream):
                below.add(name)
        days = set(BY_DAY) if below & chosen else set()
        return audits | views | days | {*GIVEN, CHANGED}

    def _load_landed(self) -> None:
        """Read what is new of receipts, listings, bills and rates; all of it is files.

        A corrupt landed file stops here with its name, and what was loaded stays.
        """
        for contract in LANDED:
            self.connection.execute(contract.ddl())
        load_receipts(self.connection, self.landing)
        load_observations(self.connection, self.landing)
        load_billing(self.connection, self.landing)
        load_invoice_lines(self.connection, self.landing)
        load_rates(self.connection, self.landing)

    def nodes(self) -> list[Node]:
        """Every node, upstream before downstream; what is issued comes after drafts."""
        given = [Node(name) for name in GIVEN]
        landed = [self._landed(contract) for contract in LANDED]
        platform = [self._loaded(contract) for contract in source_tables()]
        written = [Node(f"raw.ledger_{c.name}") for c in ledger_tables()]
        constants = [self._loaded(contract) for contract in reference_tables()]
        below = [*given, *constants, *platform, *landed, *written]
        return [*below, *in_order([*self._derived(), *self._audits()])]

    def _derived(self) -> list[Node]:
        delivered = Node("ledger.deliveries")
        if self.messages is not None:
            delivered = Node(
                "ledger.deliveries",
                ("ledger.messages",),
                make=self._deliver,
                asks=self._has_messages,
            )
        changed = Node(CHANGED, (MARKS,), make=self._note_marks, asks=lambda: True)
        models = map(self._model, all_models().values())
        return [*models, Node("ledger.decisions"), delivered, changed]

    def _audits(self) -> list[Node]:
        return [
            Node(
                f"audit.{audit.name}",
                audit.upstream,
                audit.query,
                partial(self._audited, audit),
                is_audit=True,
                holds=host_of(audit) if audit.is_blocking else None,
            )
            for audit in all_audits()
        ]

    def made(self, model: Model) -> Made:
        """Make one model now, whether it is due or not."""
        make = self._model(model).make
        assert make is not None
        return make()

    def _model(self, model: Model) -> Node:
        make: Callable[[], Made] = partial(self._built, model)
        upstream = model.upstream
        asks = None
        if model.keyed:
            make = partial(self._keyed, model)
            upstream = (*upstream, CHANGED)
        elif model.partition:
            make, asks = partial(self._metered, model), self._has_due_days
        elif model.is_append:
            make, asks = partial(self._append, model), partial(self._would, model)
        return Node(model.table, upstream, model.definition, make, asks)

    def _built(self, model: Model) -> Made:
        try:
            built = build(self.connection, model)
            broken = broken_rules(self.connection, model, built.scope)
        except NOT_THE_MACHINES_FAULT as error:
            return Made(problem=str(error).splitlines()[0])
        return Made(built, tuple(broken))

    def _keyed(self, model: Model) -> Made:
        try:
            built = build_keyed(self.connection, model)
            broken = broken_rules(self.connection, model, built.scope)
        except NOT_THE_MACHINES_FAULT as error:
            return Made(problem=str(error).splitlines()[0])
        made = Made(built, tuple(broken))
        if made.is_settled:
            settle(self.connection, model)
        return made

    def _has_due_days(self) -> bool:
        return due_window(self.connection) is not None

    def _metered(self, model: Model) -> Made:
        """Meter the days that are due; without any there is nothing to make."""
        window = due_window(self.connection)
        if window is None:
            return Made()
        built = build(self.connection, model, window)
        broken = broken_rules(self.connection, model, built.scope)
        made = Made(built, tuple(broken), window)
        if made.is_settled and model.table == LAST_OF_DAYS:
            remember_metered(self.connection, window)
        return made

    def _note_marks(self) -> Made:
        note_marks(self.connection)
        return Made()

    def _audited(self, audit: Audit) -> Made:
        try:
            return Made(broken=tuple(broken_audit(self.connection, audit)))
        except NOT_THE_MACHINES_FAULT as error:
            return Made(problem=str(error).splitlines()[0])

    def _would(self, model: Model) -> bool:
        """Whether anything would be written now, as far as tables are made."""
        try:
            return count_due(self.connection, model) > 0
        except duckdb.CatalogException:
            return True

    def _append(self, model: Model) -> Made:
        """Tell what is due; a run as of the past tells nothing and says so."""
        reason = told_later(self.connection)
        if reason is not None:
            return Made(warning=reason)
        written = append_due(self.connection, model, self.segments)
        facts = {"rows_new": written.new, "rows_known": written.known}
        return Made(Built(written.new + written.known, 0.0, (), None, facts))

    def _has_messages(self) -> bool:
        assert self.messages is not None
        return has_due(self.connection, self.messages, self.now)

    def _deliver(self) -> Made:
        """Deliver a batch and leave the rest to the next run: a mail server is waited
        for while the warehouse is locked. A dry run waits for nobody."""
        assert self.messages is not None
        reason = told_later(self.connection)
        if reason is not None:
            return Made(warning=reason)
        limit = SHOW_ALL if self.messages.is_dry_run else A_BATCH
        done = deliver(
            self.connection, self.segments, self.messages, self.now, limit=limit
        )
        facts = {
            "messages_sent": done.sent,
            "messages_shown": done.shown,
            "messages_failed": done.failed,
        }
        # It is tried again by itself; the money is not wrong.
        problem = f"{done.failed} not delivered: {done.last_error}"
        built = Built(done.sent + done.shown, 0.0, (), None, facts)
        return Made(built, warning=problem if done.failed else None)

    def _landed(self, contract: Contract) -> Node:
        """A table that `load_landed` fills; what its contract says is held to it."""
        check = partial(broken_rules, self.connection, contract)
        return Node(contract.table, check=lambda: tuple(check()))

    def _loaded(self, contract: Contract) -> Node:
        """A table of the platform, or a constant: loaded when its file is another."""
        entry = self._manifest.get(contract.name)
        seed = seed_file(contract) if entry is None else None
        # What waits is noted when the table is loaded, so it is part of the reason too.
        loaded_from = entry or (seed.sha256 if seed else "nothing")
        definition = f"{contract} {loaded_from}"
        return Node(contract.table, (), definition, partial(self._load, contract))

    def _load(self, contract: Contract) -> Made:
        try:
            loaded = load_source(self.connection, self.landing, contract, self.now)
        except SourceRefused as refused:
            return Made(problem=str(refused))
        broken = broken_rules(self.connection, contract) + _set_aside(contract, loaded)
        facts = {
            "rows_read": loaded.read,
            "rows_quarantined": loaded.quarantined,
            "rows_repeated": loaded.repeated,
        }
        return Made(Built(loaded.loaded, 0.0, (), None, facts), tuple(broken))


def _set_aside(contract: Contract, loaded: Loaded) -> list[BrokenRule]:
    """Rows in quarantine are a warning: the rest of the table is good."""
    if not loaded.quarantined:
        return []
    columns, sample = ("where to look",), (("raw.quarantine",),)
    name = f"{contract.name}: no row is set aside"
    return [BrokenRule(name, loaded.quarantined, columns, sample, is_warning=True)]


def days_in(window: Window) -> list[date]:
    """The days of a range, both ends included."""
    count = (window.last_day - window.first_day).days + 1
    return [window.first_day + timedelta(days=place) for place in range(count)]


def in_order(nodes: Sequence[Node]) -> list[Node]:
    """Upstream first; what stands on the ledger after everything that does not.

    A draft reads the ledger as it stood when the run began, so no row may be appended
    before the last draft is made. Whoever reads a table that an audit holds comes after
    the audit.
    """
    by_name = {node.name: node for node in nodes}
    audits: dict[str, list[str]] = {}
    for node in nodes:
        if node.holds is not None:
            audits.setdefault(node.holds, []).append(node.name)
    graph = {
        node.name: {
            name
            for above in node.upstream
            for name in (above, *(() if node.is_audit else audits.get(above, ())))
            if name in by_name
        }
        for node in nodes
    }
    ordered = list(TopologicalSorter(graph).static_order())
    later: set[str] = set()
    for name in ordered:
        if name.startswith("ledger.") or later & graph[name]:
            later.add(name)
    early = [name for name in ordered if name not in later]
    return [by_name[name] for name in (*early, *(n for n in ordered if n in later))]
