"""Exports: the same rows in every format, and nothing a spreadsheet would compute."""

import csv
import re
import zipfile
from datetime import date
from pathlib import Path

import duckdb
import pytest

from cost_pipeline.publish.exports import (
    TENANT_TABLES,
    Chosen,
    UnknownFormat,
    export_tables,
)
from cost_pipeline_tests.publish.published_world import TABLES, publish_by_hand


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    return publish_by_hand(tmp_path_factory.mktemp("published") / "cost.duckdb")


def rows_of(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.reader(stream))


def sheets_of(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as book:
        names = re.findall(
            r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode()
        )
        return {
            name: book.read(f"xl/worksheets/sheet{number}.xml").decode()
            for number, name in enumerate(names, 1)
        }


def test_every_table_is_exported_in_every_format(tmp_path, published):
    written = export_tables(published, tmp_path, ["csv", "parquet", "xlsx"])
    names = {table.split(".")[1] for table in TABLES}
    assert {p.stem for p in written if p.suffix == ".csv"} == names
    assert {p.stem for p in written if p.suffix == ".parquet"} == names
    assert set(sheets_of(tmp_path / "cost.xlsx")) == names
    assert {path.name for path in tmp_path.iterdir()} == {p.name for p in written}


def test_parquet_holds_the_rows_of_the_published_table(tmp_path, published):
    export_tables(published, tmp_path, ["parquet"])
    with duckdb.connect(str(published), read_only=True) as connection:
        for table in TABLES:
            copy = f"'{tmp_path / table.split('.')[1]}.parquet'"
            assert (
                connection.execute(f"from {table} order by all").fetchall()
                == connection.execute(f"from {copy} order by all").fetchall()
            )


def test_a_csv_cell_never_begins_a_formula_unless_it_is_a_number(tmp_path, published):
    for path in export_tables(published, tmp_path, ["csv"]):
        for row in rows_of(path)[1:]:
            for cell in row:
                begins = cell[:1] in ("=", "+", "-", "@", "\t", "\r")
                assert not begins or re.fullmatch(r"-\d+(\.\d+)?", cell), cell


def test_a_negative_amount_stays_a_number_in_csv(tmp_path, published):
    export_tables(published, tmp_path, ["csv"])
    rows = rows_of(tmp_path / "cost_vs_revenue.csv")
    margins = [int(row[rows[0].index("margin_cents")]) for row in rows[1:]]
    assert min(margins) == -4821


def test_excel_shows_amounts_in_units_and_holds_no_formula(tmp_path, published):
    export_tables(published, tmp_path, ["xlsx"])
    sheets = sheets_of(tmp_path / "cost.xlsx")
    assert "<f>" not in "".join(sheets.values())
    assert "<v>-48.21</v>" in sheets["cost_vs_revenue"]
    assert "<v>20</v>" in sheets["cost_vs_revenue"]
    assert "hyperlink" not in "".join(sheets.values()).replace("HYPERLINK", "")


def test_equal_tables_give_equal_workbooks(tmp_path, published):
    for folder in ("a", "b"):
        export_tables(published, tmp_path / folder, ["xlsx"])
    first, second = (tmp_path / f / "cost.xlsx" for f in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()


def test_a_tenant_gets_its_own_rows_and_none_of_our_costs(tmp_path, published):
    written = export_tables(published, tmp_path, ["csv"], Chosen(tenant="pilot"))
    assert {f"marts.{path.stem}" for path in written} <= set(TENANT_TABLES)
    rows = rows_of(tmp_path / "tenant_invoices.csv")
    assert {row[rows[0].index("tenant_id")] for row in rows[1:]} == {"pilot"}


def test_a_tenant_with_a_hostile_name_is_only_a_value(tmp_path, published):
    hostile = Chosen(tenant="x' or true --")
    export_tables(published, tmp_path, ["csv"], hostile)
    assert len(rows_of(tmp_path / "tenant_invoices.csv")) == 1


def test_a_month_takes_the_rows_of_that_month(tmp_path, published):
    chosen = Chosen(month=date(2026, 4, 1))
    export_tables(published, tmp_path, ["csv"], chosen)
    rows = rows_of(tmp_path / "cost_vs_revenue.csv")
    assert {row[0] for row in rows[1:]} == {"2026-04-01"}


def test_an_unknown_format_is_refused_before_anything_is_written(tmp_path, published):
    with pytest.raises(UnknownFormat, match="csv"):
        export_tables(published, tmp_path / "none", ["ods"])
    assert not (tmp_path / "none").exists()
