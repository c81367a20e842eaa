"""What the demo called final of February, and what came of it when its bill changed."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cost_pipeline.commands.demo import ENVIRONMENT, FINALS
from cost_pipeline.contracts.ledger_margins import MARGIN_FINALS
from cost_pipeline_tests.conftest import command

MARCH_3 = datetime(2026, 3, 3, tzinfo=UTC)
CREDITED = "subscription:harbor:USD:2026-03-15T21:00:00"
FEBRUARY = "where month = '2026-02-01'"


def rows_of(path: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.slow
def test_what_the_demo_remembers_is_what_a_run_of_that_day_writes(
    demo_home: Path, tmp_path: Path
) -> None:
    shutil.copytree(demo_home / "data" / "landing", tmp_path / "data" / "landing")
    done = command(tmp_path, "run", "--as-of", MARCH_3.isoformat(), **ENVIRONMENT)
    assert done.returncode == 0, done.stdout + done.stderr
    names = ", ".join(column.name for column in MARGIN_FINALS.columns)
    written = f"select {names} from margin_finals order by all"
    found = rows_of(tmp_path / "data" / "ledger.duckdb", written)
    types = {column.name: column.type for column in MARGIN_FINALS.columns}
    with duckdb.connect() as memory:
        given = memory.read_csv(str(FINALS), dtype=types, na_values="-").fetchall()
    assert sorted(given) == found
    assert found


def test_the_bill_that_came_again_is_a_correction_and_no_silent_change(
    demo_home: Path,
) -> None:
    published = demo_home / "data" / "published" / "cost.duckdb"
    corrections = rows_of(
        published,
        "select reason, revision, delta_revenue_cents < -1, delta_cost_micros_usd "
        f"from marts.margin_corrections {FEBRUARY}",
    )
    assert corrections
    again = "provider invoices: 3e8f7aa9-aeec-57@f4799b56 -> "
    for reason, revision, is_revenue, micros in corrections:
        assert revision == 1
        assert reason.startswith(again) == (micros != 0), reason
        # A credit of a later invoice gave a part of February back.
        assert reason.endswith(CREDITED) == is_revenue, reason
    assert {is_revenue for _, _, is_revenue, _ in corrections} == {True, False}
    with FINALS.open() as lines:
        called_final = sum(int(line.split(",")[10]) for line in list(lines)[1:])
    now = rows_of(
        published, f"select sum(cost_micros_usd) from marts.cost_vs_revenue {FEBRUARY}"
    )
    assert called_final + sum(row[3] for row in corrections) == now[0][0]
