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

RECEIPT_FILES_DDL = """
    create table if not exists ops.receipt_files (
        path varchar not null,
        bytes_loaded bigint not null
    )
"""

FIELDS = """{
    account: 'VARCHAR', kind: 'VARCHAR', subject: 'VARCHAR', received_at: 'VARCHAR',
    sha256: 'VARCHAR', suffix: 'VARCHAR', items: 'BIGINT', is_complete: 'BOOLEAN',
    problem: 'VARCHAR', request_ids: 'JSON', missing: 'JSON',
    rejected: 'STRUCT(position BIGINT, reason VARCHAR, raw_text VARCHAR)[]'
}"""

READ = f"""
    insert into temp.incoming_receipts
    select
        account, kind, coalesce(subject, ''),
        cast(cast(received_at as timestamptz) as timestamp), coalesce(sha256, ''),
        suffix, items, is_complete, problem,
        -- Of a whole answer nobody asks them back; they stay in the landing.
        case when not is_complete then cast(request_ids as varchar) end,
        missing, rejected, ?, row_number() over ()
    from read_ndjson(?, columns = {FIELDS})
"""

# A run that was killed and repeated leaves two receipts of one instant. The last
# complete one counts; a failure never hides an answer, and an answer that says the
# same again changes nothing.
CHOOSE = """
    create or replace temp table new_receipts as
    with latest as (
        select *
        from temp.incoming_receipts
        qualify row_number() over (
            partition by account, kind, subject, received_at
            order by is_complete desc, place desc
        ) = 1
    )
    select latest.*
    from latest
    left join raw.receipts as known using (account, kind, subject, received_at)
    where known.account is null or not known.is_complete
        or (latest.is_complete and latest.sha256 <> known.sha256)
"""

REPLACE = f"""
    delete from raw.receipts as known using temp.new_receipts as given
    where known.account = given.account and known.kind = given.kind
        and known.subject = given.subject and known.received_at = given.received_at;
    insert into raw.receipts
    select
        account, kind, subject, received_at, sha256, suffix, items, is_complete,
        problem, request_ids, missing,
        case
            when not is_complete then 'incomplete'
            when kind in {LISTINGS} and subject = '' then 'pending'
            else 'accepted'
        end
    from temp.new_receipts
"""

# The same odd item comes with every sync; one row is enough.
SET_ASIDE = """
    insert into raw.quarantine
    with rejected as (
        select
            'landing.' || kind as table_name,
            case when sha256 <> '' then sha256 else path end as source_file,
            unnest(rejected) as item
        from temp.incoming_receipts
        where len(rejected) > 0
    )
    select distinct on (table_name, source_file, item.position, item.reason)
        table_name, source_file, item.position, item.reason, left(item.raw_text, 2000)
    from rejected
    where not exists (
        select 1 from raw.quarantine as known
        where known.table_name = rejected.table_name
            and known.source_file = rejected.source_file
            and known.source_row = rejected.item.position
            and known.reason = rejected.item.reason
    )
"""


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
        connection.execute(CHOOSE)
        connection.execute(REPLACE)
        connection.execute(SET_ASIDE)
        new = connection.execute("select count(*) from temp.new_receipts").fetchall()
        connection.execute("drop table temp.new_receipts")
        connection.execute("drop table temp.incoming_receipts")
    return int(new[0][0])


def _prepare(connection: duckdb.DuckDBPyConnection) -> None:
    for ddl in (RECEIPTS.ddl(), QUARANTINE.ddl(), RECEIPT_FILES_DDL):
        connection.execute(ddl)
    connection.execute(
        "create or replace temp table incoming_receipts ("
        "account varchar, kind varchar, subject varchar, received_at timestamp, "
        "sha256 varchar, suffix varchar, items bigint, is_complete boolean, "
        "problem varchar, request_ids varchar, missing json, "
        "rejected struct(position bigint, reason varchar, raw_text varchar)[], "
        "path varchar, place bigint)"
    )


def _read_file(
    connection: duckdb.DuckDBPyConnection, path: Path, name: str, done: int
) -> int:
    """Read the whole lines after a position; returns the position after them."""
    with new_lines(path, done) as (lines, end):
        try:
            connection.execute(READ, [name, str(lines)])
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
