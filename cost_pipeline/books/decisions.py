"""The decisions an operator can take, in one table, and the rules of the smaller ones.

A decision is compared with what is true now and refused, with the reason, when it does
not apply (any more). How it is written is `decision_rows.py`; what it changes is SQL.
Commands and jobs are made from `DECISIONS`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from cost_pipeline.books.accepted_drift import accept_drift
from cost_pipeline.books.classifications import classify_resource
from cost_pipeline.books.decision_rows import (
    Decision,
    DecisionRefused,
    UnknownSubject,
    decide_once,
    find_one,
    now_text,
)
from cost_pipeline.domain.json_types import Json

# The last whole sync of each account, when it waits for an operator's word.
WAITING = """
    with syncs as (
        select
            receipts.*,
            row_number() over (partition by account order by received_at desc) as age
        from raw.receipts as receipts
        cross join ref.clock as clock
        where subject = '' and is_complete and received_at <= clock.now_at
            and (kind = $kind
                or kind in (select listing from ref.kinds where kind = $kind))
    )
    select syncs.kind, account, cast(received_at as varchar) as received_at, items
    from syncs
    where age = 1 and verdict = 'held' and not exists (
        select 1
        from ledger.decisions as decisions
        left join ref.kinds as kinds on kinds.kind = decisions.subject_id
        where decision = 'confirm-shrink' and decided_at >= received_at
            and coalesce(nullif(kinds.listing, ''), subject_id) = syncs.kind
    )
    order by account
"""


def publish_plan_version(
    connection: duckdb.DuckDBPyConnection,
    segments: Path | None,
    *,
    plan_version_id: str,
) -> Decision:
    """Bring a draft into force; the version that was in force retires by it.

    One ledger row does both, so no reader ever sees two versions or none. Subscriptions
    stay on the version they are bound to.
    """
    version = find_one(
        connection, "raw.plan_versions", "plan_version_id", plan_version_id
    )
    if version is None:
        raise UnknownSubject(f"there is no plan version {plan_version_id}")
    if version["status"] != "draft":
        raise DecisionRefused(
            f"plan version {plan_version_id} is {version['status']}, not a draft"
        )
    names = ("plan_code", "version", "base_price_cents", "currency")
    details = {name: version[name] for name in names}
    decision = Decision("publish-plan-version", plan_version_id, details)
    done = f"plan version {plan_version_id} is published"
    return decide_once(connection, segments, decision, done)


def void_invoice(
    connection: duckdb.DuckDBPyConnection,
    segments: Path | None,
    *,
    invoice_id: str,
    reason: str,
) -> Decision:
    """Take an issued document back; a calendar month is then issued once more.

    The items of a subscription invoice stay claimed: they are on no other.
    """
    document = find_one(connection, "core.calendar_documents", "invoice_id", invoice_id)
    document = document or find_one(
        connection, "core.anniversary_invoices", "invoice_id", invoice_id
    )
    if document is None:
        raise UnknownSubject(f"there is no document {invoice_id}")
    if document["status"] not in ("issued", "void"):
        raise DecisionRefused(f"{invoice_id} was never issued ({document['status']})")
    if not reason.strip():
        raise DecisionRefused(f"voiding {invoice_id} needs a reason")
    names = ("number", "tenant_id", "total_cents", "currency")
    details = {name: document[name] for name in names} | {"reason": reason.strip()}
    # One void is enough, whatever the reason.
    decision = Decision("void-invoice", invoice_id, details, key=invoice_id)
    return decide_once(connection, segments, decision, f"{invoice_id} is void")


def confirm_shrink(
    connection: duckdb.DuckDBPyConnection, segments: Path | None, *, kind: str
) -> Decision:
    """Let a listing count of which so much vanished at once that it waits."""
    waiting = connection.execute(WAITING, {"kind": kind}).fetchall()
    if not waiting:
        raise DecisionRefused(f"no listing of {kind} waits")
    details: dict[str, Json] = {
        "held": [
            {"account": account, "received_at": received_at, "items": items}
            for _, account, received_at, items in waiting
        ]
    }
    decision = Decision("confirm-shrink", waiting[0][0], details, now_text(connection))
    return decide_once(connection, segments, decision, f"{kind} was confirmed now")


@dataclass(frozen=True)
class Parameter:
    """What has to be said, always as text; an optional one may be left out."""

    name: str
    help: str
    is_required: bool = True
    default: str | None = None


@dataclass(frozen=True)
class Operation:
    """One decision: the function that takes it, and what it is given.

    The function is called with a connection, the folder of ledger segments and the
    parameters by name. The first parameter is what the decision is about.
    """

    decide: Callable[..., Decision]
    help: str
    parameters: tuple[Parameter, ...]


DECISIONS: dict[str, Operation] = {
    "accept-drift": Operation(
        accept_drift,
        "Take a live value as what is wanted from now on.",
        (
            Parameter("drift_id", "The drift, as in marts.open_drift."),
            Parameter(
                "shown_actual",
                "The live value that was shown; left out = nothing was there.",
                is_required=False,
            ),
        ),
    ),
    "publish-plan-version": Operation(
        publish_plan_version,
        "Bring a draft of a plan into force; the version before it retires.",
        (Parameter("plan_version_id", "The draft."),),
    ),
    "void-invoice": Operation(
        void_invoice,
        "Take an issued document back; a calendar month is then issued once more.",
        (
            Parameter("invoice_id", "The document."),
            Parameter("reason", "Why, for whoever reads the books."),
        ),
    ),
    "classify-resource": Operation(
        classify_resource,
        "Say whose a resource is that no project gives an owner.",
        (
            Parameter("resource_id", "The resource: do:<account>:<kind>:<id>."),
            Parameter("tenant_id", "The tenant, for the role tenant.", False),
            Parameter("deployment_id", "The tenant's deployment.", False),
            Parameter("role", "tenant, shared or internal.", False, "tenant"),
            Parameter("from_at", "From when, UTC; left out = from now on.", False),
        ),
    ),
    "confirm-shrink": Operation(
        confirm_shrink,
        "Let a listing or a log count that lost so much at once that it waits.",
        (
            Parameter(
                "kind", "The listing, the resource kind, or the log that lost rows."
            ),
        ),
    ),
}
