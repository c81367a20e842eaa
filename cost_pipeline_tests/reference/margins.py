"""Margins, worked out once more in exact fractions and plain loops.

Nothing here is shared with the models: a cell is converted as a fraction, a total is
rounded once, and the cents that are left go to the largest fractions.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import TypeVar

Cell = TypeVar("Cell", bound=tuple[str, ...])
MICROS_PER_CENT = 10_000


def half_away(value: Fraction) -> int:
    """Round once, half away from zero."""
    whole = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return whole if value >= 0 else -whole


def report_cents(micros: Mapping[Cell, int], rate: Fraction) -> dict[Cell, int]:
    """Cents of each cell in the report currency; they sum to the rounded total."""
    exact = {cell: m * rate / MICROS_PER_CENT for cell, m in micros.items()}
    total = half_away(sum(micros.values()) * rate / MICROS_PER_CENT)
    floors = {
        cell: value.numerator // value.denominator for cell, value in exact.items()
    }
    left = total - sum(floors.values())
    ranked = sorted(exact, key=lambda cell: (floors[cell] - exact[cell], cell))
    return {
        cell: floors[cell] + (1 if place < left else 0)
        for place, cell in enumerate(ranked)
    }


def percent(revenue: int, margin: int) -> Fraction | None:
    """Margin in per cent of revenue, one decimal; unknown without revenue."""
    if revenue <= 0:
        return None
    return Fraction(half_away(Fraction(margin * 1000, revenue)), 10)
