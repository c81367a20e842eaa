"""Two hours of one machine, published: a number and what stands behind it."""

import duckdb

from cost_pipeline_tests.tables import build_models, fresh_warehouse, give

DAILY = """
    day        |tenant_id|deployment_id|resource_id|kind   |billing_kind |base_quantity
    2026-04-01 |acme     |studio       |d1         |droplet|droplet_hours|7200
"""
HOURS = "droplet|droplet_hours"
INTERVALS = f"""
    resource_id|kind|billing_kind|tenant_id|deployment_id|weight|valid_from|valid_to
    d1|{HOURS}|acme|studio|1|2026-03-31 23:00|2026-04-01 01:00
    d1|{HOURS}|acme|studio|{{weight}}|2026-04-01 01:00|2026-04-01 02:00
"""


def published(intervals: str) -> duckdb.DuckDBPyConnection:
    connection = fresh_warehouse()
    build_models(connection, "marts.event_sources")
    give(connection, "marts.usage_daily", DAILY)
    give(connection, "marts.metered_intervals", intervals)
    return connection
