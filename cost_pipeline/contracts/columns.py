"""Short spellings of the columns that contracts are made of."""

from cost_pipeline.contracts.base import (
    CENTS,
    DAY,
    FLAG,
    INSTANT,
    INTEGER,
    JSON,
    QUANTITY,
    TEXT,
    UNIT_PRICE,
    Column,
)


def key(name: str, description: str) -> Column:
    """A part of the key, as text."""
    return Column(name, TEXT, description, required=True)


def text(
    name: str,
    description: str,
    *,
    required: bool = False,
    one_of: tuple[str, ...] = (),
    default: str = "",
) -> Column:
    return Column(name, TEXT, description, required, one_of, default=default)


def at(
    name: str, description: str, *, required: bool = False, rule: str = ""
) -> Column:
    """An instant, UTC."""
    return Column(name, INSTANT, description, required, rule=rule)


def day(name: str, description: str, *, required: bool = False) -> Column:
    return Column(name, DAY, description, required)


def whole(
    name: str, description: str, *, required: bool = False, rule: str = ""
) -> Column:
    return Column(name, INTEGER, description, required, rule=rule)


def cents(name: str, description: str, *, required: bool = False) -> Column:
    return Column(name, CENTS, description, required)


def price(name: str, description: str) -> Column:
    """What something is sold for, in whole cents: a discount is no price below zero."""
    return Column(name, CENTS, description, required=True, rule=f"{name} >= 0")


def unit_price(name: str, description: str, *, required: bool = False) -> Column:
    return Column(name, UNIT_PRICE, description, required, rule=f"{name} >= 0")


def quantity(
    name: str, description: str, *, required: bool = False, rule: str = ""
) -> Column:
    return Column(name, QUANTITY, description, required, rule=rule or f"{name} >= 0")


def number(
    name: str, kind: str, description: str, *, required: bool = False, rule: str = ""
) -> Column:
    """An exact decimal of a stated precision."""
    return Column(name, kind, description, required, rule=rule)


def flag(name: str, description: str, *, default: str = "") -> Column:
    return Column(name, FLAG, description, bool(default), default=default)


def json(name: str, description: str, *, required: bool = False) -> Column:
    return Column(name, JSON, description, required)


def currency(name: str = "currency") -> Column:
    """ISO 4217, on every row with money."""
    return Column(
        name,
        TEXT,
        "ISO 4217 code.",
        True,
        rule=f"regexp_full_match({name}, '[A-Z]{{3}}')",
    )
