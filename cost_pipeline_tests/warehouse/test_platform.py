"""The platform's tables: what it gives is used, and defaults stand in for the rest."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cost_pipeline.contracts.registry import all_contracts
from cost_pipeline.sources.files import FileSources
from cost_pipeline.warehouse.landing import Landing
from cost_pipeline.warehouse.platform import land_tables, load_source
from cost_pipeline.warehouse.reference import SEEDS
from cost_pipeline_tests.tables import fresh_warehouse

NOW = datetime(2026, 5, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    "table", ["raw.plans", "ref.metering_rules", "ref.urn_kinds", "ref.rate_cards"]
)
def test_a_table_the_platform_gives_replaces_its_seed(tmp_path: Path, table: str):
    contract = all_contracts()[table]
    seed = (SEEDS / f"{contract.name}.csv").read_text("utf-8").splitlines()
    folder = tmp_path / "platform"
    folder.mkdir()
    (folder / f"{contract.name}.csv").write_text("\n".join(seed[:2]) + "\n", "utf-8")
    landing = Landing(tmp_path / "landing")
    land_tables(FileSources(folder), landing, NOW)
    connection = fresh_warehouse()
    given = load_source(connection, landing, contract, NOW)
    default = load_source(connection, landing, all_contracts()["raw.tax_rates"], NOW)
    assert (given.loaded, given.quarantined) == (1, 0)
    assert default.loaded > 1
