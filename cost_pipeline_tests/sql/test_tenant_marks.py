"""Whatever a keyed table is made of changes a mark, column by column.

A table built again for some tenants only is stale for ever in a column that nobody
compares. So every column that keyed models look at is followed down, through models
that are built whole and through staging, to one the marks hash or to an exception that
is named here.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest
from sqlglot import exp

from cost_pipeline.contracts.registry import all_contracts
from cost_pipeline.models.changed_tenants import keyed_models
from cost_pipeline.models.library import all_models
from cost_pipeline.models.lineage import Origin, columns_read, computed_from
from cost_pipeline.models.macros import parsed
from cost_pipeline.models.model import MARKS, Model
from cost_pipeline.models.parse import declared_in

# Time is looked at by itself (`keyed.LOOKS`), and numbers never change.
UNMARKED = {("ref.clock", "now_at"), ("ref.numbers", "number")}


def unmarked(marks: Model) -> set[Origin]:
    """The columns that keyed models reach and that no mark is made of."""
    hashed = hashed_by(marks)
    return {
        origin
        for model in keyed_models().values()
        for start in looks_at(model.table)
        if start[0] not in model.keyless
        for origin in followed(start, hashed)
    }


def followed(origin: Origin, hashed: set[Origin]) -> Iterator[Origin]:
    """What is not hashed of a column, or of all that it is made of."""
    table, column = origin
    # A mark is of one tenant: who it is belongs to it.
    is_told = origin in hashed | UNMARKED or column == "tenant_id"
    if is_told or table in keyed_models() or is_recorded(table, hashed):
        return
    below = made_of(table, column)
    if not below:
        yield origin
    for source in below:
        yield from followed(source, hashed)


def hashed_by(marks: Model) -> set[Origin]:
    """The columns behind the marks, as the marks read them and as they were loaded."""
    made = computed_from(marks.query, declared_in(all_models()))
    found = made["log_mark"] | made["claims_mark"]
    views = {origin for origin in found if origin[0].startswith("staging.")}
    return found | {below for view in views for below in made_of(*view)}


def is_recorded(table: str, hashed: set[Origin]) -> bool:
    """Whether it is of the ledger and hashed by its key: such a row never changes."""
    contract = all_contracts().get(ledger_name(table))
    if contract is None or not contract.table.startswith("ledger."):
        return False
    known = {column for name, column in hashed if ledger_name(name) == contract.table}
    return known >= set(contract.key)


def ledger_name(table: str) -> str:
    return table.replace("raw.ledger_", "ledger.")


@cache
def made_of(table: str, column: str) -> frozenset[Origin]:
    """The columns one of a table that is built whole comes of; none if it is loaded.

    A view's own filter is the mark's too, which reads the same view.
    """
    model = all_models().get(table)
    if model is None:
        return frozenset()
    if not model.is_view:
        return looks_at(table)
    return frozenset(computed_from(model.query, declared_in(all_models()))[column])


@cache
def looks_at(table: str) -> frozenset[Origin]:
    """All columns that a model reads, in whichever clause."""
    return frozenset(columns_read(all_models()[table].query, declared_in(all_models())))


def without_one() -> Iterator[tuple[str, Model]]:
    """The marks with one column less, for each that they hash."""
    marks = all_models()[MARKS]
    places = [
        (number, place, column)
        for number, call in enumerate(hashes_in(parsed(marks.query)))
        for place, column in enumerate(call.expressions)
    ]
    for number, place, column in places:
        tree = parsed(marks.query).copy()
        hashes_in(tree)[number].expressions.pop(place)
        less = replace(marks, query=tree.sql(dialect="duckdb"))
        # How many rows there are is no column.
        if hashed_by(less) != hashed_by(marks):
            yield column.sql(), less


def hashes_in(tree: exp.Expr) -> list[exp.Anonymous]:
    return [call for call in tree.find_all(exp.Anonymous) if call.name == "hash"]


def test_every_column_a_keyed_table_is_made_of_is_in_a_mark() -> None:
    assert unmarked(all_models()[MARKS]) == set()


@pytest.mark.parametrize(("column", "marks"), without_one())
def test_a_mark_that_leaves_a_column_out_is_found(column: str, marks: Model) -> None:
    assert unmarked(marks) != set(), column
