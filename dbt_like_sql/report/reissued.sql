/*
Bills that were replaced after they had been read, and the lines that differ.

title: Provider invoices that changed
nothing: No provider invoice was replaced.
*/
select
    cast(invoices.period_start as date) as month,
    changes.description,
    nullif(cast(changes.end_at as date), date '1970-01-01') as until,
    changes.previous_micros as before_micros,
    changes.amount_micros as now_micros,
    changes.change_micros,
    changes.currency,
    changes.received_at as seen_at
from marts.invoice_changes as changes
join marts.provider_invoices as invoices using (invoice_uuid)
where changes.change_micros <> 0
order by
    seen_at desc,
    month desc,
    abs(changes.change_micros) desc,
    changes.description,
    changes.start_at,
    changes.end_at,
    changes.version
