"""What holds for every published table: no inexact number, no finding left out."""

import pytest

from cost_pipeline.models.library import all_models
from cost_pipeline_tests.tables import build_models, fresh_warehouse

INEXACT = ("DOUBLE", "FLOAT", "REAL")


@pytest.fixture(scope="module")
def column_types():
    """Type of each column of each model, built in an empty warehouse."""
    with fresh_warehouse() as connection:
        build_models(connection, *all_models())
        return connection.execute(
            "select schema_name || '.' || table_name, column_name, data_type "
            "from duckdb_columns() where schema_name in ('staging', 'core', 'marts')"
        ).fetchall()


def test_no_column_of_any_model_is_inexact(column_types):
    assert [row for row in column_types if row[2] in INEXACT] == []


def test_money_is_whole_numbers(column_types):
    wrong = [
        row
        for row in column_types
        if row[1].endswith(("_cents", "_micros"))
        and not row[1].startswith("unit_")
        and row[2] not in ("BIGINT", "HUGEINT")
        and not row[2].startswith("DECIMAL")
    ]
    assert wrong == []


def test_every_finding_is_published():
    upstream = set(all_models()["marts.data_quality"].upstream)
    found = {name for name in all_models() if name.endswith("_findings")}
    # These are part of the findings of their subject.
    parts = {t for name in upstream for t in all_models()[name].upstream}
    assert found - parts == upstream


def test_documents_of_both_cycles_are_published(run_model):
    rows = run_model(
        "marts.tenant_invoices",
        select="invoice_id, cycle",
        given={
            "core.calendar_documents": documents("INV-1", "calendar") + " | a note",
            "core.anniversary_invoices": documents("SUB-1", "anniversary"),
        },
    )
    assert rows == [("INV-1", "calendar"), ("SUB-1", "anniversary")]


def documents(invoice_id: str, cycle: str) -> str:
    """One document, in the columns of its cycle."""
    cells = {
        "invoice_id": invoice_id,
        "number": invoice_id,
        "revision": "1",
        "document_type": "invoice",
        "corrects_invoice_id": "",
        "tenant_id": "acme",
        "cycle": cycle,
        "period_start": "2026-04-01",
        "period_end": "2026-05-01",
        "subtotal_cents": "100",
        "tax_cents": "10",
        "total_cents": "110",
        "currency": "AUD",
        "status": "issued",
        "issued_at": "2026-05-01",
        "due_at": "2026-05-15",
        "is_provisional": "false",
    }
    has_notes = cycle == "calendar"
    names = " | ".join([*cells, "notes"] if has_notes else cells)
    return f"{names}\n{' | '.join(cells.values())}"
