"""Publishing: analysts get a whole new file, or the old one stays.

The published file is written beside the old one, checked, and renamed over it, so a
reader never sees half an update and never holds up the pipeline. It is written so that
DuckDB 1.x tools can open it.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import duckdb

from cost_pipeline.models.digest import fingerprint, published_models, tables_in
from cost_pipeline.models.library import provenance
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
    present = tables_in(connection)
    models = {n: m for n, m in published_models().items() if n in present}
    prints = {name: fingerprint(connection, name) for name in models}
    manifest = target.with_name("manifest.json")
    before = json.loads(manifest.read_text()) if manifest.exists() else {}
    changed = tuple(name for name in prints if before.get(name) != prints[name])
    if changed or not target.exists() or set(before) != set(prints):
        _write_file(connection, models, target)
    for name in changed:
        _write_parquet(connection, models[name], exports / "tables")
    for name in set(before) - set(prints):
        _remove_parquet(name, exports / "tables")
    write_whole(manifest, json.dumps(prints, indent=1, sort_keys=True).encode())
    size_mb = round(target.stat().st_size / 1_000_000, 2)
    return Published(target, len(models), changed, size_mb)


def _write_file(
    connection: duckdb.DuckDBPyConnection, models: dict[str, Model], target: Path
) -> None:
    with whole_file(target) as partial:
        connection.execute(
            f"attach {literal(partial)} as published "
            f"(storage_version '{STORAGE_VERSION}')"
        )
        try:
            connection.execute("create schema published.marts")
            for model in models.values():
                _copy(connection, model)
            connection.execute("checkpoint published")
        finally:
            connection.execute("detach published")
            partial.with_name(partial.name + ".wal").unlink(missing_ok=True)


def _copy(connection: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Copy one table in the order of its grain, with its words beside it."""
    copy = f"published.{model.table}"
    order = ", ".join(model.grain) or "all"
    connection.execute(f"create table {copy} as from {model.table} order by {order}")
    counts = connection.execute(
        f"select (select count(*) from {model.table}), (select count(*) from {copy})"
    ).fetchall()[0]
    if counts[0] != counts[1]:
        raise PublishRefused(f"{model.table}: {counts[0]} rows became {counts[1]}")
    connection.execute(f"comment on table {copy} is {literal(model.description)}")
    sources = provenance(model.table)
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
