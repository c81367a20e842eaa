"""Making what changed and nothing else, in the order in which data flows.

A node is a table, a view or an audit with what it reads. It is due when its query or
the contents of what it reads changed since it was last made; made to equal contents,
nothing above it is due. A node whose blocking rules failed, or that could not be made,
is unsettled: whatever stands on it keeps its last good rows and is due until it is
settled, and everybody else is made. How a node is made is given; here is only decided
whether it must be.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

import duckdb

from cost_pipeline.models.build import Built, Window
from cost_pipeline.models.fingerprints import (
    State,
    contents_of,
    fingerprint,
    forget,
    read_states,
    remember,
)
from cost_pipeline.models.rules import BrokenRule


@dataclass(frozen=True)
class Made:
    """What came of making a node: its figures, and the rules that its rows break."""

    built: Built | None = None
    broken: tuple[BrokenRule, ...] = ()
    # The days that were made, of a table that is made by days.
    window: Window | None = None
    # Why it could not be made at all; what was there before stands.
    problem: str | None = None
    # What is to be said and stops nobody.
    warning: str | None = None

    @property
    def is_settled(self) -> bool:
        return self.problem is None and all(rule.is_warning for rule in self.broken)

    @property
    def findings(self) -> tuple[str, ...]:
        """One line for each rule, `warning` or `error` before it."""
        said = [
            f"{'warning' if rule.is_warning else 'error'}: {rule.in_a_line()}"
            for rule in self.broken
        ]
        said += [f"error: {self.problem}"] if self.problem else []
        said += [f"warning: {self.warning}"] if self.warning else []
        return tuple(said)


@dataclass(frozen=True)
class Node:
    """One table, view or audit, and how it is made.

    `make` is none for a table that others fill: its contents count, and its `check`.
    `asks`: whether there is something to do, for a node that knows better than its
    fingerprint. `holds`: the table whose readers wait while this audit finds something.
    """

    name: str
    upstream: tuple[str, ...] = ()
    definition: str = ""
    make: Callable[[], Made] | None = None
    asks: Callable[[], bool] | None = None
    check: Callable[[], tuple[BrokenRule, ...]] | None = None
    is_audit: bool = False
    holds: str | None = None


@dataclass(frozen=True)
class Outcome:
    """A node that was made, or found filled anew."""

    node: Node
    made: Made
    contents: str
    is_changed: bool


@dataclass
class Refresh:
    """One walk over the nodes, upstream before downstream."""

    connection: duckdb.DuckDBPyConnection
    nodes: Sequence[Node]
    _states: dict[str, State] = field(init=False)
    _made_here: frozenset[str] = field(init=False)
    _contents: dict[str, str] = field(init=False, default_factory=dict)
    _waiting: set[str] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self._states = read_states(self.connection)
        self._made_here = frozenset(n.name for n in self.nodes if n.make is not None)

    def run(
        self,
        chosen: Collection[str] | None = None,
        *,
        forced: Collection[str] = (),
    ) -> Iterator[Outcome]:
        """Make what is due of the chosen nodes; forced ones are made all the same."""
        held = self._held_tables()
        for node in self.nodes:
            is_chosen = chosen is None or node.name in chosen
            if self._waits(node, held):
                self._waiting.add(node.name)
            elif node.make is None:
                if is_chosen and (outcome := self._filled(node)):
                    yield outcome
            elif is_chosen and (node.name in forced or self._is_due(node)):
                outcome = self._made(node)
                if node.holds is not None:
                    held = self._held_tables()
                yield outcome

    def due(self) -> list[str]:
        """What may have to be made: what is due now, and all that stands on it."""
        due: set[str] = set()
        for node in self.nodes:
            is_below = bool(due.intersection(node.upstream))
            if is_below or self._is_filled_anew(node) or self._is_due(node):
                due.add(node.name)
        return [node.name for node in self.nodes if node.name in due]

    @property
    def findings(self) -> dict[str, tuple[str, ...]]:
        """What rules and audits say that was not mended, by node."""
        known = {node.name for node in self.nodes}
        return {
            name: state.findings
            for name, state in self._states.items()
            if state.findings and name in known
        }

    def not_good(self) -> set[str]:
        """Tables whose rows are not what they should be now: they wait for something
        they stand on, break a rule of their own, or an audit speaks against them."""
        unsettled = {
            node.name
            for node in self.nodes
            if node.name in self._states and not self._states[node.name].is_settled
        }
        return self._waiting | self._held_tables() | unsettled

    def _waits(self, node: Node, held: Collection[str]) -> bool:
        return (
            any(
                name in self._waiting
                or name in held
                or (name in self._states and not self._states[name].is_settled)
                for name in node.upstream
            )
            and not node.is_audit
        )

    def _held_tables(self) -> set[str]:
        """Tables about which a blocking audit has found something."""
        return {
            node.holds
            for node in self.nodes
            if node.holds is not None
            and node.name in self._states
            and not self._states[node.name].is_settled
        }

    def _is_filled_anew(self, node: Node) -> bool:
        known = self._states.get(node.name)
        return node.make is None and (
            known is None
            or not known.is_settled
            or known.contents != self._contents_of(node.name)
        )

    def _filled(self, node: Node) -> Outcome | None:
        """A table that others fill is news when it was filled with other rows."""
        if not self._is_filled_anew(node):
            return None
        contents = self._contents_of(node.name)
        made = Made(broken=node.check() if node.check is not None else ())
        state = State("", contents, made.is_settled, made.findings)
        remember(self.connection, node.name, state)
        self._states[node.name] = state
        return Outcome(node, made, contents, is_changed=True)

    def _is_due(self, node: Node) -> bool:
        if node.make is None:
            return False
        known = self._states.get(node.name)
        if known is None or not known.is_settled:
            return True
        if node.asks is not None:
            return node.asks()
        # What an audit found is looked at again until it is gone.
        if node.is_audit and known.findings:
            return True
        return known.fingerprint != self._fingerprint(node)

    def _fingerprint(self, node: Node) -> str:
        inputs = {name: self._contents_of(name) for name in node.upstream}
        return fingerprint(node.definition, inputs)

    def _made(self, node: Node) -> Outcome:
        assert node.make is not None
        before = self._states.pop(node.name, None)
        made_from = self._fingerprint(node)
        forget(self.connection, node.name)
        made = node.make()
        contents = "" if node.is_audit else self._counted(node.name)
        self._contents[node.name] = contents
        state = State(made_from, contents, made.is_settled, made.findings)
        remember(self.connection, node.name, state)
        self._states[node.name] = state
        is_changed = before is None or before.contents != contents
        return Outcome(node, made, contents, is_changed)

    def _contents_of(self, name: str) -> str:
        """The contents of a table: as remembered where we made it, else counted."""
        if name not in self._contents:
            known = self._states.get(name) if name in self._made_here else None
            self._contents[name] = known.contents if known else self._counted(name)
        return self._contents[name]

    def _counted(self, name: str) -> str:
        try:
            return contents_of(self.connection, name)
        except duckdb.CatalogException:
            return "missing"
