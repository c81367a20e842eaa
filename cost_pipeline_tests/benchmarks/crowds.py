"""Many hosted machines in a home that has few of anything else.

The scan for spend is measured on them alone; the rest of the world is `world.py`.
"""

from cost_pipeline.resources import opened_warehouse, run_clock
from cost_pipeline.settings import Settings
from cost_pipeline_tests.benchmarks.sizes import Size
from cost_pipeline_tests.benchmarks.world import NAMES, QUERIES, facts_of, insert

# Replaces what `QUERIES` put there: one machine in ten is gone, one in four rested.
CROWD = {
    "raw.tenants": QUERIES["raw.tenants"],
    "raw.subscriptions": QUERIES["raw.subscriptions"],
    "raw.hosted_deployments": """
        select 'h' || i as deployment_id, tenant_of(i) as tenant_id,
            ['shared-cpu-1x', 'shared-cpu-4x', 'performance-1x', 'performance-2x'][
                cast(i % 7 % 4 + 1 as integer)] as instance_type,
            'active' as status, spread(i, {machines}) as created_at,
            case when i % 10 = 0 then spread(i, {machines}) + interval 5 day end
                as deleted_at
        from range({machines}) as all_rows(i)
    """,
    "raw.hosted_status_events": """
        select 'h' || i as deployment_id,
            ['active', 'stopped', 'active'][cast(step + 1 as integer)] as status,
            spread(i, {machines}) + to_hours(cast(step * 30 as integer)) as occurred_at
        from range({machines}) as all_rows(i)
        cross join range(3) as steps(step)
        where i % 4 = 1
    """,
}


def crowd(settings: Settings, size: Size) -> None:
    """Give a home many machines, of tenants who are nothing else."""
    facts = {**facts_of(size), "tenants": size.hosted_tenants}
    facts["machines"] = size.machines
    with opened_warehouse(settings, run_clock(settings)) as connection:
        connection.execute(NAMES.format(**facts))
        for table, query in CROWD.items():
            connection.execute(f"delete from {table}")
            insert(connection, table, query.format(**facts))
        connection.execute("checkpoint")
