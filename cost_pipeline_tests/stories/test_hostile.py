"""Names that try to be code stay names: in SQL, paths, pages, sheets and logs."""

import csv
import json
import re
import sqlite3

import duckdb
import pytest

from cost_pipeline_tests.stories.odd_world import FIRST_ID, HOSTILE

pytestmark = pytest.mark.slow

# Longer texts in an event would make the log of a run a copy of the world.
LONGEST_EVENT = 50_000
STORED = {**HOSTILE, "surrogate": "half ? of a pair"}
IN_FILES = [kind for kind in HOSTILE if kind not in ("nul", "surrogate")]


def ask(path, query, *values):
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query, list(values)).fetchall()


def test_only_the_one_thing_that_is_wrong_is_named(odd_home):
    failed = [line for line in odd_home.said.splitlines() if "failed " in line]
    assert [line.split()[1] for line in failed] == ["landing.do_databases"]
    assert "Traceback" not in odd_home.said
    assert max(map(len, odd_home.said.splitlines())) < 1_000


@pytest.mark.parametrize("kind", STORED)
def test_a_resource_is_published_under_its_own_name(odd_home, kind):
    provider_id = str(FIRST_ID + list(HOSTILE).index(kind))
    query = "select name from marts.resources where provider_id = ?"
    assert ask(odd_home.published, query, provider_id) == [(STORED[kind],)]


@pytest.mark.parametrize("kind", IN_FILES)
def test_a_line_of_an_invoice_keeps_its_description(odd_home, kind):
    query = "select count(*) > 0 from marts.cost_lines where description = ?"
    assert ask(odd_home.published, query, HOSTILE[kind]) == [(True,)]


def test_bills_with_such_lines_still_add_up(odd_home):
    verdicts = "select distinct verdict from marts.provider_invoices where lines > 0"
    assert ask(odd_home.published, verdicts) == [("accepted",)]


def test_no_file_is_written_outside_of_the_home(odd_home):
    above = odd_home.path.parent
    assert not list(above.glob("escaped*"))
    assert not list(odd_home.path.rglob("*escaped*"))


def test_pages_show_markup_as_text(odd_home):
    pages = [*odd_home.data.rglob("*.html")]
    assert len(pages) > 2
    written = ""
    for page in pages:
        text = page.read_text("utf-8")
        assert "<script>alert" not in text
        assert not re.search(r"<img[^>]*onerror", text)
        written += text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in written
    assert "{{7*7}}" in written
    assert "49 {% raw" not in written


def test_no_cell_of_a_sheet_is_computed(odd_home):
    csv.field_size_limit(1 << 24)
    sheets = [*odd_home.data.rglob("exports/**/*.csv")]
    assert len(sheets) > 10
    for sheet in sheets:
        with sheet.open(newline="", encoding="utf-8") as stream:
            for row in csv.reader(stream):
                live = [c for c in row if re.match(r"[=@+\t\r]|-(?![\d.]+$)", c)]
                assert live == [], sheet.name


def events(home):
    for path in sorted((home.path / "dagster").rglob("*.db")):
        with sqlite3.connect(path) as connection:
            tables = connection.execute("select name from sqlite_master").fetchall()
            if ("event_logs",) in tables:
                found = connection.execute("select event from event_logs")
                yield from (event for (event,) in found)


def test_the_log_of_a_run_holds_names_cut_and_escaped(odd_home):
    longest = 0
    for event in events(odd_home):
        longest = max(longest, len(event))
        for entry in re.findall(r'"md_str": ("(?:[^"\\]|\\.)*")', event):
            shown = json.loads(entry)
            assert "<script" not in shown
            assert "<img" not in shown
            assert "](http" not in shown
    assert 0 < longest < LONGEST_EVENT
