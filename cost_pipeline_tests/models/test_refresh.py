"""A refresh makes what changed, nothing else, and ends where a whole build would."""

from functools import partial

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cost_pipeline.models import fingerprints
from cost_pipeline.models.build import Built
from cost_pipeline.models.refresh import Made, Node, Refresh
from cost_pipeline.models.rules import BrokenRule

# Two sources; a copy of each; a sum of one that often stays as it is; what reads both.
QUERIES = {
    "core.copies": ("raw.a", "select number from raw.a"),
    "core.parities": (
        "core.copies",
        "select distinct number % 2 as p from core.copies",
    ),
    "core.others": ("raw.b", "select number from raw.b"),
    "marts.both": (
        "core.parities, core.others",
        "select p, number from core.parities, core.others",
    ),
}


class World:
    """A small chain whose queries, rules and sources a test may change."""

    def __init__(self):
        self.connection = duckdb.connect()
        for schema in ("raw", "core", "marts", "ops"):
            self.connection.execute(f"create schema {schema}")
        self.queries = {name: query for name, (_, query) in QUERIES.items()}
        self.broken: set[str] = set()
        self.failing: set[str] = set()
        self.found: list[str] = []
        self.made: list[str] = []
        for table in ("raw.a", "raw.b"):
            self.fill(table, [1, 2])

    def fill(self, table, numbers):
        values = ", ".join(f"({n})" for n in numbers) or "(null)"
        self.connection.execute(
            f"create or replace table {table} as "
            f"select cast(n as bigint) as number from (values {values}) as v(n) "
            "where n is not null"
        )

    def make(self, name):
        self.made.append(name)
        if name in self.failing:
            return Made(problem="it cannot be made")
        query = self.queries[name]
        try:
            self.connection.execute(f"create or replace table {name} as {query}")
        except duckdb.CatalogException as error:
            return Made(problem=str(error))
        rule = BrokenRule("a rule", 1, (), ())
        return Made(Built(0, 0.0, ()), (rule,) if name in self.broken else ())

    def audited(self):
        self.made.append("audit.of_copies")
        rules = [BrokenRule(name, 1, (), ()) for name in self.found]
        return Made(broken=tuple(rules))

    def nodes(self):
        above = {name: tuple(up.split(", ")) for name, (up, _) in QUERIES.items()}
        tables = [
            Node(name, above[name], self.queries[name], partial(self.make, name))
            for name in QUERIES
        ]
        audit = Node(
            "audit.of_copies",
            ("core.copies",),
            "",
            self.audited,
            is_audit=True,
            holds="core.copies",
        )
        return [Node("raw.a"), Node("raw.b"), tables[0], audit, *tables[1:]]

    def refresh(self, **options):
        self.made = []
        self.walk = Refresh(self.connection, self.nodes())
        return {o.node.name: o for o in self.walk.run(**options)}

    def rows(self, table):
        return self.connection.execute(f"from {table} order by all").fetchall()


@pytest.fixture
def world():
    world = World()
    world.refresh()
    return world


def test_nothing_new_makes_nothing(world):
    assert world.refresh() == {}
    assert world.made == []


def test_equal_contents_end_the_chain(world):
    world.fill("raw.a", [1, 2, 3])
    world.refresh()
    # The parities are made, and are what they were: nobody above them is touched.
    assert world.made == ["core.copies", "audit.of_copies", "core.parities"]


def test_only_what_stands_on_a_change_is_made(world):
    world.fill("raw.b", [7])
    world.refresh()
    assert world.made == ["core.others", "marts.both"]
    assert world.rows("marts.both") == [(0, 7), (1, 7)]


def test_another_query_is_another_table(world):
    world.queries["core.others"] = "select number + 1 as number from raw.b"
    world.refresh()
    assert world.made == ["core.others", "marts.both"]


def test_a_table_that_cannot_be_made_keeps_whoever_stands_on_it(world):
    world.fill("raw.b", [7])
    world.failing = {"core.others"}
    outcomes = world.refresh()
    assert outcomes["core.others"].made.problem == "it cannot be made"
    assert "marts.both" not in outcomes
    assert world.walk.not_good() == {"core.others", "marts.both"}
    assert world.rows("marts.both") == [(0, 1), (0, 2), (1, 1), (1, 2)]
    world.failing = set()
    world.refresh()
    assert world.made == ["core.others", "marts.both"]
    assert world.walk.not_good() == set()


