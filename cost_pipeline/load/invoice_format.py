"""Reading an invoice file strictly: its header, its amounts, its dates.

Put here how a text becomes a value. A text that is not plainly an amount or a date is
null, never guessed; its row is set aside by who loads it (`invoice_lines.py`).
"""

import csv
import io
from pathlib import Path

COLUMNS = (
    "product",
    "group_description",
    "description",
    "hours",
    "start",
    "end",
    "USD",
    "project_name",
    "category",
)
REQUIRED = ("product", "description", "USD")
HEADER_BYTES = 1 << 16

# Commas part thousands: `0,123` has none, and may well be a decimal comma.
_NUMBER = r"([0-9]{1,12}|[1-9][0-9]{0,2}(,[0-9]{3}){1,3})([.][0-9]{1,6})?"
# The minus stands before or after the sign, or is a pair of parentheses; U+2212 is the
# minus that spreadsheets write and means nothing else.
AMOUNT = rf"([-−]?[$]?|[$][-−]){_NUMBER}|[(][$]?{_NUMBER}[)]"
RFC3339 = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"
    r"([.][0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})"
)


class InvoiceRefused(Exception):
    """A file that is no invoice; the message says what is wrong with it."""


def amount_micros(column: str) -> str:
    """SQL: the amount in millionths, exactly; null when it is not plainly one."""
    # Nearly every amount is positive: two replacements are a third of a translation.
    positive = _plain_micros(f"replace(replace({column}, ',', ''), '$', '')")
    negative = _plain_micros(f"translate({column}, '$,()-−', '')")
    return (
        f"case when not regexp_full_match({column}, '{AMOUNT}') then null "
        f"when contains({column}, '-') or contains({column}, '(') "
        f"or contains({column}, '−') then -({negative}) "
        f"else {positive} end"
    )


def _plain_micros(number: str) -> str:
    """SQL: a plain number in millionths; in 128 bits only where 64 are too few."""
    decimal = f"cast({number} as decimal(18,6))"
    return (
        f"case when {decimal} < 1000000 then cast({decimal} * 1000000 as bigint) "
        f"else cast(cast({decimal} as decimal(24,6)) * 1000000 as bigint) end"
    )


def csv_instant(column: str) -> str:
    """SQL: `2026-04-01 00:00:00 +0000` in UTC; null when it is anything else."""
    # The length keeps out `2026-4-1`, which strptime would take.
    return (
        f"case when length({column}) = 25 then "
        f"cast(try_strptime({column}, '%Y-%m-%d %H:%M:%S %z') as timestamp) end"
    )


def json_instant(column: str) -> str:
    """SQL: an RFC 3339 time in UTC; null when it is anything else."""
    return (
        f"case when regexp_full_match({column}, '{RFC3339}') "
        f"then cast(try_cast({column} as timestamptz) as timestamp) end"
    )


def header_of(path: Path) -> tuple[str, ...]:
    """The column names of an invoice file, or why it is none.

    Columns may come in any order and with strangers among them; what decides over
    money must be there once.
    """
    with path.open("rb") as stream:
        start = stream.read(HEADER_BYTES)
    if not start.strip():
        raise InvoiceRefused("the file is empty")
    try:
        # A character that was cut by the read is no fault of the file.
        text = start.decode(
            "utf-8-sig", "strict" if len(start) < HEADER_BYTES else "ignore"
        )
    except UnicodeDecodeError:
        text = start.split(b"\n", 1)[0].decode("utf-8-sig", "replace")
    if text.lstrip()[:1] in ("<", "{", "["):
        raise InvoiceRefused("the file is HTML or JSON, not CSV")
    try:
        names = tuple(name.strip() for name in next(csv.reader(io.StringIO(text)), []))
    except csv.Error as error:
        raise InvoiceRefused(f"the file has no header: {error}") from None
    for name in REQUIRED:
        if name not in names:
            raise InvoiceRefused(f"the file has no column {name}")
    for name in COLUMNS:
        if names.count(name) > 1:
            raise InvoiceRefused(f"the file has two columns {name}")
    return names
