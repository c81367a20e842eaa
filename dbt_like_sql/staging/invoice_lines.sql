/*
Lines of invoice files, with the text before and within the last parenthesis.

grain: invoice_uuid, version, line_number

line_number: Row in the file.
group_description: What groups the line.
description: The provider's words.
start_at: Start, or null when not stated.
end_at: End, or null when not stated.
amount_micros: The amount, in millionths.
stem: Text before the last opening parenthesis, or all of it.
suffix: Text within the last parenthesis at the end; empty = there is none.
*/
select
    invoice_uuid,
    version,
    line_number,
    product,
    group_description,
    description,
    project_name,
    category,
    start_at,
    end_at,
    amount_micros,
    cast(
        case when description like '% (%' then left(
            description,
            length(description)
            - length(list_extract(string_split(description, ' ('), -1)) - 2
        ) else description end as varchar
    ) as stem,
    cast(
        case when description like '% (%)' then
            rtrim(list_extract(string_split(description, ' ('), -1), ')')
        else '' end as varchar
    ) as suffix
from raw.invoice_lines
