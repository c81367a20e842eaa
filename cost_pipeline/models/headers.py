"""Reading the header of a SQL model: what it is, its grain, its checks, its columns.

The header is a comment for people first. Its first paragraph is the description; then
come `word: value` lines (`grain`, `check`, `warn`, ...); then one line per column.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field

DIRECTIVES = (
    "grain",
    "check",
    "warn",
    "volatile",
    "partition",
    "keyed",
    "keyless",
    "on",
    "blocks",
    "append",
)


class BadHeader(Exception):
    """A header that cannot be read; the message names file and line."""


@dataclass
class Header:
    """The parts of a header, in the order written."""

    description: str = ""
    directives: dict[str, list[str]] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)

    def words(self, directive: str) -> tuple[str, ...]:
        """The comma-separated words of a directive, over all its lines."""
        lines = self.directives.get(directive, [])
        return tuple(
            word.strip() for line in lines for word in line.split(",") if word.strip()
        )

    def lines(self, directive: str) -> tuple[str, ...]:
        return tuple(self.directives.get(directive, []))


def split_file(
    text: str, name: str, words: Collection[str] = DIRECTIVES
) -> tuple[Header, str]:
    """Return the header and the query of a file; a model's words are the directives."""
    match = re.match(r"\s*/\*(.*?)\*/\s*(.*)\Z", text, re.DOTALL)
    if match is None:
        raise BadHeader(f"{name}:1: the file does not begin with a /* header */")
    return read_header(match[1], name, words), match[2].strip()


def read_header(comment: str, name: str, words: Collection[str] = DIRECTIVES) -> Header:
    """Read a header comment line by line."""
    header = Header()
    paragraph: list[str] = []
    current: list[str] | None = paragraph
    column = ""
    for number, raw in enumerate(comment.splitlines(), start=1):
        line = raw.strip()
        entry = re.match(r"([a-z_][a-z0-9_]*): +(\S.*)", line)
        if not line:
            if header.directives or header.columns:
                column, current = "", None
            elif paragraph:
                paragraph.append("")
            continue
        if entry and entry[1] in words:
            current = header.directives.setdefault(entry[1], [])
            current.append(entry[2])
            column = ""
        elif entry and header.directives:
            column, current = entry[1], None
            header.columns[column] = entry[2]
        elif column:
            header.columns[column] += f" {line}"
        elif current is paragraph:
            paragraph.append(line)
        elif current:
            current[-1] += f" {line}"
        else:
            raise BadHeader(f"{name}:{number}: belongs to nothing: {line}")
    header.description = "\n".join(paragraph).strip()
    if not header.description:
        raise BadHeader(f"{name}:1: the header has no description")
    return header
