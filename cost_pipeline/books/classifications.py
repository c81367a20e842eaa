"""Classifying: whose a resource is that no project gives an owner.

What follows from it is SQL (`staging/classifications.sql`,
`core/inventory/resource_owners.sql`).
"""

import json
from pathlib import Path

import duckdb

from cost_pipeline.books.decision_rows import (
    Decision,
    DecisionRefused,
    UnknownSubject,
    decide_once,
    find_one,
    now_text,
)
from cost_pipeline.domain.json_types import Json

ROLES = ("tenant", "shared", "internal")


def classify_resource(
    connection: duckdb.DuckDBPyConnection,
    segments: Path | None,
    *,
    resource_id: str,
    tenant_id: str | None = None,
    deployment_id: str | None = None,
    role: str = "tenant",
    from_at: str | None = None,
) -> Decision:
    """Say whose a resource is that no project gives an owner, from a date on."""
    _refuse_owner(connection, tenant_id, deployment_id, role)
    if find_one(connection, "core.resources", "resource_id", resource_id) is None:
        raise UnknownSubject(f"there is no resource {resource_id}")
    resource = connection.execute(
        "select tenant_id, deployment_id, role from core.resources "
        "where resource_id = ? order by valid_from desc limit 1",
        [resource_id],
    ).fetchall()
    earlier = connection.execute(
        "select details from ledger.decisions where decision = 'classify-resource' "
        "and subject_id = ? order by decided_at desc limit 1",
        [resource_id],
    ).fetchall()
    if resource[0][2] != "unattributed" and not earlier:
        raise DecisionRefused(
            f"{resource_id} belongs to {resource[0][0]} / {resource[0][1]} "
            f"({resource[0][2]}) by its project; move it there, or link the project"
        )
    details: dict[str, Json] = {"role": role, "from": _instant(connection, from_at)}
    details |= {
        "tenant_id": tenant_id or None,
        "deployment_id": deployment_id or None,
    }
    if earlier and json.loads(earlier[0][0]) == details:
        raise DecisionRefused(f"{resource_id} is classified so already")
    decision = Decision("classify-resource", resource_id, details, now_text(connection))
    return decide_once(
        connection, segments, decision, f"{resource_id} was classified now"
    )


def _refuse_owner(
    connection: duckdb.DuckDBPyConnection,
    tenant_id: str | None,
    deployment_id: str | None,
    role: str,
) -> None:
    if role not in ROLES:
        raise DecisionRefused(f"the role is one of {', '.join(ROLES)}, not {role}")
    if (role == "tenant") != bool(tenant_id):
        raise DecisionRefused("a tenant is named for the role tenant, and only then")
    if (
        tenant_id
        and find_one(connection, "raw.tenants", "tenant_id", tenant_id) is None
    ):
        raise UnknownSubject(f"there is no tenant {tenant_id}")
    if not deployment_id:
        return
    deployment = find_one(connection, "raw.deployments", "deployment_id", deployment_id)
    if deployment is None or deployment["tenant_id"] != tenant_id:
        raise UnknownSubject(f"{tenant_id} has no deployment {deployment_id}")


def _instant(connection: duckdb.DuckDBPyConnection, text: str | None) -> str:
    """A date or time as UTC; without one, the run's now."""
    found = connection.execute(
        "select strftime(coalesce(cast(try_cast(? as timestamptz) as timestamp), "
        "now_at), '%Y-%m-%dT%H:%M:%SZ'), try_cast(? as timestamptz) from ref.clock",
        [text, text],
    ).fetchall()[0]
    if text and found[1] is None:
        raise DecisionRefused(f"{text} is no date")
    return str(found[0])
