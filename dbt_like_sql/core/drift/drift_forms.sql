/*
For each value the text that is the same for all values that count as the same.

Values travel through JSON, forms and consoles: 2 comes back as "2", 1 as 1.0, a list
in another order; shown as drift they would teach an operator not to look. So numbers
have one spelling, lists are sets and maps have no order, at any depth. Where the
field says so, its list keeps its order or its repetitions, or numbers their spelling.

grain: comparator, value

value: The value, as JSON text.
form: Its form.
*/
with recursive folded as (
    select comparator, value, node_number, parent_number, depth, key,
        case type when 'ARRAY' then '[]' when 'OBJECT' then '{}' else plain_text end
            as form
    from core.drift_nodes
    where depth = (select max(deepest.depth) from core.drift_nodes as deepest)
    union all
    select
        nodes.comparator, nodes.value, nodes.node_number, nodes.parent_number,
        nodes.depth, nodes.key,
        case any_value(nodes.type)
            when 'OBJECT' then concat('{', string_agg(
                cast(to_json(folded.key) as varchar) || ':' || folded.form, ','
                order by folded.key
            ), '}')
            when 'ARRAY' then concat('[', case
                when nodes.depth = 0 and nodes.comparator = 'ordered'
                    then string_agg(folded.form, ',' order by folded.node_number)
                when nodes.depth = 0 and nodes.comparator = 'multiset'
                    then string_agg(folded.form, ',' order by folded.form)
                else string_agg(distinct folded.form, ',' order by folded.form)
            end, ']')
            else any_value(nodes.plain_text)
        end
    from core.drift_nodes as nodes
    left join folded
        on folded.comparator = nodes.comparator
        and folded.value = nodes.value
        and folded.parent_number = nodes.node_number
    where nodes.depth = (select max(level.depth) - 1 from folded as level)
    group by
        nodes.comparator, nodes.value, nodes.node_number, nodes.parent_number,
        nodes.depth, nodes.key
)

select comparator, value, cast(form as varchar) as form
from folded
where parent_number is null
