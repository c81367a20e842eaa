"""Amounts, hours and foreign text as people read them.

Put here how one value is written, wherever it stands. What a message says is
`messages.py`; which column of the report is money is `publish/report_values.py`.
"""

import unicodedata
from decimal import ROUND_HALF_UP, Decimal

ERROR_LENGTH = 240

# Unicode White_Space. Python's own split() also takes U+001C..U+001F for spaces.
WHITE_SPACE = frozenset(
    map(chr, [*range(0x09, 0x0E), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B)])
) | frozenset("\u2028\u2029\u202f\u205f\u3000")


def format_cents(
    cents: int, *, before: str = "", between: str = "", minus: str = "-"
) -> str:
    """Write cents as an amount with two decimals, exactly.

    `before` stands before the digits and after the sign, `between` parts thousands.
    """
    whole, part = divmod(abs(cents), 100)
    return f"{minus if cents < 0 else ''}{before}{whole:{between}}.{part:02d}"


def format_dollars(cents: int) -> str:
    """Write cents as dollars; the sign stands before the dollar, also below one."""
    return format_cents(cents, before="$")


def format_number(number: Decimal | None) -> str:
    """Write a decimal without zeros at its end; an unknown one is empty."""
    if number is None:
        return ""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def format_amount(cents: int, currency: str) -> str:
    """Write an amount so that two kinds of dollars cannot be confused."""
    if currency == "USD":
        return format_dollars(cents)
    return f"{format_dollars(cents).replace('$', '')} {currency}"


def format_hours(seconds: int) -> str:
    """Write seconds as hours with two decimals, rounded half up."""
    hundredths = (2 * seconds * 100 + 3600) // 7200
    return f"{hundredths // 100}.{hundredths % 100:02d} h"


def format_rate(price_cents: str, per_seconds: int, currency: str) -> str:
    """Write a sub-cent price by the hour, which is how people compare machines."""
    dollars = Decimal(price_cents) * 3600 / per_seconds / 100
    exact = dollars.quantize(Decimal("0.000001"), ROUND_HALF_UP)
    return f"{'$' if currency == 'USD' else currency + ' '}{exact} an hour"


def one_line(text: str, length: int = 200) -> str:
    """Make foreign text one short line of printable characters.

    Names reach mail headers, where a line break would begin a header of its choice.
    """
    kept = (
        " " if char in WHITE_SPACE or char == "\u2060" else char
        for char in text
        if char in WHITE_SPACE or unicodedata.category(char)[0] != "C"
    )
    line = " ".join("".join(kept).split(" ")).strip()
    while "  " in line:
        line = line.replace("  ", " ")
    return line if len(line) <= length else line[: length - 1] + "…"


def summarize_error_message(error: str) -> str | None:
    """Collapse white space and cut to 240 characters; nothing but space is nothing."""
    spaced = "".join(" " if char in WHITE_SPACE else char for char in error)
    summary = " ".join(word for word in spaced.split(" ") if word)
    if not summary:
        return None
    if len(summary) <= ERROR_LENGTH:
        return summary
    return summary[: ERROR_LENGTH - 3] + "..."
