"""Quotes in Python, written from the rules and not from the SQL, with fractions.

Only for comparison: what the models say must be what this says.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

HOUR = 3600


@dataclass(frozen=True)
class Item:
    """What a plan includes of a kind, and what more of it costs."""

    included: Decimal
    unit_size: Decimal
    rounding: str
    price: Decimal
    cap: Decimal | None
    policy: str


def half_away(amount: Fraction) -> int:
    """Round once, half away from zero."""
    rounded = floor(abs(amount) + Fraction(1, 2))
    return rounded if amount >= 0 else -rounded


def micros(amount: Fraction) -> Fraction:
    """Rounded to six decimals, as quantities are stated."""
    return Fraction(half_away(amount * 1_000_000), 1_000_000)


def share(price_cents: int, count: Decimal, seconds: int, whole: int) -> int:
    """The price of something held for a part of the month."""
    return half_away(Fraction(price_cents) * Fraction(count) * seconds / whole)


def allowance(
    item: Item, extension: Decimal, days: int, month_days: int, addon_days: int
) -> Fraction:
    """What is included: by days or in full, extended by add-ons."""
    if item.policy == "full":
        return Fraction(item.included) + micros(Fraction(extension))
    return micros(Fraction(item.included) * days / month_days) + micros(
        Fraction(extension) * addon_days / month_days
    )


def overage(item: Item, used: Fraction, included: Fraction) -> int:
    """What is charged beyond the allowance, up to the cap, in blocks."""
    counted = used if item.cap is None else min(used, Fraction(item.cap))
    beyond = max(counted - included, Fraction(0))
    blocks = beyond / Fraction(item.unit_size)
    if item.rounding == "up":
        blocks = Fraction(ceil(blocks))
    return half_away(blocks * Fraction(item.price))


def tax(subtotal_cents: int, rate: Decimal) -> int:
    """Half up on the sum of the lines."""
    return half_away(Fraction(subtotal_cents) * Fraction(rate))
