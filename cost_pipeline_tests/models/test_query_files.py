"""A query is a file: read once, used, well-formed, and not in a Python string."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlglot

from cost_pipeline.models.headers import BadHeader
from cost_pipeline.models.library import CACHE
from cost_pipeline.models.model import SQL_FOLDER
from cost_pipeline.models.query_files import FOLDERS, query_file
from cost_pipeline.publish.quotes import REQUESTED
from cost_pipeline.publish.report_sections import CHAPTERS
from cost_pipeline.publish.traces_steps import STEPS, files_of

PACKAGE = Path(__file__).resolve().parents[2] / "cost_pipeline"
FILES = sorted(
    path.relative_to(SQL_FOLDER).with_suffix("").as_posix()
    for folder in FOLDERS
    for path in (SQL_FOLDER / folder).rglob("*.sql")
)
# What may stay in Python, how many of them, and why.
CONTRACT = "written from the columns of a contract or of a file's header"
BELOW = "storage/ is below the reader of query files"
LEDGER = "one row, made of parameters"
KEPT = {
    "load/billing.py": (1, CONTRACT),
    "load/invoice_lines.py": (1, CONTRACT),
    "load/rates.py": (1, CONTRACT),
    "load/tables.py": (3, CONTRACT),
    "storage/connection.py": (1, BELOW),
    "storage/ledger.py": (2, BELOW),
    "books/decision_rows.py": (1, LEDGER),
    "books/decisions.py": (1, LEDGER),
    "books/metered_days.py": (4, "the manifest of metered days"),
    "books/outbox.py": (2, LEDGER),
    "models/changed_tenants.py": (5, "names of tables and columns are the model's"),
    "models/fingerprints.py": (1, "the table that only this module knows"),
}
SQL = re.compile(r"\s*(select|with|insert into|create|delete|update|from|merge)\s")


def strings(source: str) -> Iterator[tuple[ast.expr, str]]:
    """Every string of a module; an f-string is whole, with `?` for its values."""
    tree = ast.parse(source)
    parts = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            values = (getattr(part, "value", None) for part in node.values)
            yield node, "".join(v if isinstance(v, str) else "?" for v in values)
        elif isinstance(node, ast.Constant) and id(node) not in parts:
            yield node, node.value if isinstance(node.value, str) else ""


def long_queries(source: str) -> list[int]:
    """The lines on which a query of more than three lines begins."""
    found = []
    for node, text in strings(source):
        written = (node.end_lineno or node.lineno) - node.lineno + 1
        lines = text.strip().count("\n") + 1
        if SQL.match(text) and (lines if lines > 1 else written) > 3:
            found.append(node.lineno)
    return found


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE))
)
def test_a_long_query_does_not_live_in_a_python_string(path):
    allowed, _ = KEPT.get(path.relative_to(PACKAGE).as_posix(), (0, ""))
    found = long_queries(path.read_text("utf-8"))
    assert len(found) <= allowed, f"queries to move begin on the lines {found}"


def test_a_long_query_is_seen_in_whatever_string_it_stands():
    assert long_queries('A = """\nselect 1\nfrom a\nwhere b\nand c\n"""') == [1]
    assert long_queries("A = (\n    'select ' 'a '\n'from '\n'b '\n f'{c}')") == [2]
    assert long_queries('A = """\nselect 1\nfrom a\n"""') == []


@pytest.mark.parametrize("name", FILES)
def test_every_query_has_a_header_and_can_be_read(name):
    file = query_file(name)
    assert file.purpose
    statements = sqlglot.parse(file.query, read="duckdb")
    assert [s.key for s in statements if s is not None and s.key == "command"] == []
    assert all(line == line.rstrip() for line in file.query.splitlines())


def test_every_query_is_used():
    named = {
        text
        for path in PACKAGE.rglob("*.py")
        for _, text in strings(path.read_text("utf-8"))
    }
    listed = {f"report/{name}" for names in CHAPTERS.values() for name in names}
    listed |= {f"quotes/{table.split('.')[1]}" for table in REQUESTED}
    for table, steps in STEPS.items():
        listed |= {file for name in steps for file in files_of(table, name)[:1]}
    assert [name for name in FILES if name not in named | listed] == []


def test_every_folder_of_queries_is_one_of_ours():
    models = {"staging", "core", "marts", "audits", "macros", "seeds", "ledger"}
    folders = {path.name for path in SQL_FOLDER.iterdir() if path.is_dir()}
    assert folders - models - {CACHE} == {*FOLDERS}


def test_an_unknown_word_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr("cost_pipeline.models.query_files.SQL_FOLDER", tmp_path)
    (tmp_path / "a.sql").write_text("/*\nWhat for.\n\ntitle: A\nodd: B\n*/\nselect 1")
    with pytest.raises(BadHeader, match=r"a\.sql: odd"):
        query_file("a")
