"""A range of days is replaced: whole, once, and readable by day at once."""

from datetime import date
from pathlib import Path

from cost_pipeline.models.build import Window, build
from cost_pipeline.models.model import Model
from cost_pipeline.models.parse import read_model
from cost_pipeline_tests.tables import fresh_warehouse

BY_DAY = """/*
Numbers by day.

grain: day, number
partition: day

day: The day.
number: The number.
*/
select cast(date '2026-05-01' + cast(range % 31 as integer) as date) as day,
    cast(range as bigint) as number
from range(310000)
cross join ref.window
"""
MAY = Window(date(2026, 5, 1), date(2026, 5, 31))
ONE_DAY = "select count(*) from core.by_day where day = date '2026-05-02'"


def by_day(folder: Path) -> Model:
    path = folder / "core" / "by_day.sql"
    path.parent.mkdir()
    path.write_text(BY_DAY)
    return read_model(path)


def test_a_range_larger_than_a_row_group_is_found_by_day_and_replaced_once(
    tmp_path: Path,
) -> None:
    model = by_day(tmp_path)
    with fresh_warehouse() as connection:
        assert build(connection, model, MAY).rows == 310_000
        assert connection.execute(ONE_DAY).fetchall() == [(10_000,)]
        assert build(connection, model, MAY).rows == 310_000
        assert connection.execute(ONE_DAY).fetchall() == [(10_000,)]


def test_a_partitioned_model_without_a_range_is_an_empty_table(tmp_path: Path) -> None:
    with fresh_warehouse() as connection:
        assert build(connection, by_day(tmp_path)).rows == 0
