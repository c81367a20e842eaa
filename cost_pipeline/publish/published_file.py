"""Publishing: analysts get a whole new file, or the old one stays.

The published file is written beside the old one, checked, and renamed over it, so a
reader never sees half an update and never holds up the pipeline. It is written so that
DuckDB 1.x tools can open it.
"""

import hashlib
import json
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import duckdb

from cost_pipeline.models.digest import published_models, tables_in
from cost_pipeline.models.fingerprints import contents_of
from cost_pipeline.models.model import Model
from cost_pipeline.storage.files import whole_file, write_whole
from cost_pipeline.storage.literals import literal

# A default file of DuckDB 2.0 cannot be read by any 1.x.
STORAGE_VERSION = "v1.0.0"
BY_MONTH = {"marts.usage_daily": "day"}


class PublishRefused(Exception):
    """The copy is not what was copied; the last good file stays."""


@dataclass(frozen=True)
class Published:
    """What was written anew."""

    path: Path
    tables: int
    changed: tuple[str, ...]
    size_mb: float


def publish(
    connection: duckdb.DuckDBPyConnection, target: Path, exports: Path
) -> Published:
    """Publish the marts: the DuckDB file by rename, changed tables as Parquet."""
    models = published_models()
    prints = {name: _print(connection, model) for name, model in models.items()}
    manifest = target.with_name("manifest.json")
    before = json.loads(manifest.read_text()) if manifest.exists() else {}
    changed = tuple(name for name in prints if before.get(name) != prints[name])
    gone = sorted(set(before) - set(prints))
    if changed or gone or not target.exists():
        _write_file(connection, models, changed, target, is_known=bool(before))
    for name in changed:
        _write_parquet(connection, models[name], exports / "tables")
    for name in gone:
        _remove_parquet(name, exports / "tables")
    if prints != before:
        write_whole(manifest, json.dumps(prints, indent=1, sort_keys=True).encode())
    size_mb = round(target.stat().st_size / 1_000_000, 2)
    return Published(target, len(models), changed, size_mb)


def _print(connection: duckdb.DuckDBPyConnection, model: Model) -> str:
    """The rows and the words of a table, as they are published."""
    try:
        contents = contents_of(connection, model.table)
    except duckdb.CatalogException:
        raise PublishRefused(f"{model.table} was never made") from None
    words = repr((model.description, *model.columns.items(), *model.sources.items()))
    said = hashlib.sha256(words.encode()).hexdigest()[:16]
    return f"{duckdb.__version__} {contents} {said}"


def _write_file(
    connection: duckdb.DuckDBPyConnection,
    models: dict[str, Model],
    changed: Collection[str],
    target: Path,
    *,
    is_known: bool,
) -> None:
    """Write the new file from a copy of the old one, in which only changes are new.

    Whatever the old file may hold by now, a table that is kept must hold what the
    warehouse does; without a manifest, or when the old one cannot be read, all of it is
    written.
    """
    with whole_file(target) as partial:
        is_copied = is_known and _copied(target, partial)
        try:
            attach = f"attach {literal(partial)} as published"
            try:
                connection.execute(f"{attach} (storage_version '{STORAGE_VERSION}')")
            except duckdb.Error:
                partial.unlink(missing_ok=True)
                connection.execute(f"{attach} (storage_version '{STORAGE_VERSION}')")
            try:
                connection.execute("create schema if not exists published.marts")
                present = tables_in(connection, "published.")
                for name in present - set(models):
                    connection.execute(f"drop table published.{name}")
                for name, model in models.items():
                    is_kept = is_copied and name not in changed and name in present
                    if not (is_kept and _holds_the_same(connection, name)):
                        _copy(connection, model)
                connection.execute("checkpoint published")
            finally:
                connection.execute("detach published")
        finally:
            partial.with_name(partial.name + ".wal").unlink(missing_ok=True)


def _copied(source: Path, partial: Path) -> bool:
    try:
        shutil.copyfile(source, partial)
    except FileNotFoundError:
        return False
    return True


def _holds_the_same(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    copy = contents_of(connection, f"published.{table}")
    return copy == contents_of(connection, table)


def _copy(connection: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Copy one table in the order of its grain, with its words beside it."""
    copy = f"published.{model.table}"
    order = ", ".join(model.grain) or "all"
    connection.execute(f"drop table if exists {copy}")
    connection.execute(f"create table {copy} as from {model.table} order by {order}")
    counts = connection.execute(
        f"select (select count(*) from {model.table}), (select count(*) from {copy})"
    ).fetchall()[0]
    if counts[0] != counts[1]:
        raise PublishRefused(f"{model.table}: {counts[0]} rows became {counts[1]}")
    connection.execute(f"comment on table {copy} is {literal(model.description)}")
    sources = model.sources
    for column, text in model.columns.items():
        source = f" (from {sources[column]})" if column in sources else ""
        comment = literal(f"{text}{source}")
        connection.execute(f"comment on column {copy}.{column} is {comment}")


def _write_parquet(
    connection: duckdb.DuckDBPyConnection, model: Model, folder: Path
) -> None:
    """Write a table as Parquet, one file, or one a month where it grows by the day."""
    day = BY_MONTH.get(model.table)
    order = ", ".join(model.grain) or "all"
    if day is None:
        parts = {f"{model.name}.parquet": "true"}
    else:
        months = connection.execute(
            f"select distinct strftime({day}, '%Y-%m') from {model.table} order by 1"
        ).fetchall()
        parts = {
            f"{model.name}/{month}.parquet": f"strftime({day}, '%Y-%m') = '{month}'"
            for (month,) in months
        }
    for name, condition in parts.items():
        with whole_file(folder / name) as partial:
            connection.execute(
                f"copy (from {model.table} where {condition} order by {order}) "
                f"to {literal(partial)} (format parquet)"
            )


def _remove_parquet(table: str, folder: Path) -> None:
    (folder / f"{table.split('.')[1]}.parquet").unlink(missing_ok=True)
