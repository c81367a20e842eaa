"""Drift: whether what exists is what was asked for, field by field.

Put a rule here when it compares one desired value with one live value. Which rows
are compared, opened and closed is SQL: `core/drift.sql`; there `core/drift_forms.sql`
is this comparison for sets, and a property test holds the two equal.
"""

import json
import re

from cost_pipeline.domain.json_types import Json

LOOSE = "loose"
TEXT = "text"
MULTISET = "multiset"
ORDERED = "ordered"
COMPARATORS = (LOOSE, TEXT, MULTISET, ORDERED)

NUMBER = re.compile(r"(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([-+]?[0-9]{1,9}))?")


def differs(desired: Json, actual: Json, comparator: str = LOOSE) -> bool:
    """Return whether a live value is something else than what was asked for.

    Values travel through JSON, forms and consoles, so `2` comes back as `"2"` and a
    list comes back in another order; an operator who is shown those as drift stops
    reading the inbox. Where order (`ordered`), repetition (`multiset`) or the spelling
    of a text (`text`, for versions: "1.10" is not "1.1") matters, the field says so.
    """
    return form(desired, comparator) != form(actual, comparator)


def form(value: Json, comparator: str = LOOSE) -> str:
    """Return the text that is the same for all values that count as the same.

    A text is a JSON string in it and nothing is `null`, so that no text can pretend
    to be a list, and gone is not the same as the word null.
    """
    if value is None:
        return "null"
    if isinstance(value, dict):
        entries = [
            f"{_quoted(key)}:{form(item, _within(comparator))}"
            for key, item in value.items()
        ]
        return "{" + ",".join(sorted(entries)) + "}"
    if isinstance(value, list):
        items = [form(item, _within(comparator)) for item in value]
        return "[" + ",".join(_arranged(items, comparator)) + "]"
    text = value if isinstance(value, str) else json.dumps(value)
    if comparator != TEXT:
        return _quoted(plain_number(text))
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return plain_number(text) if is_number else _quoted(text)


def plain_number(text: str) -> str:
    """Return one spelling for each number: 1, 1.0 and 10e-1 are `1e0`.

    Digits are moved, never computed with: an id of forty digits stays itself.
    """
    match = NUMBER.fullmatch(text)
    if match is None:
        return text
    sign, whole, fraction, exponent = match.groups(default="")
    digits = (whole + fraction).lstrip("0")
    significant = digits.rstrip("0")
    if not significant:
        return "0"
    moved = len(digits) - len(significant) - len(fraction)
    return f"{sign}{significant}e{int(exponent or 0) + moved}"


def _within(comparator: str) -> str:
    # Order and repetition are promised for the field itself, not for lists in it.
    return TEXT if comparator == TEXT else LOOSE


def _arranged(items: list[str], comparator: str) -> list[str]:
    if comparator == ORDERED:
        return items
    return sorted(items) if comparator == MULTISET else sorted(set(items))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
