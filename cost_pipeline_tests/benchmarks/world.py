"""The world of a benchmark: raw tables filled by SQL, as if all had been landed.

Everything is a function of row numbers, so two worlds of one size are equal. What is
measured on it is `measures.py`; files for a whole run are made by `landed.py`.
"""

from pathlib import Path

import duckdb

from cost_pipeline.contracts.registry import all_contracts
from cost_pipeline.load.receipts import LISTINGS
from cost_pipeline.load.reference import load_seed
from cost_pipeline.resources import opened_warehouse, run_clock
from cost_pipeline.settings import Settings
from cost_pipeline_tests.benchmarks.sizes import Size

ACCOUNT = "do:main"
INVOICE, VERSION, INDEX = "inv-2026-05", "version-1", "index-1"

# Four of five resources are droplets. Each tenant has one project; ten resources are in
# the shared one and a hundred lines are the account's, whatever the size, because what
# is shared makes a row for each line and each customer. Macros, because every table
# names them the same way.
NAMES = """
create or replace temp macro tenant_of(i) as 't' || (i % {tenants});
create or replace temp macro project_of(i) as
    case when i % ({resources} // 10) = 9 then 'p-shared'
        else 'p' || (i % {tenants}) end;
create or replace temp macro is_account_line(i) as i % ({cost_lines} // 100) = 0;
create or replace temp macro is_droplet(i) as i % 5 < 4;
create or replace temp macro urn_of(i) as
    case when is_droplet(i) then 'do:droplet:' else 'do:volume:vol-' end || i;
create or replace temp macro begins(i) as
    timestamp '{first}' + to_seconds((i % 10) * 86400 * {days} // 40 + i % 3600);
create or replace temp macro spread(i, n) as
    timestamp '{first}' + to_seconds(i * {days} * 86400 // n);
"""

