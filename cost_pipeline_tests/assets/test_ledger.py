"""The tables that tell the world: what they come after, and what they say."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from cost_pipeline.assets.nodes import Chain
from cost_pipeline.definitions import tables
from cost_pipeline.gateways.demo import DryRunGateway
from cost_pipeline.models.library import all_models
from cost_pipeline.storage.connection import RunClock, set_clock
from cost_pipeline.storage.landing import Landing
from cost_pipeline_tests.tables import fresh_warehouse, give

MAY_20 = datetime(2026, 5, 20, tzinfo=UTC)
COLUMNS = "message_id | kind | recipient | tenant_id | skip_reason | data"
TOLD = ("ledger.messages", "ledger.deliveries")


def tell(
    connection: duckdb.DuckDBPyConnection, now: datetime, folder: Path, name: str
) -> dict[str, str | None]:
    """Tell one message; returns what is to be said of each table."""
    queue = f"{COLUMNS}\n{name} | notice | operator | acme | no address | {{}}"
    give(connection, "core.crossing_messages", queue)
    give(connection, "core.leak_messages", COLUMNS)
    set_clock(connection, RunClock(now, date(2026, 1, 1)))
    chain = Chain(connection, Landing(folder), folder / "ledger", now, DryRunGateway())
    nodes = {node.name: node for node in chain.nodes()}
    found = {}
    for table in TOLD:
        make = nodes[table].make
        assert make is not None
        made = make()
        assert made.is_settled
        found[table] = made.warning
    return found


def test_a_run_as_of_the_past_warns_at_every_table_and_fails_at_none(tmp_path):
    with fresh_warehouse() as connection:
        said = tell(connection, MAY_20, tmp_path, "first")
        assert said == dict.fromkeys(TOLD)
        said = tell(connection, MAY_20 - timedelta(days=1), tmp_path, "second")
        for words in said.values():
            assert (words or "").startswith("now lies before 2026-05-20 00:00:00")
        told = connection.execute("select message_id from ledger.messages").fetchall()
        assert told == [("first",)]


def test_a_table_comes_after_all_that_its_query_reads():
    models = all_models()
    above = {spec.key: {dep.asset_key for dep in spec.deps} for spec in tables.specs}
    for model in models.values():
        if model.is_append:
            key = next(key for key in above if [*key.path] == model.key)
            found = {".".join(one.path) for one in above[key]}
            assert set(model.upstream) & models.keys() <= found, model.table
            assert found, model.table
