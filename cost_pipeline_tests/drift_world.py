"""One machine, what was asked of it, and what was seen of it: the tables of drift."""

from datetime import UTC, datetime
from typing import Any

import duckdb

from cost_pipeline.models.build import build
from cost_pipeline.models.library import all_models
from cost_pipeline_tests.tables import build_models, fresh_warehouse

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
DROPLET = "do:main:droplet:1"

MACHINE = """
    resource_id       | provider | provider_account | kind    | provider_id | name \
| region | size        | size_gb | status | project_id | tenant_id | deployment_id \
| role   | parent_id | valid_from          | valid_to            | document
"""
LISTED = """
    account | kind     | last_complete_at
    do:main | droplets | 2026-05-20 12:00:00
    do:main | sizes    | 2026-05-20 12:00:00
"""
PRICES = """
    account | slug        | price_monthly_micros | currency
    do:main | s-1vcpu-1gb | 6_000_000            | USD
    do:main | s-2vcpu-4gb | 24_000_000           | USD
"""

DRIFT = [
    name
    for name, model in all_models().items()
    if model.subject == "drift" or name in ("marts.open_drift", "marts.drift_history")
]


def machine(*intervals: str) -> str:
    """Intervals of the droplet: 'from; until; size', and its document if it matters."""
    rows = [MACHINE.rstrip()]
    for interval in intervals:
        start, end, size, *document = (part.strip() for part in interval.split(";"))
        rows.append(
            f"{DROPLET} | do | main | droplet | 1 | web | syd1 | {size} | 25.0 | active"
            f"| p1 | acme | studio | tenant | null | {start} | {end} "
            f"| {document[0] if document else 'null'}"
        )
    return "\n".join(rows)


def asked(*specs: str) -> str:
    """Specs of the droplet: 'when; spec'."""
    rows = ["kind | provider_id | recorded_at | spec"]
    for spec in specs:
        recorded_at, text = spec.split(";", 1)
        rows.append(f"droplet | 1 | {recorded_at} | {text}")
    return "\n".join(rows)


def world(
    live: str, desired: str, now: datetime = NOW, **tables: str
) -> duckdb.DuckDBPyConnection:
    """A warehouse in which drift is built from what is stated."""
    connection = fresh_warehouse(now)
    given = {
        "core.resources": live,
        "raw.desired_state": desired,
        "core.listing_ages": LISTED,
        "core.size_prices": PRICES,
    }
    given |= {name.replace("__", "."): text for name, text in tables.items()}
    build_models(connection, *DRIFT, given=given)
    return connection


def rebuild(connection: duckdb.DuckDBPyConnection) -> None:
    """Build drift again from what the connection holds."""
    for table in DRIFT:
        build(connection, all_models()[table])


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()
