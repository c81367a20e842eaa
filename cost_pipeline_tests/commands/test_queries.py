"""What is read aloud on a terminal: words from outside are words, and all of them."""

import io

import duckdb
import pytest
from rich.console import Console

from cost_pipeline.commands.decisions import take
from cost_pipeline.commands.queries import as_table, ask
from cost_pipeline.settings import Settings, WrongUsage


def printed(columns, rows, title="", *, width=160):
    text = io.StringIO()
    console = Console(file=text, width=width, color_system=None)
    console.print(as_table(columns, rows, title))
    return text.getvalue()


@pytest.mark.parametrize("word", ["[/foo] a", "[red]a[/red]", "[link=b]", '["a","b"]'])
def test_a_value_that_looks_like_markup_is_shown_as_it_is(word):
    assert printed([word], [[word]], word).count(word) == 3


def test_nothing_that_a_terminal_obeys_reaches_it():
    said = printed(["name"], [["\x1b[31mred\x07\x9b2J"], ["nul\x00l"]])
    assert not {"\x1b", "\x07", "\x9b", "\x00"} & set(said)


def test_an_id_is_folded_and_never_cut():
    said = printed(["drift_id", "field"], [["0123456789" * 4, "size"]], width=30)
    shown = "".join(char for char in said if char.isdigit())
    assert shown == "0123456789" * 4


@pytest.mark.parametrize("query", ["", " ;", "-- nothing is asked"])
def test_a_query_that_asks_nothing_is_wrong_usage(tmp_path, query):
    published = tmp_path / "cost.duckdb"
    duckdb.connect(str(published)).close()
    with pytest.raises(WrongUsage, match="empty"):
        ask(published, query)


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_document_is_not_voided_for_no_reason(tmp_path, reason):
    given = {"invoice_id": "INV-1", "reason": reason}
    with pytest.raises(WrongUsage, match="reason is empty"):
        take(Settings(home=tmp_path), Console(quiet=True), "void-invoice", **given)