QUERIES = {
    "raw.tenants": """
        select 't' || i as tenant_id, 'Tenant ' || i as name, 'owner' as owner_name,
            't' || i || '@example.org' as owner_email, false as email_notifications,
            'AUD' as currency, 'UTC' as timezone, 'AU_GST' as tax_code,
            timestamp '{first}' - interval 1 day as created_at
        from range({tenants}) as all_rows(i)
    """,
    "raw.deployments": """
        select 'd' || i as deployment_id, 't' || i as tenant_id, 'App ' || i as name,
            timestamp '{first}' - interval 1 day as created_at
        from range({tenants}) as all_rows(i)
    """,
    "raw.project_links": """
        select 'p' || i as provider_project_id, 't' || i as tenant_id,
            'd' || i as deployment_id, 'tenant' as role,
            timestamp '{first}' - interval 1 day as valid_from
        from range({tenants}) as all_rows(i)
        union all
        select 'p-shared', null, null, 'shared', timestamp '{first}' - interval 1 day
    """,
    "raw.subscriptions": """
        select 's' || i as subscription_id, 't' || i as tenant_id,
            'd' || i as deployment_id,
            case when i % 3 = 0 then 'studio-v1' else 'starter-v1' end
                as plan_version_id,
            timestamp '{first}' as started_at
        from range({tenants}) as all_rows(i)
    """,
    "raw.usage_events": """
        select 'u' || i as event_id, tenant_of(i) as tenant_id,
            'd' || (i % {tenants}) as deployment_id, 'bandwidth_gb' as billing_kind,
            cast(i % 500 as decimal(20, 6)) as quantity,
            spread(i, {resources}) as occurred_at
        from range({resources}) as all_rows(i)
    """,
    "raw.activities": """
        with numbered as (
            select i, i // {tenants} % {relays} as relay,
                i // {tenants} // {relays} as step
            from range({activities}) as all_rows(i)
        )
        select 'a' || i as activity_id, i as sequence, tenant_of(i) as tenant_id,
            'relay-' || (i % {tenants}) || '-' || relay as resource_id,
            case when step = 0 then 'create_relay'
                when step % 3 = 1 then 'update_relay'
                when step % 3 = 2 then 'deactivate_relay'
                else 'activate_relay' end as activity_type,
            case when (i + step) % 2 = 0 then 'basic' else 'growth' end as plan_code,
            spread(i, {activities}) as created_at
        from numbered
    """,
    "raw.installs": """
        select 'i' || i as install_id, tenant_of(i) as tenant_id,
            ['core', 'pro', 'max'][cast(i % 3 + 1 as integer)] as tier,
            i % 2 = 0 as has_hardware, timestamp '{first}' as first_seen_at
        from range({installs}) as all_rows(i)
    """,
    "raw.credit_events": """
        select 'c' || i as event_id, 'i' || (i % {installs}) as install_id,
            spread(i, {credit_events}) as occurred_at,
            ['core', 'pro', 'max'][cast(i % {installs} % 3 + 1 as integer)] as tier,
            case when i % 4 = 0 then 'hardware' else 'gemini' end as backend
        from range({credit_events}) as all_rows(i)
    """,
    "raw.hosted_deployments": """
        select 'h' || i as deployment_id, tenant_of(i) as tenant_id,
            'shared-cpu-1x' as instance_type, 'active' as status,
            spread(i, {tenants}) as created_at
        from range({tenants}) as all_rows(i)
    """,
    "raw.desired_state": """
        select 'droplet' as kind, cast(i as varchar) as provider_id,
            json_object('size_slug', 's-1vcpu-1gb', 'region', 'syd1') as spec,
            timestamp '{first}' as recorded_at
        from range({resources}) as all_rows(i)
        where i % 10 < 4
    """,
    "raw.ecb_rates": """
        select day as rate_date, currency, cast(rate as decimal(18, 10)) as rate
        from ref.days
        cross join (values ('USD', 1.08), ('AUD', 1.65)) as given(currency, rate)
        where day between date '{first}' - 10 and date '2026-06-03'
    """,
    "raw.receipts": """
        select '{account}' as account, kind, '' as subject,
            cast(day as timestamp) + interval 5 minute as received_at,
            'listing' as sha256, '.jsonl.gz' as suffix, 0 as items,
            true as is_complete, 'accepted' as verdict
        from ref.days
        cross join (select unnest({listings}) as kind)
        where day between date '{first}' and date '{now}'
        union all
        select '{account}', kind, subject, timestamp '2026-06-01 01:00:00', sha256,
            suffix, 1, true, 'accepted'
        from (values ('invoices', '', '{index}', '.jsonl.gz'),
            ('invoice_csv', '{invoice}', '{version}', '.csv')
        ) as given(kind, subject, sha256, suffix)
    """,
    "raw.observations": """
        with resources as (
            select i, begins(i) as made_at,
                date_trunc('day', begins(i)) + interval '1 day 5 minutes' as seen_at
            from range({resources}) as all_rows(i)
        ),
        documents as (
            select i, 0 as change, seen_at as observed_at, 's-1vcpu-1gb' as size
            from resources
            union all
            select i, 1, seen_at + interval 7 day, 's-2vcpu-2gb'
            from resources
            where i % 10 = 3
            union all
            select i, 2, seen_at + interval 14 day, null
            from resources
            where i % 20 = 7
        )
        select '{account}' as account,
            case when is_droplet(i) then 'droplets' else 'volumes' end as kind,
            case when is_droplet(i) then '' else 'vol-' end || i as provider_id,
            documents.observed_at,
            case when size is null then null when is_droplet(i) then json_object(
                'id', i, 'name', 'web-' || i, 'status', 'active', 'size_slug', size,
                'region', json_object('slug', 'syd1'),
                'created_at', strftime(made_at, '%Y-%m-%dT%H:%M:%SZ'))
            else json_object('id', 'vol-' || i, 'name', 'disk-' || i,
                'size_gigabytes', 10 + i % 90, 'region', json_object('slug', 'syd1'),
                'created_at', strftime(made_at, '%Y-%m-%dT%H:%M:%SZ')) end as document,
            'listing' as source_file, i as source_row
        from documents join resources using (i)
        where documents.observed_at <= timestamp '{now}'
        union all
        select '{account}', 'project_resources', project_of(i) || '|' || urn_of(i),
            seen_at,
            json_object('project_id', project_of(i), 'urn', urn_of(i), 'status', 'ok',
                'assigned_at', strftime(made_at, '%Y-%m-%dT%H:%M:%SZ')),
            'listing', i
        from resources
        union all
        select '{account}', 'projects', provider_project_id,
            timestamp '{first}' + interval 5 minute,
            json_object('id', provider_project_id, 'name', provider_project_id),
            'listing', 1
        from raw.project_links
    """,
    "raw.invoice_lines": """
        select '{invoice}' as invoice_uuid, '{version}' as version,
            i + 1 as line_number,
            case when is_account_line(i) then 'Bandwidth'
                when is_droplet(i % {resources}) then 'Droplets'
                else 'Volumes' end as product,
            '' as group_description,
            case when is_account_line(i) then 'Additional transfer'
                when is_droplet(i % {resources})
                    then 'web-' || (i % {resources}) || ' (s-1vcpu-1gb)'
                else 'disk-' || (i % {resources}) || ' (10GB)' end as description,
            '72' as hours, '' as project_name, 'iaas' as category,
            timestamp '2026-05-01' as start_at, timestamp '2026-06-01' as end_at,
            10_000 * (1 + i % 97) as amount_micros
        from range({cost_lines}) as all_rows(i)
    """,
    "raw.billing_files": """
        select '{account}' as account, 'invoice_csv' as kind, '{invoice}' as subject,
            '{version}' as sha256, {cost_lines} as rows_read, 0 as rows_quarantined
    """,
    "raw.invoice_headers": """
        select '{account}' as account, '{invoice}' as invoice_uuid, '1' as invoice_id,
            '2026-05' as period, cast(sum(amount_micros) as bigint) as amount_micros,
            false as is_preview, '{index}' as source_file, 1 as source_row
        from raw.invoice_lines
    """,
}


