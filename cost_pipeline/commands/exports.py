"""`export`: statements, the journal and the tables, all or for one tenant."""

import re
from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path
from zlib import crc32

from rich.console import Console

from cost_pipeline.commands.queries import NothingPublished
from cost_pipeline.publish.exports import Chosen, export_tables
from cost_pipeline.publish.journal import journal
from cost_pipeline.publish.statements import statements
from cost_pipeline.settings import Settings, WrongUsage
from cost_pipeline.storage.files import write_whole

KNOWN_TENANTS = """
select tenant_id from raw.tenants union select tenant_id from marts.tenant_invoices
"""


class NoSuchTenant(Exception):
    """Nobody of that id is known: a folder of empty files would hide the slip."""


def month_of(text: str | None) -> date | None:
    """Read `--month`."""
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007
    except ValueError:
        raise WrongUsage("--month is written YYYY-MM") from None


def export(
    settings: Settings, console: Console, tenant: str | None, month: str | None
) -> Path:
    """Write everything that was chosen into a folder of its own; returns the folder."""
    chosen = Chosen(tenant, month_of(month))
    if not settings.published_path.exists():
        raise NothingPublished("nothing is published yet; `cost-pipeline run` does it")
    folder = folder_of(settings.exports_path, chosen)
    formats = ["parquet", "csv", *(["xlsx"] if find_spec("xlsxwriter") else [])]
    documents = write_documents(settings, folder, chosen)
    tables = export_tables(settings.published_path, folder / "tables", formats, chosen)
    console.print(
        f"{documents} statements, the journal and {len(tables)} files of tables "
        f"({', '.join(formats)}) are in {folder}",
        markup=False,
        highlight=False,
    )
    return folder


def write_documents(settings: Settings, folder: Path, chosen: Chosen) -> int:
    """The statements as pages to print, and the journal; how many statements."""
    from cost_pipeline.resources import opened_warehouse, run_clock

    with opened_warehouse(settings, run_clock(settings)) as connection:
        known = {row[0] for row in connection.execute(KNOWN_TENANTS).fetchall()}
        if chosen.tenant is not None and chosen.tenant not in known:
            raise NoSuchTenant(f"there is no tenant {chosen.tenant}")
        pages = list(statements(connection, chosen.tenant, chosen.month))
        entries = journal(connection, chosen.tenant, chosen.month)
    written = {f"{safe(number)}.html": page for number, page in pages}
    for name, page in written.items():
        write_whole(folder / "statements" / name, page.encode())
    # A draft of an earlier export that is no more would look like a document.
    for old in (folder / "statements").glob("*.html"):
        if old.name not in written:
            old.unlink()
    write_whole(folder / "ar_journal.csv", entries.encode())
    return len(pages)


def folder_of(exports: Path, chosen: Chosen) -> Path:
    """A folder for each choice, so that no export mixes with another."""
    who = f"tenant-{safe(chosen.tenant)}" if chosen.tenant is not None else "all"
    return exports / (f"{who}_{chosen.month:%Y-%m}" if chosen.month else who)


def safe(name: str) -> str:
    """A name from outside as one part of a path, wherever it tries to point.

    A name that had to change says which one it was, or two would share one file.
    """
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name).lstrip(".")[:100]
    return plain if plain == name != "" else f"{plain}_{crc32(name.encode()):08x}"
