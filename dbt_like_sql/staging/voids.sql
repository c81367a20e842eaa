/*
Documents that an operator took back, each once, with the reason.

grain: invoice_id

invoice_id: The document.
voided_at: When it was voided first.
reason: Why, in the operator's words.
*/
select
    subject_id as invoice_id,
    cast(min(decided_at) as timestamp) as voided_at,
    cast(
        arg_min(json_extract_string(details, '$.reason'), decided_at) as varchar
    ) as reason
from staging.decisions
where decision = 'void-invoice'
group by subject_id
