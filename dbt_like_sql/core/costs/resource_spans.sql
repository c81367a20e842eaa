/*
When a resource had which name and size: what a bill's line can be matched with.

grain: resource_id, name_key, size

account: Provider account, as in resource ids.
resource_id: The resource.
name_key: Its name in lower case.
plain_key: Letters and digits of the name alone.
size: Size slug, or empty.
is_only: Whether no other row of the account and kind has the name.
from_at: First instant.
to_at: First instant after; far ahead while it is so.
*/
with named as (
    select
        provider || ':' || provider_account as account,
        kind,
        resource_id,
        provider_id,
        lower(coalesce(name, '')) as name_key,
        coalesce(size, '') as size,
        valid_from,
        coalesce(valid_to, timestamp '9999-01-01') as valid_to
    from core.resources
)

select
    cast(account as varchar) as account,
    kind,
    resource_id,
    provider_id,
    cast(name_key as varchar) as name_key,
    cast(regexp_replace(name_key, '[^a-z0-9]', '', 'g') as varchar) as plain_key,
    cast(size as varchar) as size,
    cast(min(valid_from) as timestamp) as from_at,
    cast(max(valid_to) as timestamp) as to_at,
    count(*) over (partition by account, kind, name_key) = 1 as is_only
from named
group by account, kind, resource_id, provider_id, name_key, size
