"""A file of exchange rates: whether bytes are a whole one, and what its header says.

Put here what can be told from the bytes alone. How rows become rates is
`load/rates.py`; what a day without a rate means is `core/costs/fx_daily.sql`.
"""

import csv
import io
import re
import zipfile

# How a landed one is filed.
ACCOUNT = "ecb"
KIND = "fx_zip"
LARGEST_FILE = 1 << 26


class RatesRefused(Exception):
    """A file that holds no rates; the message says why."""


def columns_of(text: str) -> tuple[list[str], list[str]]:
    """The header, and the currencies in it, of a text that is a table of rates."""
    # The layout ends every row with a comma, so the last column has no name.
    header = [name.strip() for name in next(csv.reader(io.StringIO(text)), [])]
    names = header[1:-1] if header and header[-1] == "" else header[1:]
    if not names or header[0] != "Date" or len(set(names)) != len(names):
        raise RatesRefused("the file does not begin with Date and currencies")
    if not all(re.fullmatch("[A-Z]{3}", name) for name in names):
        raise RatesRefused("a column of the file is no currency")
    if not text.endswith("\n"):
        # Years may be missing behind the cut, and what is before it looks like all.
        raise RatesRefused("the file ends in the middle of a line")
    return header, names


def text_of(body: bytes) -> str:
    """The CSV, out of its ZIP where it is in one."""
    if body.startswith(b"PK"):
        try:
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                entry = next(
                    n for n in archive.infolist() if n.filename.endswith(".csv")
                )
                if entry.file_size > LARGEST_FILE:
                    raise RatesRefused("the file is too large to be a table of rates")
                body = archive.read(entry)
        except (zipfile.BadZipFile, StopIteration, EOFError, OSError):
            raise RatesRefused("the archive is broken or holds no CSV") from None
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RatesRefused("the file is not UTF-8") from None
