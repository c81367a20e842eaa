"""A formula stands once, and a query that calls it is stored with it spelled out."""

import math
from decimal import Decimal
from fractions import Fraction

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cost_pipeline.models.macros import BadMacro, expanded
from cost_pipeline.models.model import SQL_FOLDER

MACROS = SQL_FOLDER / "macros"
AMOUNTS = st.integers(-(10**15), 10**15)


def computed(expression, **values):
    given_values = ", ".join(f"cast({v} as bigint) as {k}" for k, v in values.items())
    query = f"select {expression} as value from (select {given_values})"
    return duckdb.execute(expanded(query, MACROS)).fetchall()[0][0]


def half_away(exact):
    """The nearest whole number; a half goes away from zero."""
    size = (2 * abs(exact) + 1) // 2
    return int(size) if exact >= 0 else -int(size)


@settings(deadline=None)
@given(AMOUNTS, st.integers(0, 10**8), st.integers(1, 10**8))
def test_a_share_is_rounded_half_away_from_zero(amount, part, whole):
    found = computed("share_of(a, p, w)", a=amount, p=part, w=whole)
    assert found == half_away(Fraction(amount * part, whole))


@settings(deadline=None)
@given(st.integers(0, 10**15), st.integers(0, 10**15), st.integers(1, 10**15))
def test_a_floor_is_the_whole_units_of_a_share(amount, part, whole):
    found = computed("floor_of(a, p, w)", a=amount, p=part, w=whole)
    assert found == amount * part // whole


@settings(deadline=None)
@given(st.integers(-(10**13), 10**13), st.integers(1, 10**15))
def test_a_percentage_has_one_digit(part, whole):
    found = computed("percent_of(p, w)", p=part, w=whole)
    assert found * 10 == half_away(Fraction(part * 1000, whole))


@settings(deadline=None)
@given(st.integers(0, 10**15), st.integers(1, 10**8))
def test_a_begun_unit_counts_whole(amount, unit):
    found = computed("begun_units(a, u)", a=amount, u=unit)
    assert found == math.ceil(Fraction(amount, unit))


@settings(deadline=None)
@given(AMOUNTS)
def test_millionths_are_read_without_zeros_at_their_end(amount):
    found = computed("millionths_text(a)", a=amount)
    assert Decimal(found) == Decimal(amount).scaleb(-6)
    assert "." not in found or found[-1] not in "0."


def test_a_whole_number_of_millionths_keeps_its_own_zeros():
    assert computed("millionths_text(a)", a=2_000_000_000) == "2000"


def test_nothing_is_no_per_cent_of_nothing():
    assert computed("percent_of(p, w)", p=5, w=0) is None


def test_a_formula_of_formulas_is_spelled_out_to_the_end():
    query = "select rounded_to(a - b, 2 + 1) as value from (select 7 as a, 2 as b)"
    spelled = expanded(query, MACROS)
    assert "rounded_to" not in spelled
    assert "share_of" not in spelled
    assert duckdb.execute(spelled).fetchall() == [(2,)]


def test_a_query_without_a_formula_stays_as_it_is_written():
    query = "select  1   as value -- as somebody wrote it"
    assert expanded(query, MACROS) == query


def test_a_call_that_does_not_fit_is_named():
    with pytest.raises(BadMacro, match="share_of"):
        expanded("select share_of(1, 2) as value", MACROS)


def test_the_files_run_in_any_duckdb_shell():
    with duckdb.connect() as shell:
        for path in sorted(MACROS.glob("*.sql")):
            shell.execute(path.read_text("utf-8"))
        assert shell.execute("select share_of(-5, 1, 2)").fetchall() == [(-3,)]
