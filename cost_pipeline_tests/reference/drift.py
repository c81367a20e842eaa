"""Values for drift: any JSON, and the same JSON as a form or console gives it back."""

import json
from dataclasses import dataclass
from random import Random
from typing import Any

from hypothesis import strategies as st

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
