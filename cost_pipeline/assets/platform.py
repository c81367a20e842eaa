"""The platform's own tables and our constants, on their way to `raw` and `ref`.

Assets here ask and store. Types, keys and quarantine are the contracts' affair.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import dagster as dg
import duckdb

from cost_pipeline.assets.check_results import check_result, problem_result
from cost_pipeline.assets.groups import (
    FETCH_FIRST,
    LANDING,
    OWNERS,
    RAW,
    WAREHOUSE_POOL,
    first_line,
)
from cost_pipeline.contracts.base import Contract
from cost_pipeline.contracts.registry import (
    ledger_tables,
    reference_tables,
    source_tables,
)
from cost_pipeline.fetch.platform_tables import land_tables, last_sync, waiting_tables
from cost_pipeline.load.platform_tables import load_source
from cost_pipeline.load.tables import Loaded
from cost_pipeline.models.rules import BrokenRule, broken_rules
from cost_pipeline.resources import Warehouse
from cost_pipeline.settings import Settings
from cost_pipeline.sources.base import Sources, SourceUnreachable
from cost_pipeline.storage.connection import RunClock
from cost_pipeline.storage.landing import Landing

CONTRACT = "contract"
PLATFORM_TABLES = dg.AssetKey(["landing", "platform_tables"])
CALENDAR = ("ref.days", "ref.months", "ref.numbers")


@dg.asset(
    key=PLATFORM_TABLES,
    group_name=LANDING,
    description="The platform's own tables, landed as they came.",
    kinds={"csv", "postgres"},
    owners=OWNERS,
    op_tags=FETCH_FIRST,
    tags={"subject": "platform", "layer": "landing"},
    check_specs=[dg.AssetCheckSpec("landed", asset=PLATFORM_TABLES)],
)
def platform_tables(
    sources: dg.ResourceParam[Sources],
    landing: dg.ResourceParam[Landing],
    clock: dg.ResourceParam[RunClock],
) -> dg.MaterializeResult:
    """Read every table once; one receipt names what was there.

    When they cannot be read, the last sync stands and the check says so: the
    provider's side goes on. Before the first sync there is nothing to stand on.
    """
    problem = None
    try:
        land_tables(sources, landing, clock.now, ledger_to_guard(clock))
    except SourceUnreachable as error:
        problem = str(error)
    receipt = last_sync(landing, clock.now)
    if receipt is None:
        raise SourceUnreachable(problem)
    problem = problem or waiting_tables(landing, clock.now)
    return dg.MaterializeResult(
        metadata={"sha256": receipt.sha256},
        check_results=[problem_result(PLATFORM_TABLES.path, "landed", problem)],
    )


def ledger_to_guard(clock: RunClock) -> Path | None:
    """Where what was issued to customers lies, when this run may issue more."""
    if clock.issue_from is None or clock.issue_from > clock.now.date():
        return None
    return Settings.load().segments_path


def spec_of(
    contract: Contract, kinds: set[str], deps: Sequence[dg.AssetKey]
) -> dg.AssetSpec:
    """The asset of a declared table: its words and columns come from the contract."""
    columns = [
        dg.TableColumn(column.name, column.type, column.description)
        for column in contract.all_columns
    ]
    return dg.AssetSpec(
        contract.table.split("."),
        deps=deps,
        group_name=RAW,
        description=first_line(contract.description),
        kinds=kinds,
        owners=OWNERS,
        tags={"subject": contract.subject, "layer": contract.table.split(".")[0]},
        metadata={"dagster/column_schema": dg.TableSchema(columns)},
        skippable=False,
    )


def check_of(contract: Contract) -> dg.AssetCheckSpec:
    key = dg.AssetKey(contract.table.split("."))
    rules = "; ".join([f"one row per {', '.join(contract.key)}", *contract.rules()])
    return dg.AssetCheckSpec(CONTRACT, asset=key, blocking=True, description=rules)


Load = Callable[[duckdb.DuckDBPyConnection, Contract], Loaded]


def load_all(
    context: dg.AssetExecutionContext,
    connection: duckdb.DuckDBPyConnection,
    contracts: Sequence[Contract],
    load: Load,
) -> Iterator[dg.MaterializeResult]:
    """Load the chosen tables one after another, each with its check."""
    chosen = context.selected_asset_keys
    for contract in contracts:
        key = dg.AssetKey(contract.table.split("."))
        if key not in chosen:
            continue
        loaded = load(connection, contract)
        broken = broken_rules(connection, contract) + set_aside(contract, loaded)
        yield dg.MaterializeResult(
            asset_key=key,
            metadata={
                "dagster/row_count": loaded.loaded,
                "rows_read": loaded.read,
                "rows_quarantined": loaded.quarantined,
                "rows_repeated": loaded.repeated,
            },
            check_results=[check_result(key.path, CONTRACT, broken)],
        )


def set_aside(contract: Contract, loaded: Loaded) -> list[BrokenRule]:
    """Rows in quarantine are a warning: the rest of the table is good."""
    if not loaded.quarantined:
        return []
    columns, sample = ("where to look",), (("raw.quarantine",),)
    name = f"{contract.name}: no row is set aside"
    return [BrokenRule(name, loaded.quarantined, columns, sample, is_warning=True)]


@dg.multi_asset(
    name="platform_raw",
    specs=[
        spec_of(contract, {"duckdb", "csv"}, [PLATFORM_TABLES])
        for contract in source_tables()
    ],
    check_specs=[check_of(contract) for contract in source_tables()],
    can_subset=True,
    pool=WAREHOUSE_POOL,
)
def platform_raw(
    context: dg.AssetExecutionContext,
    warehouse: Warehouse,
    landing: dg.ResourceParam[Landing],
    clock: dg.ResourceParam[RunClock],
) -> Iterator[dg.MaterializeResult]:
    """Good rows go in, bad rows are set aside with their reason."""

    def load(connection: duckdb.DuckDBPyConnection, contract: Contract) -> Loaded:
        return load_source(connection, landing, contract, clock.now)

    yield from load_all(context, warehouse.connection, source_tables(), load)


@dg.multi_asset(
    name="reference",
    # Seeds need nothing of the platform, so none that fails may hold them back; the
    # sync goes first by its priority.
    specs=[spec_of(contract, {"duckdb", "csv"}, []) for contract in reference_tables()],
    check_specs=[check_of(contract) for contract in reference_tables()],
    can_subset=True,
    pool=WAREHOUSE_POOL,
)
def reference(
    context: dg.AssetExecutionContext,
    warehouse: Warehouse,
    landing: dg.ResourceParam[Landing],
    clock: dg.ResourceParam[RunClock],
) -> Iterator[dg.MaterializeResult]:
    """Constants are rows of a seed file, unless the platform gives its own."""

    def load(connection: duckdb.DuckDBPyConnection, contract: Contract) -> Loaded:
        return load_source(connection, landing, contract, clock.now)

    yield from load_all(context, warehouse.connection, reference_tables(), load)


def remembered_spec(contract: Contract) -> dg.AssetSpec:
    """What the ledger held when the run began, for drafts to be computed from."""
    spec = spec_of(contract, {"duckdb"}, [])
    return spec.replace_attributes(
        key=remembered_key(contract),
        description=f"The ledger's {contract.name} as known before this run writes.",
    )


def remembered_key(contract: Contract) -> dg.AssetKey:
    return dg.AssetKey(["raw", f"ledger_{contract.name}"])


@dg.multi_asset(
    name="ledger_before",
    specs=[remembered_spec(contract) for contract in ledger_tables()],
    check_specs=[
        dg.AssetCheckSpec("readable", asset=remembered_key(contract), blocking=True)
        for contract in ledger_tables()
    ],
    can_subset=True,
    pool=WAREHOUSE_POOL,
)
def ledger_before(
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> Iterator[dg.MaterializeResult]:
    """Count what the ledger holds; opening the warehouse has made it readable."""
    for contract in ledger_tables():
        key = remembered_key(contract)
        if key not in context.selected_asset_keys:
            continue
        query = f"select count(*) from {contract.table}"
        rows = warehouse.connection.execute(query).fetchall()[0][0]
        passed = dg.AssetCheckResult(passed=True, asset_key=key, check_name="readable")
        yield dg.MaterializeResult(
            asset_key=key, metadata={"dagster/row_count": rows}, check_results=[passed]
        )


assets = [platform_tables, platform_raw, reference, ledger_before]
tables = [
    *(contract.table for contract in source_tables()),
    *(contract.table for contract in reference_tables()),
    *(f"raw.ledger_{contract.name}" for contract in ledger_tables()),
]
