"""How a value of a published table is written on a page people read.

The name of a column says what it holds (`_cents`, `_micros`, `_pct`, `_at`); the page
follows the name. Which columns are shown is `report_sections.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from cost_pipeline.domain.amounts import format_cents
from cost_pipeline.publish.pictures import bar

MINUS = "−"
NOTHING = "–"
TEXT_LENGTH = 90
SHORT = 18
MONEY = ("_cents", "_micros")
# Where less than nothing is bad news; a cost that fell is not.
LOSSES = ("margin", "of_revenue", "revenue")


@dataclass(frozen=True)
class Cell:
    """A value as it is written, and what its style depends on."""

    text: str
    label: str = ""
    is_number: bool = False
    is_negative: bool = False
    picture: str = ""

    @property
    def style(self) -> str:
        """Short words are kept whole; long foreign text may break anywhere."""
        number = "n" if self.is_number else "s" if len(self.text) <= SHORT else "t"
        return f"{number} minus" if self.is_negative else number


@dataclass(frozen=True)
class Table:
    """A table ready to be printed."""

    labels: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]


def table(
    names: Sequence[str], rows: Sequence[Sequence[Any]], drawn: str | None = None
) -> Table:
    """Write rows; the `drawn` column also gets a bar on one scale for all rows."""
    shown = [place for place, name in enumerate(names) if name != "currency"]
    currencies = _currencies(names, rows)
    one = next(iter(set(currencies))) if len(set(currencies)) == 1 else ""
    numeric = {p for p in shown if any(is_number(names[p], row[p]) for row in rows)}
    labels = [Cell(label_of(names[p], one), "", p in numeric) for p in shown]
    if drawn:
        labels.append(Cell(""))
    values = [row[names.index(drawn)] for row in rows] if drawn else []
    known = [value for value in values if value is not None] or [0]
    written = []
    for row, currency in zip(rows, currencies, strict=True):
        unit = "" if one else currency
        cells = [
            cell(names[p], row[p], unit, label.text)
            for p, label in zip(shown, labels, strict=False)
        ]
        if drawn:
            value = row[names.index(drawn)]
            style = "gain" if drawn.startswith("margin") else "cost"
            cells.append(Cell("", picture=bar(value, min(known), max(known), style)))
        written.append(tuple(cells))
    return Table(tuple(labels), tuple(written))


def cell(name: str, value: Any, currency: str = "", label: str = "") -> Cell:
    """Write one value as the name of its column asks."""
    is_loss = name.startswith(LOSSES)
    negative = is_loss and isinstance(value, int | Decimal) and value < 0
    return Cell(write(name, value, currency), label, is_number(name, value), negative)


def write(name: str, value: Any, currency: str = "") -> str:
    """The value as text, with a true minus and thousands apart."""
    if value is None or value == "":
        return NOTHING
    if name.endswith("_cents") and value == int(value):
        return money(int(value), currency)
    if name.endswith("_cents"):
        return f"{signed(value / 100)}{f' {currency}' if currency else ''}"
    if name.endswith("_micros"):
        return money(cents_of(int(value)), currency)
    if name.endswith("_pct"):
        return f"{value:,}".replace("-", MINUS) + " %"
    if name.endswith("month") and isinstance(value, date):
        return f"{value:%b %Y}"
    if isinstance(value, datetime):
        return f"{value.day} {value:%b %Y, %H:%M}"
    if isinstance(value, date):
        return f"{value.day} {value:%b %Y}"
    if isinstance(value, timedelta):
        return age(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | Decimal):
        return signed(value)
    text = " ".join(str(value).split())
    return text if len(text) <= TEXT_LENGTH else f"{text[: TEXT_LENGTH - 1]}…"


def money(amount_cents: int, currency: str = "") -> str:
    """Cents as an amount; the currency follows when it is not said elsewhere."""
    amount = format_cents(amount_cents, between=",", minus=MINUS)
    return f"{amount} {currency}" if currency else amount


def cents_of(micros: int) -> int:
    """Millionths as cents for the eye, half away from zero."""
    sign = -1 if micros < 0 else 1
    return sign * ((2 * abs(micros) + 10_000) // 20_000)


def signed(number: int | Decimal) -> str:
    """A number with a true minus, thousands apart, and no zeros at its end."""
    text = f"{number:,f}" if isinstance(number, Decimal) else f"{number:,}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", MINUS)


def age(span: timedelta) -> str:
    """How long ago, in the largest unit that says enough."""
    hours = max(int(span.total_seconds()), 0) // 3600
    if hours < 1:
        return "less than an hour"
    if hours < 48:
        return f"{hours} hour{'' if hours == 1 else 's'}"
    return f"{hours // 24} days"


def is_number(name: str, value: Any = None) -> bool:
    """Whether a column stands to the right."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return True
    return name.endswith((*MONEY, "_pct")) or name in COUNTS


COUNTS = frozenset({"lines", "rows", "documents", "cases"})


def label_of(name: str, currency: str = "") -> str:
    """A column's name as a heading; money says its currency once for all rows."""
    for unit in (*MONEY, "_pct", "_at"):
        if name.endswith(unit):
            words = name.removesuffix(unit).replace("_", " ").capitalize()
            return f"{words}, {currency}" if unit in MONEY and currency else words
    return name.replace("_", " ").capitalize()


def _currencies(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    if "currency" not in names:
        return [""] * len(rows)
    return [row[names.index("currency")] or "" for row in rows]
