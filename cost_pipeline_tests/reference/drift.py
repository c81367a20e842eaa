"""Drift by hand: what counts as different, and what somebody watching would note.

Beside the two references of `core/drift/` stand the values they are tried with: any
JSON, and the same JSON as a form or console gives it back.
"""

import json
import re
from dataclasses import dataclass
from random import Random
from typing import Any

from hypothesis import strategies as st

LOOSE = "loose"
TEXT = "text"
MULTISET = "multiset"
ORDERED = "ordered"
COMPARATORS = (LOOSE, TEXT, MULTISET, ORDERED)

NUMBER = re.compile(r"(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([-+]?[0-9]{1,9}))?")

# Small alphabets, so that values are often nearly the same.
WORDS = st.one_of(
    st.sampled_from(["", "a", "b", "null", "true", "1", "1.0", "[]", '"', "1.10", "é"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
)
NUMBERS = st.one_of(
    st.sampled_from([0, 1, 1.0, 10, -1, 1.1, 1e22, -0.0]),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
)


def json_values() -> st.SearchStrategy[Any]:
    """Any JSON value, a few levels deep."""
    return st.recursive(
        st.one_of(st.none(), st.booleans(), NUMBERS, WORDS),
        lambda inner: st.one_of(
            st.lists(inner, max_size=4),
            st.dictionaries(st.sampled_from(["a", "b", 'c"~/', ""]), inner, max_size=3),
        ),
        max_leaves=8,
    )


def shuffled(value: Any, chance: Random) -> Any:
    """The same value with lists and keys in another order and numbers as text."""
    if isinstance(value, dict):
        entries = [(key, shuffled(item, chance)) for key, item in value.items()]
        chance.shuffle(entries)
        return dict(entries)
    if isinstance(value, list):
        items = [shuffled(item, chance) for item in value]
        repeated = items[:1] if chance.random() < 0.3 else []
        items += repeated
        chance.shuffle(items)
        return items
    if isinstance(value, int | float) and chance.random() < 0.5:
        return json.dumps(value)
    return value


def differs(desired: Any, actual: Any, comparator: str = LOOSE) -> bool:
    """Return whether a live value is something else than what was asked for.

    Values travel through JSON, forms and consoles, so `2` comes back as `"2"` and a
    list comes back in another order; an operator who is shown those as drift stops
    reading the inbox. Where order (`ordered`), repetition (`multiset`) or the spelling
    of a text (`text`, for versions: "1.10" is not "1.1") matters, the field says so.
    """
    return form(desired, comparator) != form(actual, comparator)


def form(value: Any, comparator: str = LOOSE) -> str:
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


@dataclass
class Seen:
    """One drift as somebody who was always there would have written it down."""

    field: str
    opened_at: int
    desired: Any
    actual: Any
    status: str = "open"
    closed_at: int | None = None


def watched(
    lives: dict[int, dict[str, Any]],
    specs: dict[int, dict[str, Any]],
    acceptances: dict[int, tuple[str, Any]],
) -> list[Seen]:
    """Watch one resource: what there was, was asked and accepted, by its time.

    After every change each asked field is looked at, once there is a resource; a spec
    replaces all fields, an acceptance one, and closes what was open on it.
    """
    live: dict[str, Any] | None = None
    spec: dict[str, Any] = {}
    history: list[Seen] = []

    def compare(time: int, live: dict[str, Any]) -> None:
        for seen in [seen for seen in history if seen.status == "open"]:
            if seen.field not in spec or _same(spec[seen.field], live.get(seen.field)):
                seen.status, seen.closed_at = "stale", time
        for name, desired in spec.items():
            if _same(desired, live.get(name)):
                continue
            opened = [s for s in history if s.status == "open" and s.field == name]
            seen = opened[0] if opened else Seen(name, time, None, None)
            if not opened:
                history.append(seen)
            seen.desired, seen.actual = desired, live.get(name)

    for time in sorted({*lives, *specs, *acceptances}):
        live = lives.get(time, live)
        spec = dict(specs.get(time, spec))
        if live is not None and (time in lives or time in specs):
            compare(time, live)
        # Nothing is accepted before anything was asked for.
        if time in acceptances and min(specs) <= time:
            name, value = acceptances[time]
            for seen in history:
                if seen.status == "open" and seen.field == name:
                    seen.status, seen.closed_at = "accepted", time
            spec[name] = value
            if live is not None:
                compare(time, live)
    return history


def _same(desired: Any, actual: Any) -> bool:
    return (desired is None and actual is None) or str(desired) == str(actual)
