"""Receipts: one for every sync, read from the landing into the warehouse.

Put here what reads receipt files, of whatever kind. What a listing changed is
`observations.py`; what follows from it is SQL.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import duckdb

from cost_pipeline.contracts.landed import QUARANTINE, RECEIPTS
from cost_pipeline.models.query_files import query_of
from cost_pipeline.storage.connection import transaction
from cost_pipeline.storage.files import length_of, read_lines
from cost_pipeline.storage.landing import CorruptLanding, Landing

# The listings that inventory is made of. Their receipts wait to be compared with the
# last accepted one; those of other kinds speak for themselves.
LISTINGS = (
    *("projects", "project_resources", "droplets", "domains", "volumes", "snapshots"),
    *("reserved_ips", "firewalls", "load_balancers", "backups", "databases"),
    *("kubernetes_clusters", "apps", "sizes"),
)


def load_receipts(connection: duckdb.DuckDBPyConnection, landing: Landing) -> int:
    """Load what was appended to the receipt files since; returns new or newer ones."""
    _prepare(connection)
    loaded = dict(
        connection.execute(
            "select path, bytes_loaded from ops.receipt_files"
        ).fetchall()
    )
    with transaction(connection):
        for path in landing.receipt_files():
            name = path.relative_to(landing.root).as_posix()
            done = loaded.get(name, 0)
            if path.suffix == ".gz" and not done:
                # Sealed since it was read, or not read yet: the name before says which.
                done = loaded.get(name.removesuffix(".gz"), 0)
            if length_of(path) == done and name in loaded:
                continue
            end = _read_file(connection, path, name, done)
            connection.execute("delete from ops.receipt_files where path = ?", [name])
            connection.execute(
                "insert into ops.receipt_files values (?, ?)", [name, end]
            )
        connection.execute(query_of("load/receipts/choose"))
        connection.execute(query_of("load/receipts/forget"))
        listings = {"listings": list(LISTINGS)}
        connection.execute(query_of("load/receipts/keep"), listings)
        connection.execute(query_of("load/receipts/set_aside"))
        new = connection.execute("select count(*) from temp.new_receipts").fetchall()
        connection.execute("drop table temp.new_receipts")
        connection.execute("drop table temp.incoming_receipts")
    return int(new[0][0])


def _prepare(connection: duckdb.DuckDBPyConnection) -> None:
    prepare = query_of("load/receipts/prepare")
    for ddl in (RECEIPTS.ddl(), QUARANTINE.ddl(), prepare):
        connection.execute(ddl)


def _read_file(
    connection: duckdb.DuckDBPyConnection, path: Path, name: str, done: int
) -> int:
    """Read the whole lines after a position; returns the position after them."""
    with new_lines(path, done) as (lines, end):
        try:
            connection.execute(query_of("load/receipts/read"), [name, str(lines)])
        except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
            first_line = str(error).splitlines()[0]
            raise CorruptLanding(
                f"{path}: a receipt cannot be read ({first_line}). Restore the file "
                "from a backup, or remove the broken line."
            ) from None
    return end


@contextmanager
def new_lines(path: Path, done: int) -> Iterator[tuple[Path, int]]:
    """A file with the whole lines after a position; a torn last line is left out."""
    size = length_of(path)
    # Receipts are only ever appended. A file that shrank was put there by somebody,
    # and reading all of it again does no harm: the key decides.
    start = done if done <= size else 0
    with tempfile.TemporaryDirectory() as folder, _opened(path, folder) as source:
        end = _end_of_last_line(source.fileno(), size)
        source.seek(start)
        copy = Path(folder) / "receipts.jsonl"
        with copy.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
            target.truncate(max(0, end - start))
        yield copy, end


@contextmanager
def _opened(path: Path, folder: str) -> Iterator[BinaryIO]:
    """The file itself, or its lines unpacked beside the copy."""
    if path.suffix == ".gz":
        path, sealed = Path(folder) / "unsealed.jsonl", path
        path.write_bytes(read_lines(sealed))
    with path.open("rb") as source:
        yield source


def _end_of_last_line(descriptor: int, size: int) -> int:
    end = size
    while end > 0:
        begin = max(0, end - (1 << 16))
        found = os.pread(descriptor, end - begin, begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        end = begin
    return 0
