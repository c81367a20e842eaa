"""Loading a table from a landed file: good rows go in, bad rows are set aside.

Nothing is guessed: a value that is not plainly of its column's type sends its row to
`raw.quarantine` with raw text, file, row and reason. Loaded, repeated and quarantined
rows always add up to the rows read.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from cost_pipeline.contracts.base import Column, Contract
from cost_pipeline.load.json_lines import line_scan, show_lines
from cost_pipeline.storage.connection import transaction
from cost_pipeline.storage.literals import literal

# A text of a megabyte is odd and no reason to refuse the table it stands in.
LONGEST_LINE, READ_AT_ONCE = 1 << 23, 1 << 25
INCOMING = "temp.incoming"
JUDGED = "temp.judged"


class SourceRefused(Exception):
    """A file that cannot be used at all; what was loaded before stays."""


@dataclass(frozen=True)
class SourceFile:
    """A landed file and how to read it; `sha256` goes into every row."""

    path: Path
    format: str
    sha256: str


@dataclass(frozen=True)
class Loaded:
    """How many rows were read, and what became of them."""

    read: int
    loaded: int
    repeated: int
    quarantined: int


def load_table(
    connection: duckdb.DuckDBPyConnection, contract: Contract, source: SourceFile | None
) -> Loaded:
    """Replace a table by the rows of a file; without a file it is empty."""
    with transaction(connection):
        connection.execute(contract.ddl(or_replace=True))
        connection.execute(
            "delete from raw.quarantine where table_name = ?", [contract.table]
        )
        loaded = Loaded(0, 0, 0, 0)
        if source is not None and source.path.stat().st_size > 0:
            loaded = _load(connection, contract, source)
        elif source is not None and contract.strict:
            # A ledger cut to nothing is a damaged one: never start empty.
            raise SourceRefused(f"{contract.table}: the file is empty")
    return loaded


def _load(
    connection: duckdb.DuckDBPyConnection, contract: Contract, source: SourceFile
) -> Loaded:
    rejected = _read_incoming(connection, contract, source)
    _judge(connection, contract)
    if source.format == "jsonl":
        show_lines(connection, contract, source.path)
    _set_repeats_aside(connection, contract)
    names = ", ".join(column.name for column in contract.columns)
    connection.execute(
        f"insert into {contract.table} select {names}, ?, source_row from {JUDGED} "
        "where reason is null order by source_row",
        [source.sha256],
    )
    connection.execute(
        "insert into raw.quarantine "
        f"select ?, ?, source_row, reason, raw_text from {JUDGED} "
        "where reason is not null and reason <> 'repeated'",
        [contract.table, source.sha256],
    )
    counts = connection.execute(
        "select count(*), count(*) filter (where reason is null), "
        f"count(*) filter (where reason = 'repeated') from {JUDGED}"
    ).fetchall()[0]
    read, loaded, repeated = (int(count) for count in counts)
    quarantined = read - loaded - repeated + rejected
    if contract.strict and quarantined:
        raise SourceRefused(
            f"{contract.table}: {quarantined} of {read + rejected} rows are broken, "
            "and this table is taken whole: give it anew. " + _first_reason(connection)
        )
    return Loaded(read + rejected, loaded, repeated, quarantined)


def _read_incoming(
    connection: duckdb.DuckDBPyConnection, contract: Contract, source: SourceFile
) -> int:
    """Read the file into a temporary table; returns the lines that have no columns."""
    readers = {"csv": _csv, "jsonl": _jsonl, "parquet": _parquet}
    for leftover in ("reject_scans", "reject_errors"):
        connection.execute(f"drop table if exists temp.{leftover}")
    try:
        query = readers[source.format](connection, contract, source.path)
        connection.execute(f"create or replace temp table incoming as {query}")
    except (duckdb.InvalidInputException, duckdb.BinderException) as error:
        # Where and why, without the line itself: it may be as long as a book.
        said = [line for line in str(error).splitlines() if line[:8] != "Original"]
        raise SourceRefused(f"{contract.table}: {' '.join(said[:2])}") from None
    if source.format != "csv":
        return 0
    connection.execute(
        "insert into raw.quarantine "
        "select ?, ?, line - 1, any_value(error_message), any_value(csv_line) "
        "from temp.reject_errors group by line",
        [contract.table, source.sha256],
    )
    found = connection.execute("select count(distinct line) from temp.reject_errors")
    return int(found.fetchall()[0][0])


def _csv(connection: duckdb.DuckDBPyConnection, contract: Contract, path: Path) -> str:
    options = (
        "all_varchar = true, header = true, delim = ',', quote = '\"', "
        f"max_line_size = {LONGEST_LINE}, buffer_size = {READ_AT_ONCE}, "
        "escape = '\"', null_padding = false, store_rejects = true, "
        "rejects_scan = 'reject_scans', rejects_table = 'reject_errors'"
    )
    scan = f"read_csv({literal(path)}, {options})"
    present = {
        row[0] for row in connection.execute(f"describe from {scan} limit 0").fetchall()
    }
    for leftover in ("reject_scans", "reject_errors"):
        connection.execute(f"drop table if exists temp.{leftover}")
    return _select(contract, dict.fromkeys(present, "VARCHAR"), scan)


def _parquet(
    connection: duckdb.DuckDBPyConnection, contract: Contract, path: Path
) -> str:
    scan = f"read_parquet({literal(path)})"
    described = connection.execute(f"describe from {scan} limit 0").fetchall()
    return _select(contract, {row[0]: row[1] for row in described}, scan)


def _jsonl(
    connection: duckdb.DuckDBPyConnection, contract: Contract, path: Path
) -> str:
    del connection
    return line_scan(contract, path)


def _select(contract: Contract, present: dict[str, str], scan: str) -> str:
    missing = [
        column.name
        for column in contract.columns
        if column.name not in present and column.name in contract.key
    ]
    if missing:
        raise SourceRefused(f"{contract.table}: the file has no column {missing[0]}")
    columns = []
    for column in contract.columns:
        if column.name not in present:
            columns.append(f"cast(null as varchar) as {column.name}")
        elif present[column.name].lower() == column.type:
            columns.append(column.name)
        else:
            columns.append(f"cast({column.name} as varchar) as {column.name}")
    return (
        f"select row_number() over () as source_row, {', '.join(columns)} from {scan}"
    )


def _judge(connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """Give every value its type, and every row the reason it cannot be used."""
    types = dict(
        connection.execute(
            "select column_name, data_type from duckdb_columns() "
            "where table_name = 'incoming'"
        ).fetchall()
    )
    typed = ", ".join(
        f"{_typed(column, types[column.name])} as {column.name}"
        for column in contract.columns
    )
    texts = ", ".join(f"{c.name} as {c.name}_text" for c in contract.columns)
    unreadable = [
        f"case when {c.name}_text is not null and cast({c.name}_text as varchar) <> '' "
        f"and {c.name} is null then '{c.name} is no {_plain(c.type)}' end"
        for c in contract.columns
        if c.type != "varchar"
    ]
    broken = [
        f"case when not coalesce({rule}, true) "
        f"then 'breaks the rule: {name.replace(chr(39), chr(34))}' end"
        for name, rule in contract.rules().items()
    ]
    reasons = ", ".join([*unreadable, *broken]) or "null"
    names = ", ".join(column.name for column in contract.columns)
    raw_text = ", ".join(f"'{c.name}', {c.name}_text" for c in contract.columns)
    connection.execute(
        f"create or replace temp table judged as "
        f"with typed as (select source_row, {typed}, {texts} from {INCOMING}), "
        f"reasoned as (select *, nullif(concat_ws('; ', {reasons}), '') as reason "
        f"from typed) "
        f"select source_row, {names}, reason, case when reason is not null "
        f"then left(cast(json_object({raw_text}) as varchar), 2000) end as raw_text "
        f"from reasoned"
    )


def _set_repeats_aside(
    connection: duckdb.DuckDBPyConnection, contract: Contract
) -> None:
    """Count an identical row once; refuse every row of a key that says two things."""
    keys = ", ".join(contract.key)
    repeats = connection.execute(
        f"select count(*) - count(distinct ({keys})) from {JUDGED} where reason is null"
    ).fetchall()[0][0]
    if not repeats:
        return
    names = ", ".join(column.name for column in contract.columns)
    text = ", ".join(f"'{c.name}', judged.{c.name}" for c in contract.columns)
    connection.execute(
        f"create or replace temp table repeats as "
        f"select {keys}, min(source_row) as first_row, "
        f"count(distinct ({names})) as versions from {JUDGED} "
        f"where reason is null group by {keys} having count(*) > 1"
    )
    same_key = " and ".join(
        f"judged.{key} is not distinct from repeats.{key}" for key in contract.key
    )
    connection.execute(
        f"update {JUDGED} set reason = case when repeats.versions > 1 "
        "then 'the same key with different content' else 'repeated' end, "
        f"raw_text = left(cast(json_object({text}) as varchar), 2000) "
        f"from temp.repeats as repeats where {same_key} and judged.reason is null "
        "and (repeats.versions > 1 or judged.source_row > repeats.first_row)"
    )


def _typed(column: Column, actual: str) -> str:
    """The expression that reads a text strictly, or null when it is something else."""
    name, kind = column.name, column.type
    if actual.lower() == kind and kind != "varchar":
        return name
    text = f"nullif(cast({name} as varchar), '')"
    if kind == "varchar":
        return f"coalesce({text}, '{column.default}')" if column.default else text
    if kind == "bigint":
        value = _if_matches(text, "^[+-]?[0-9]+$", kind)
    elif kind.startswith("decimal"):
        scale = kind.rstrip(")").split(",")[1]
        # A cast would round silently; what does not fit is not this number.
        pattern = rf"^[+-]?[0-9]+([.][0-9]{{1,{scale}}}0*)?$"
        value = _if_matches(text, pattern, kind)
    elif kind == "timestamp":
        value = f"cast(try_cast({text} as timestamptz) as timestamp)"
    elif kind == "json":
        value = f"case when json_valid({text}) then cast({text} as json) end"
    else:
        value = f"try_cast({text} as {kind})"
    if column.default:
        return f"case when {text} is null then {column.default} else {value} end"
    return value


def _if_matches(text: str, pattern: str, kind: str) -> str:
    return (
        f"case when regexp_full_match({text}, '{pattern}') "
        f"then try_cast({text} as {kind}) end"
    )


def _plain(kind: str) -> str:
    names = {"bigint": "whole number", "timestamp": "time", "boolean": "yes or no"}
    return names.get(kind, "exact number" if kind.startswith("decimal") else kind)


def _first_reason(connection: duckdb.DuckDBPyConnection) -> str:
    found = connection.execute(
        f"select source_row, reason from {JUDGED} "
        "where reason is not null and reason <> 'repeated' order by source_row limit 1"
    ).fetchall()
    return f"Row {found[0][0]}: {found[0][1]}" if found else ""
