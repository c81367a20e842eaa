"""A table is held to its header: rows that repeat a key are counted and shown."""

from pathlib import Path

from cost_pipeline.models.build import build
from cost_pipeline.models.parse import read_model
from cost_pipeline.models.rules import broken_rules
from cost_pipeline_tests.tables import fresh_warehouse

LINES = """/*
Lines.

grain: invoice_uuid, line_number

invoice_uuid: The invoice.
line_number: The line.
*/
select cast(invoice_uuid as varchar) as invoice_uuid,
    cast(line_number as bigint) as line_number
from (values {rows}) as given(invoice_uuid, line_number)
"""


def broken(folder: Path, rows: str) -> dict[str, int]:
    path = folder / "core" / "lines.sql"
    path.parent.mkdir()
    path.write_text(LINES.format(rows=rows))
    with fresh_warehouse() as connection:
        model = read_model(path)
        build(connection, model)
        return {rule.name: rule.rows for rule in broken_rules(connection, model)}


def test_keys_that_are_different_break_nothing(tmp_path: Path) -> None:
    assert broken(tmp_path, "('a', 1), ('a', 2), ('b', 1)") == {}


def test_rows_that_repeat_a_key_are_counted(tmp_path: Path) -> None:
    rows = "('a', 1), ('a', 1), ('a', 1), ('a', 2)"
    assert broken(tmp_path, rows) == {"one row per invoice_uuid, line_number": 2}


def test_a_key_without_a_value_is_told_by_its_column(tmp_path: Path) -> None:
    rows = "('a', null), ('a', 1)"
    assert broken(tmp_path, rows) == {"line_number is never null": 1}
