/*
What stands behind every cell of the margin table: bill lines, and lines of documents.

The rows of a cell sum to its cost in US dollars and to its revenue in the currency of
the documents. From here a bill line leads to the landed file and row, and a document
line to usage, items and events.

grain: side, source_id, line_number, tenant_id, deployment_id

side: 'cost' or 'revenue'.
month: First day of the month of the cell, UTC.
tenant_id: The tenant or a named value.
deployment_id: The deployment or a named value.
kind: Resource kind.
revenue_currency: Currency the cell is published under.
source_id: The provider's invoice, or our document.
line_number: Its line.
reason: The rule that allocated the line, or the kind of document line.
amount_micros: The part of the line that is in the cell, in millionths.
currency: Currency of the amount.
source_file: SHA-256 of the landed file; null for our own documents.
source_row: Row in it; null for the provider's rounding and our own documents.
*/
select
    'cost' as side,
    costs.month,
    costs.tenant_id,
    costs.deployment_id,
    costs.kind,
    cells.revenue_currency,
    costs.invoice_uuid as source_id,
    costs.line_number,
    costs.rule as reason,
    costs.amount_micros,
    costs.currency,
    costs.source_file,
    costs.source_row
from core.cell_costs as costs
join core.margin_cells as cells
    on cells.side = 'cost'
    and cells.month = costs.month
    and cells.tenant_id = costs.tenant_id
    and cells.deployment_id = costs.deployment_id
    and cells.kind = costs.kind
    and cells.currency = costs.currency
union all
select
    'revenue' as side,
    month,
    tenant_id,
    deployment_id,
    kind,
    currency as revenue_currency,
    invoice_id as source_id,
    line_number,
    line_kind as reason,
    cast(amount_cents * 10000 as bigint) as amount_micros,
    currency,
    cast(null as varchar) as source_file,
    cast(null as bigint) as source_row
from core.document_lines
where is_revenue
