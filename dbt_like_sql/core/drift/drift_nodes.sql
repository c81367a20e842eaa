/*
Every part of every value that has to be compared, with its depth in the value.

Only values whose texts differ are taken apart. This is the first half of the
comparison of `domain/drift.py` for sets; `core/drift_forms.sql` is the second.

grain: comparator, value, node_number

comparator: How the value is compared.
value: The whole value, as JSON text.
node_number: The part, in order of appearance; 0 = the value itself.
parent_number: The part it stands in; null = it is the value itself.
depth: 0 for the value itself.
key: Its key or index in the parent.
type: JSON type.
plain_text: The form of a scalar, as a JSON string; `null` for nothing.
*/
with recursive compared as (
    select comparator, cast(desired as varchar) as value
    from core.field_states
    where cast(desired as varchar) is distinct from cast(actual as varchar)
    union
    select comparator, cast(actual as varchar)
    from core.field_states
    where cast(desired as varchar) is distinct from cast(actual as varchar)
),

parts as (
    select
        compared.comparator, compared.value, tree.id, tree.parent, tree.key, tree.type,
        json_extract_string(tree.value, '$') as told
    from compared, json_tree(cast(compared.value as json)) as tree
    where compared.value is not null
),

placed as (
    select comparator, value, id, 0 as depth
    from parts
    where parent is null
    union all
    select parts.comparator, parts.value, parts.id, placed.depth + 1
    from placed
    join parts
        on parts.comparator = placed.comparator
        and parts.value = placed.value
        and parts.parent = placed.id
),

pieces as (
    select
        *,
        regexp_extract(told, '^-?([0-9]+)', 1) as whole,
        regexp_extract(told, '[.]([0-9]+)', 1) as fraction,
        coalesce(try_cast(regexp_extract(told, '[eE][+]?(-?[0-9]+)', 1) as bigint), 0)
            as exponent
    from parts
    where
        type not in ('ARRAY', 'OBJECT', 'BOOLEAN', 'NULL')
        and (comparator <> 'text' or type <> 'VARCHAR')
        and regexp_full_match(
            told, '-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][-+]?[0-9]{1,9})?'
        )
),

-- Digits are moved, never computed with: an id of forty digits stays itself.
numbers as (
    select
        comparator, value, id,
        case when rtrim(whole || fraction, '0') = '' then '0' else concat(
            case when starts_with(told, '-') then '-' end,
            trim(whole || fraction, '0'), 'e',
            exponent - length(fraction)
                + length(whole || fraction) - length(rtrim(whole || fraction, '0'))
        ) end as plain_number
    from pieces
)

select
    parts.comparator,
    parts.value,
    cast(parts.id as bigint) as node_number,
    cast(parts.parent as bigint) as parent_number,
    cast(placed.depth as bigint) as depth,
    cast(parts.key as varchar) as key,
    cast(parts.type as varchar) as type,
    cast(case
        when parts.type = 'NULL' then 'null'
        when parts.comparator = 'text' and numbers.plain_number is not null
            then numbers.plain_number
        else cast(to_json(coalesce(numbers.plain_number, parts.told)) as varchar)
    end as varchar) as plain_text
from parts
join placed using (comparator, value, id)
left join numbers using (comparator, value, id)