def fill(settings: Settings, size: Size) -> None:
    """Make a home's warehouse with every raw table, and nothing derived from them."""
    with opened_warehouse(settings, run_clock(settings)) as connection:
        for contract in all_contracts().values():
            if contract.table.startswith("ledger."):
                continue
            connection.execute(contract.ddl())
            if contract.has_seed:
                load_seed(connection, contract)
        facts = facts_of(size)
        connection.execute(NAMES.format(**facts))
        for table, query in QUERIES.items():
            insert(connection, table, query.format(**facts))
        connection.execute("checkpoint")


def facts_of(size: Size) -> dict[str, object]:
    """What the queries are told."""
    return {
        "first": size.first.date().isoformat(),
        "now": size.now.replace(tzinfo=None).isoformat(" "),
        "days": size.days,
        "resources": size.resources,
        "tenants": size.tenants,
        "cost_lines": size.cost_lines,
        "activities": size.activities,
        "relays": max(1, size.activities // size.tenants // 10),
        "credit_events": size.credit_events,
        "installs": max(1, size.credit_events // size.per_install),
        "listings": list(LISTINGS),
        "account": ACCOUNT,
        "invoice": INVOICE,
        "version": VERSION,
        "index": INDEX,
    }


def insert(connection: duckdb.DuckDBPyConnection, table: str, query: str) -> None:
    """Insert by name; provenance is made up where the query does not give it."""
    contract = all_contracts()[table]
    given = {
        row[0] for row in connection.execute(f"describe {query} limit 0").fetchall()
    }
    made_up = {"source_file": "'bench'", "source_row": "row_number() over ()"}
    columns = [
        name if name in given else f"{made_up[name]} as {name}"
        for name in (column.name for column in contract.all_columns)
        if name in given or name in made_up
    ]
    connection.execute(
        f"insert into {table} by name select {', '.join(columns)} from ({query})"
    )


def settings_in(home: Path, size: Size, **overrides: str) -> dict[str, str]:
    """The environment of a home, for this process or for one of its own."""
    return {
        "COST_PIPELINE_HOME": str(home / "data"),
        "DAGSTER_HOME": str(home / "dagster"),
        "COST_PIPELINE_NOW": size.now.isoformat(),
        "COST_PIPELINE_ISSUE_FROM": size.first.date().isoformat(),
        "COST_PIPELINE_PROVIDER": "digitalocean",
        "DIGITALOCEAN_TOKEN": "test-token-of-nobody",
        "DIGITALOCEAN_API_URL": "http://127.0.0.1:9",
        "COLUMNS": "200",
        **overrides,
    }