def test_a_broken_rule_holds_back_its_readers_and_nobody_else(world):
    world.fill("raw.a", [1])
    world.fill("raw.b", [7])
    world.broken = {"core.parities"}
    world.refresh()
    assert world.made == [
        *("core.copies", "audit.of_copies", "core.parities", "core.others")
    ]
    assert world.walk.findings == {
        "core.parities": ("error: 1 row breaks the rule: a rule",)
    }


def test_an_audit_holds_the_readers_of_its_table_until_it_finds_nothing(world):
    world.fill("raw.a", [1])
    world.found = ["something"]
    world.refresh()
    assert world.made == ["core.copies", "audit.of_copies"]
    # It is looked at again although nothing changed, and said again.
    assert list(world.refresh()) == ["audit.of_copies"]
    world.found = []
    world.refresh()
    assert world.made == ["audit.of_copies", "core.parities", "marts.both"]


def test_what_was_not_chosen_stays_due(world):
    world.fill("raw.b", [7])
    world.refresh(chosen={"core.copies"})
    assert world.made == []
    world.refresh(chosen={"raw.b", "core.others"})
    assert world.made == ["core.others"]
    world.refresh()
    assert world.made == ["marts.both"]


def test_what_was_asked_for_by_hand_is_made_all_the_same(world):
    outcomes = world.refresh(chosen={"core.others"}, forced={"core.others"})
    assert world.made == ["core.others"]
    assert not outcomes["core.others"].is_changed


def test_what_is_due_is_said_before_anything_is_made(world):
    world.fill("raw.b", [7])
    walk = Refresh(world.connection, world.nodes())
    assert walk.due() == ["raw.b", "core.others", "marts.both"]


def test_a_kill_between_making_and_noting_leaves_a_table_due(world, monkeypatch):
    world.fill("raw.b", [7])
    with monkeypatch.context() as patch:
        patch.setattr("cost_pipeline.models.refresh.remember", killed_at("core.others"))
        with pytest.raises(KeyboardInterrupt):
            world.refresh()
    # The source is as it was when the table was last noted, and its rows are not.
    world.fill("raw.b", [1, 2])
    world.refresh()
    assert world.rows("core.others") == [(1,), (2,)]


def killed_at(table):
    def remember(connection, name, state):
        if name == table:
            raise KeyboardInterrupt
        fingerprints.remember(connection, name, state)

    return remember


NUMBERS = st.lists(st.integers(0, 3), max_size=4)
EDITS = st.one_of(
    st.tuples(st.sampled_from(["raw.a", "raw.b"]), NUMBERS),
    st.tuples(st.just("query"), st.integers(0, 2)),
    st.tuples(st.just("chosen"), st.sets(st.sampled_from(sorted(QUERIES)))),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(EDITS, max_size=8))
def test_after_any_edits_the_tables_are_those_of_a_whole_build(edits):
    world = World()
    for what, value in edits:
        if what == "query":
            query = f"select number + {value} as number from raw.b"
            world.queries["core.others"] = query
        elif what == "chosen":
            world.refresh(chosen=value)
        else:
            world.fill(what, value)
            world.refresh()
    world.refresh()
    for name, query in world.queries.items():
        whole = world.connection.execute(f"from ({query}) order by all").fetchall()
        assert world.rows(name) == whole, name


@pytest.mark.parametrize("left_out", ["query", "engine", "contents"])
def test_every_part_of_a_fingerprint_counts(left_out, monkeypatch):
    given_parts = {"query": "select 1", "engine": "2.0.0", "contents": "3 17"}
    other = {**given_parts, left_out: "something else"}

    def made_from(parts):
        monkeypatch.setattr("duckdb.__version__", parts["engine"])
        return fingerprints.fingerprint(parts["query"], {"raw.a": parts["contents"]})

    assert made_from(given_parts) != made_from(other)
