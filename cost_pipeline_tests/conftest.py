"""What every test may ask for."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import pytest

from cost_pipeline.warehouse.building import Window
from cost_pipeline_tests.tables import NOW, build_models, fresh_warehouse

RunModel = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def run_model() -> RunModel:
    """Build one model from the stated rows and return what it holds, ordered.

    `given` tables are taken as stated; other upstream models are built from the
    (empty) tables below them, so a test states only what matters to it.
    """

    def run(
        table: str,
        given: Mapping[str, str],
        *,
        now: datetime = NOW,
        select: str = "*",
        window: Window | None = None,
    ) -> list[tuple[Any, ...]]:
        with fresh_warehouse(now) as connection:
            build_models(connection, table, given=given, window=window)
            return connection.execute(
                f"select {select} from {table} order by all"
            ).fetchall()

    return run
