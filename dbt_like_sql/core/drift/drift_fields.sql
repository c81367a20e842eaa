/*
Which fields differed from what was asked, at each point.

Values travel through JSON, forms and consoles: 2 comes back as "2", 1 as 1.0, a list
in another order; shown as drift they would teach an operator not to look. So each value
has a form, the text that is the same for all values that count as the same: numbers
have one spelling, lists are sets and maps have no order, at any depth. Where the field
says so, its list keeps its order or its repetitions, or numbers their spelling. A text
is a JSON string in its form and nothing is `null`, so that no text can pretend to be a
list, and gone is not the same as the word null.

grain: resource_id, field, point_number

is_different: Whether the two do not count as the same.
*/
with recursive texts as (
    select comparator, cast(desired as varchar) as value
    from core.field_states
    where cast(desired as varchar) is distinct from cast(actual as varchar)
    union
    select comparator, cast(actual as varchar)
    from core.field_states
    where cast(desired as varchar) is distinct from cast(actual as varchar)
),

-- A value is long, and would stand in each of its parts: they know it by its number.
compared as materialized (
    select
        comparator,
        value,
        row_number() over (order by comparator, value) as value_number
    from texts
    where value is not null
),

-- Every part of a value, numbered in order of appearance; the value itself is 0.
parts as (
    select
        compared.value_number, compared.comparator, tree.id, tree.parent, tree.key,
        tree.type, json_extract_string(tree.atom, '$') as told
    from compared, json_tree(cast(compared.value as json)) as tree
),

numbers as (
    select
        *,
        case when type not in ('ARRAY', 'OBJECT', 'BOOLEAN', 'NULL')
            and (comparator <> 'text' or type <> 'VARCHAR')
            and regexp_full_match(
                told, '-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][-+]?[0-9]{1,9})?'
            ) then told end as number
    from parts
),

digits as (
    select
        *,
        regexp_extract(number, '^-?([0-9]+)', 1) as whole,
        regexp_extract(number, '[.]([0-9]+)', 1) as fraction,
        coalesce(try_cast(
            regexp_extract(number, '[eE][+]?(-?[0-9]+)', 1) as bigint
        ), 0) as exponent
    from numbers
),

-- Digits are moved, never computed with: an id of forty digits stays itself.
spelled as (
    select
        *,
        case when number is null then told
            when rtrim(whole || fraction, '0') = '' then '0' else concat(
                case when starts_with(number, '-') then '-' end,
                trim(whole || fraction, '0'), 'e',
                exponent - length(fraction)
                    + length(whole || fraction) - length(rtrim(whole || fraction, '0'))
            ) end as spelling
    from digits
),

-- What holds no others has its form already.
simple as materialized (
    select
        value_number, comparator, id, parent, key, type,
        case
            when type = 'ARRAY' then '[]'
            when type = 'OBJECT' then '{}'
            when type = 'NULL' then 'null'
            when comparator = 'text' and number is not null then spelling
            else cast(to_json(spelling) as varchar)
        end as form
    from spelled
),

nodes as (
    select *, 0 as depth
    from simple
    where parent is null
    union all
    select simple.*, nodes.depth + 1
    from nodes
    join simple
        on simple.value_number = nodes.value_number and simple.parent = nodes.id
),

-- From the deepest parts up: each level takes the forms of the one below.
folded as (
    select value_number, id, parent, depth, key, form
    from nodes
    where depth = (select max(deepest.depth) from nodes as deepest)
    union all
    select
        nodes.value_number, nodes.id, nodes.parent, nodes.depth, nodes.key,
        case any_value(nodes.type)
            when 'OBJECT' then concat('{', array_to_string(list_sort(list(
                cast(to_json(folded.key) as varchar) || ':' || folded.form
            )), ','), '}')
            when 'ARRAY' then concat('[', array_to_string(case
                when nodes.depth > 0 or any_value(nodes.comparator) in ('loose', 'text')
                    then list_sort(list_distinct(list(folded.form)))
                when any_value(nodes.comparator) = 'multiset'
                    then list_sort(list(folded.form))
                else list(folded.form order by folded.id)
            end, ','), ']')
            else any_value(nodes.form)
        end
    from nodes
    left join folded
        on folded.value_number = nodes.value_number and folded.parent = nodes.id
    where nodes.depth = (select max(level.depth) - 1 from folded as level)
    group by nodes.value_number, nodes.id, nodes.parent, nodes.depth, nodes.key
),

forms as (
    select compared.comparator, compared.value, folded.form
    from folded
    join compared using (value_number)
    where folded.parent is null
)

select
    states.resource_id,
    states.field,
    states.point_number,
    states.desired,
    states.actual,
    -- Values with the same text have no form and need none.
    coalesce(wanted.form, 'null') <> coalesce(found.form, 'null') as is_different
from core.field_states as states
left join forms as wanted
    on cast(states.desired as varchar) is distinct from cast(states.actual as varchar)
    and wanted.comparator = states.comparator
    and wanted.value = cast(states.desired as varchar)
left join forms as found
    on cast(states.desired as varchar) is distinct from cast(states.actual as varchar)
    and found.comparator = states.comparator
    and found.value = cast(states.actual as varchar)
