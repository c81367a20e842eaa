"""Queries that are no models: each is a file, in the folder of what it is for.

`report/` and `statements/` are read by people, `traces/` stands behind numbers,
`quotes/` fills a quote, `due/` says what waits, `load/receipts/` is what
`load/receipts.py` runs. The header says what a query is for, and in `word: value` lines
what is shown beside the answer. A query that makes a core or a published table is a
model (`model.py`).
"""

import re
from dataclasses import dataclass
from functools import cache

from cost_pipeline.models.headers import BadHeader, Header, split_file
from cost_pipeline.models.model import SQL_FOLDER

FOLDERS = ("report", "traces", "statements", "quotes", "load", "due")
# title, nothing, drawn: a section of the report; the others: a step of a trace.
WORDS = ("title", "nothing", "drawn", "number", "total", "unit", "shown")


@dataclass(frozen=True)
class QueryFile:
    """One query, its formulas spelled out, and the words of its header."""

    header: Header
    query: str

    @property
    def purpose(self) -> str:
        """The first paragraph as one line."""
        return " ".join(self.header.description.split("\n\n")[0].split())

    def word(self, name: str) -> str:
        """What the header says under a word; empty when it says nothing."""
        return " ".join(self.header.lines(name))


@cache
def query_file(name: str) -> QueryFile:
    """The file of a name such as `report/shown`."""
    path = SQL_FOLDER / f"{name}.sql"
    header, query = split_file(path.read_text("utf-8"), path.name, WORDS)
    if header.columns:
        unknown = next(iter(header.columns))
        raise BadHeader(f"{path.name}: {unknown} is none of {', '.join(WORDS)}")
    return QueryFile(header, _spelled_out(query))


def _spelled_out(query: str) -> str:
    """The query with its formulas; most call none, and need no syntax tree."""
    if not any(f"{name}(" in query for name in _formulas()):
        return query
    from cost_pipeline.models.macros import expanded

    return expanded(query, SQL_FOLDER / "macros")


@cache
def _formulas() -> tuple[str, ...]:
    """The names of all formulas."""
    texts = (
        p.read_text("utf-8") for p in sorted((SQL_FOLDER / "macros").glob("*.sql"))
    )
    return tuple(name for text in texts for name in re.findall(r"macro (\w+)\(", text))


def query_of(name: str) -> str:
    """The query alone, for who shows nothing else of its file."""
    return query_file(name).query
