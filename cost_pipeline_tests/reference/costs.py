"""Sharing an amount out by weights: the rule as a person would write it down."""

from collections.abc import Mapping
from fractions import Fraction


def shared_out(amount: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Give everybody the whole part of his share, then one each by largest rest."""
    whole = sum(weights.values())
    shares = {name: Fraction(abs(amount) * w, whole) for name, w in weights.items()}
    parts = {name: int(share) for name, share in shares.items()}
    left_over = abs(amount) - sum(parts.values())
    by_rest = sorted(shares, key=lambda name: (parts[name] - shares[name], name))
    for name in by_rest[:left_over]:
        parts[name] += 1
    sign = -1 if amount < 0 else 1
    return {name: sign * part for name, part in parts.items()}
