"""Drafts: the documents that would be issued, beside those of the month before."""

from dataclasses import dataclass
from datetime import date

import duckdb

from cost_pipeline.models.query_files import query_of


@dataclass(frozen=True)
class Draft:
    """A document that would be issued, beside what the same customer had last month."""

    tenant_id: str
    currency: str
    cycle: str
    invoice_id: str
    document_type: str
    status: str
    subtotal_cents: int
    tax_cents: int
    total_cents: int
    last_month_cents: int | None


def drafts_of(connection: duckdb.DuckDBPyConnection, month: date) -> list[Draft]:
    """The drafts of a month, against the month before; nothing is written."""
    chosen = {"month": month.replace(day=1)}
    rows = connection.execute(query_of("statements/preview"), chosen).fetchall()
    return [Draft(*row) for row in rows]
