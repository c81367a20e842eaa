"""Issuing: drafts of months that are complete become documents of the ledger.

What a document says, and what holds it, is SQL (`core/invoices/calendar_drafts.sql`).
Here is decided only whether it may be told: from the date on that was set, once its
month is over, and while nothing holds it. Issued is final; what changes later is
another document.
"""

from datetime import date
from pathlib import Path

import duckdb

from cost_pipeline.contracts.ledger_invoices import DOCUMENT_LINES, DOCUMENTS
from cost_pipeline.warehouse.ledger import Written, append
from cost_pipeline.warehouse.metering import due_window

DAYS_TO_PAY = 14

# A document is known by its id; one that a later run issued for the same month is left
# alone too, or a run of the past would write a second history.
ISSUABLE = f"""
select
    drafts.invoice_id,
    drafts.invoice_id as number,
    drafts.revision,
    drafts.document_type,
    drafts.corrects_invoice_id,
    drafts.tenant_id,
    drafts.tenant_name,
    drafts.tax_code,
    'calendar' as cycle,
    drafts.period_start,
    drafts.period_end,
    drafts.subtotal_cents,
    drafts.tax_cents,
    drafts.total_cents,
    drafts.currency,
    clock.now_at as issued_at,
    cast(clock.now_at + interval {DAYS_TO_PAY} day as timestamp) as due_at,
    drafts.notes,
    drafts.document_hash
from core.calendar_drafts as drafts
cross join ref.clock as clock
where drafts.month >= clock.issue_from
    and drafts.is_over
    and drafts.hold_reason is null
    and drafts.period_end <= coalesce(cast(? as timestamp), drafts.period_end)
    and not exists (
        select 1 from ledger.documents as known
        where known.invoice_id = drafts.invoice_id
            or (
                known.tenant_id = drafts.tenant_id
                and known.currency = drafts.currency
                and known.period_start = drafts.period_start
                and known.issued_at > clock.now_at
            )
    )
"""


def issue_lines(
    connection: duckdb.DuckDBPyConnection, segments: Path | None
) -> Written:
    """Write the lines of what is to be issued; without a header nobody reads them."""
    query = f"""
        select lines.*, issuable.document_hash
        from core.calendar_draft_lines as lines
        join ({ISSUABLE}) as issuable using (invoice_id)
        where not exists (
            select 1 from ledger.lines as known
            where known.invoice_id = lines.invoice_id
                and known.document_hash = issuable.document_hash
        )
    """
    unmetered = [_first_unmetered(connection)]
    return append(connection, DOCUMENT_LINES, query, unmetered, segments=segments)


def issue_headers(
    connection: duckdb.DuckDBPyConnection, segments: Path | None
) -> Written:
    """Write the headers of documents whose lines are written: now they are issued."""
    query = f"""
        select *
        from ({ISSUABLE}) as issuable
        where exists (
            select 1 from ledger.lines as lines
            where lines.invoice_id = issuable.invoice_id
                and lines.document_hash = issuable.document_hash
        )
    """
    unmetered = [_first_unmetered(connection)]
    return append(connection, DOCUMENTS, query, unmetered, segments=segments)


def issue_documents(
    connection: duckdb.DuckDBPyConnection, segments: Path | None
) -> Written:
    """Issue every document that is due; returns how many documents were new."""
    issue_lines(connection, segments)
    return issue_headers(connection, segments)


def due_documents(connection: duckdb.DuckDBPyConnection) -> int:
    """How many documents a run would issue now."""
    unmetered = [_first_unmetered(connection)]
    found = connection.execute(f"select count(*) from ({ISSUABLE})", unmetered)
    return int(found.fetchall()[0][0])


def _first_unmetered(connection: duckdb.DuckDBPyConnection) -> date | None:
    """The first day that is over and not metered as things stand now."""
    window = due_window(connection)
    return window.first_day if window else None
