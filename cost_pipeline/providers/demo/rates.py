"""The central bank's rates as the demo serves them: its history file, zipped.

`eurofxref-hist.csv` has the bank's own layout. Days the published sample covers carry
its figures (1 April to 4 May 2026); all others are made up and only plausible.
"""

import io
import zipfile
from datetime import UTC, datetime, timedelta

from cost_pipeline.providers.demo.timeline import data_text

PATH = "/stats/eurofxref/eurofxref-hist.zip"
FILE = "eurofxref-hist.csv"
# A day's rates come out at about 16:00 in Frankfurt.
PUBLISHED_AFTER = timedelta(hours=15)


def csv_file(at: datetime) -> bytes:
    """The history as published at an instant, newest day first."""
    header, *days = data_text(FILE).splitlines()
    known = [day for day in days if _published_at(day) <= at]
    return "\n".join([header, *known, ""]).encode()


def zip_file(at: datetime) -> bytes:
    """The same file zipped; equal instants give equal bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo(FILE, date_time=(2026, 1, 1, 0, 0, 0))
        archive.writestr(entry, csv_file(at))
    return out.getvalue()


def _published_at(day: str) -> datetime:
    date = datetime.fromisoformat(day.split(",")[0]).replace(tzinfo=UTC)
    return date + PUBLISHED_AFTER
