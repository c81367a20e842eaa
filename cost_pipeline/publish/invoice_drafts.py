"""Drafts: the documents that would be issued, beside those of the month before."""

from dataclasses import dataclass
from datetime import date

import duckdb

DRAFTS = """
with drafts as (
    select tenant_id, currency, cycle, invoice_id, document_type, status,
        subtotal_cents, tax_cents, total_cents
    from marts.tenant_invoices
    where date_trunc('month', period_start) = $month
        and status in ('draft', 'before_start')
),
before as (
    select tenant_id, currency, cycle, sum(total_cents) as total_cents
    from marts.tenant_invoices
    where date_trunc('month', period_start) = $month - interval 1 month
        and status <> 'void'
    group by tenant_id, currency, cycle
)
select drafts.tenant_id, drafts.currency, drafts.cycle, drafts.invoice_id,
    drafts.document_type, drafts.status, drafts.subtotal_cents, drafts.tax_cents,
    drafts.total_cents, before.total_cents
from drafts
left join before using (tenant_id, currency, cycle)
order by drafts.tenant_id, drafts.currency, drafts.cycle, drafts.invoice_id
"""


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
    rows = connection.execute(DRAFTS, {"month": month.replace(day=1)}).fetchall()
    return [Draft(*row) for row in rows]
