"""Values for drift: any JSON, and the same JSON as a form or console gives it back."""

import json
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
