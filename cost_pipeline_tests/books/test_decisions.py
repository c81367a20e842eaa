"""Operator decisions: written once, compared with what is so, refused with a reason."""

import inspect
import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from cost_pipeline.books.classifications import classify_resource
from cost_pipeline.books.decision_rows import DecisionRefused
from cost_pipeline.books.decisions import (
    DECISIONS,
    confirm_shrink,
    publish_plan_version,
    void_invoice,
)
from cost_pipeline.contracts.ledger import DECISIONS as LEDGER_TABLE
from cost_pipeline_tests.drift_world import machine
from cost_pipeline_tests.tables import fresh_warehouse, give

DOCUMENTS = """
    invoice_id | number | tenant_id | total_cents | currency | status
    inv-1      | INV-1  | acme      | 7_064       | AUD      | issued
    inv-2      | INV-2  | acme      | 7_064       | AUD      | draft
"""
ANNIVERSARY = """
    invoice_id | number | tenant_id | total_cents | currency | status
    sub-1      | SUB-1  | acme      | 900         | USD      | issued
"""
VERSIONS = """
    plan_version_id | plan_code | version | base_price_cents | currency | status
    pro-1           | pro       | 1       | 4_900            | AUD      | active
    pro-2           | pro       | 2       | 5_900            | AUD      | draft
"""
UNOWNED = "do:main:droplet:1"


def decided(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return connection.execute(
        "select decision, subject_id from ledger.decisions order by all"
    ).fetchall()


def test_the_table_names_every_decision_and_what_its_function_takes() -> None:
    names = next(c.one_of for c in LEDGER_TABLE.columns if c.name == "decision")
    assert sorted(DECISIONS) == sorted(names)
    for operation in DECISIONS.values():
        taken = inspect.signature(operation.decide).parameters
        assert [p.name for p in operation.parameters] == list(taken)[2:]
        for parameter in operation.parameters:
            default = taken[parameter.name].default
            is_required = default is inspect.Parameter.empty
            # What was shown is asked for by name even when it was nothing.
            if parameter.name != "shown_actual":
                assert parameter.is_required is is_required
                assert is_required or parameter.default == default


def test_a_draft_is_published_once_and_nothing_else_is() -> None:
    with fresh_warehouse() as connection:
        give(connection, "raw.plan_versions", VERSIONS)
        publish_plan_version(connection, None, plan_version_id="pro-2")
        assert decided(connection) == [("publish-plan-version", "pro-2")]
        with pytest.raises(DecisionRefused, match="is published already"):
            publish_plan_version(connection, None, plan_version_id="pro-2")
        with pytest.raises(DecisionRefused, match="is active, not a draft"):
            publish_plan_version(connection, None, plan_version_id="pro-1")
        with pytest.raises(DecisionRefused, match="no plan version pro-3"):
            publish_plan_version(connection, None, plan_version_id="pro-3")
        assert len(decided(connection)) == 1


def test_an_issued_document_is_void_once_whatever_the_reason() -> None:
    with fresh_warehouse() as connection:
        give(connection, "core.calendar_documents", DOCUMENTS)
        give(connection, "core.anniversary_invoices", ANNIVERSARY)
        void_invoice(connection, None, invoice_id="inv-1", reason="wrong address")
        void_invoice(connection, None, invoice_id="sub-1", reason="wrong address")
        for reason in ("wrong address", "another reason"):
            with pytest.raises(DecisionRefused, match="inv-1 is void already"):
                void_invoice(connection, None, invoice_id="inv-1", reason=reason)
        with pytest.raises(DecisionRefused, match="never issued"):
            void_invoice(connection, None, invoice_id="inv-2", reason="typo")
        with pytest.raises(DecisionRefused, match="no document"):
            void_invoice(connection, None, invoice_id="inv-9", reason="typo")
        assert decided(connection) == [
            ("void-invoice", "inv-1"),
            ("void-invoice", "sub-1"),
        ]


def test_a_void_without_a_reason_is_refused() -> None:
    with fresh_warehouse() as connection:
        give(connection, "core.calendar_documents", DOCUMENTS)
        with pytest.raises(DecisionRefused, match="needs a reason"):
            void_invoice(connection, None, invoice_id="inv-1", reason=" ")


@pytest.fixture
def unowned() -> Iterator[duckdb.DuckDBPyConnection]:
    live = machine("2026-04-01 06:00:00; null; s-1vcpu-1gb")
    live = live.replace("| acme | studio | tenant", "| unattributed" * 3)
    deployments = "deployment_id | tenant_id \n studio | acme \n other | else"
    with fresh_warehouse() as connection:
        give(connection, "core.resources", live)
        give(connection, "raw.tenants", "tenant_id | name \n acme | Acme")
        give(connection, "raw.deployments", deployments)
        yield connection


def test_a_resource_nobody_owns_is_given_an_owner_from_a_date_on(
    unowned: duckdb.DuckDBPyConnection,
) -> None:
    owner = {"tenant_id": "acme", "deployment_id": "studio", "from_at": "2026-05-01"}
    classify_resource(unowned, None, resource_id=UNOWNED, **owner)
    [(details,)] = unowned.execute("select details from ledger.decisions").fetchall()
    assert json.loads(details) == {
        "tenant_id": "acme",
        "deployment_id": "studio",
        "role": "tenant",
        "from": "2026-05-01T00:00:00Z",
    }
    with pytest.raises(DecisionRefused, match="classified so already"):
        classify_resource(unowned, None, resource_id=UNOWNED, **owner)


@pytest.mark.parametrize(
    ("owner", "reason"),
    [
        ({"tenant_id": "nobody"}, "no tenant nobody"),
        ({"tenant_id": "acme", "deployment_id": "other"}, "no deployment other"),
        ({}, "a tenant is named for the role tenant"),
        ({"tenant_id": "acme", "role": "shared"}, "and only then"),
        ({"role": "owner"}, "the role is one of"),
        ({"tenant_id": "acme", "from_at": "soon"}, "soon is no date"),
    ],
)
def test_an_owner_that_cannot_be_is_refused(
    unowned: duckdb.DuckDBPyConnection, owner: dict[str, str], reason: str
) -> None:
    with pytest.raises(DecisionRefused, match=reason):
        classify_resource(unowned, None, resource_id=UNOWNED, **owner)
    assert decided(unowned) == []


def test_a_resource_that_its_project_gives_an_owner_is_left_to_it() -> None:
    with fresh_warehouse() as connection:
        live = machine("2026-04-01 06:00:00; null; s-1vcpu-1gb")
        give(connection, "core.resources", live)
        with pytest.raises(DecisionRefused, match="belongs to acme / studio"):
            classify_resource(connection, None, resource_id=UNOWNED, role="shared")
        with pytest.raises(DecisionRefused, match="there is no resource"):
            classify_resource(connection, None, resource_id="x", role="shared")


def receipts(*verdicts: str) -> str:
    """Listings of droplets, one a day up to 19 May, with these verdicts."""
    rows = ["account | kind | subject | received_at | is_complete | verdict | items"]
    for day, verdict in zip(range(20 - len(verdicts), 20), verdicts, strict=True):
        rows.append(f"main | droplets | EMPTY | 2026-05-{day} | true | {verdict} | 2")
    return "\n".join(rows)


def test_a_waiting_listing_is_confirmed_once_by_its_name_or_its_kind() -> None:
    for name in ("droplets", "droplet"):
        with fresh_warehouse() as connection:
            give(connection, "raw.receipts", receipts("accepted", "held", "held"))
            connection.execute("update raw.receipts set subject = ''")
            confirm_shrink(connection, None, kind=name)
            assert decided(connection) == [("confirm-shrink", "droplets")]
            with pytest.raises(DecisionRefused, match=f"no listing of {name} waits"):
                confirm_shrink(connection, None, kind=name)


@pytest.mark.parametrize("verdicts", [(), ("accepted",), ("held", "accepted")])
def test_nothing_is_confirmed_when_nothing_is_held(verdicts: tuple[str, ...]) -> None:
    with fresh_warehouse() as connection:
        give(connection, "raw.receipts", receipts(*verdicts))
        connection.execute("update raw.receipts set subject = ''")
        with pytest.raises(DecisionRefused, match="no listing of droplets waits"):
            confirm_shrink(connection, None, kind="droplets")


def test_before_the_first_run_there_is_nothing_to_decide() -> None:
    given = {"shown_actual": None, "reason": "typo", "role": "shared", "from_at": None}
    with fresh_warehouse() as connection:
        for operation in DECISIONS.values():
            subject = {operation.parameters[0].name: "x"}
            rest = {
                parameter.name: given.get(parameter.name)
                for parameter in operation.parameters[1:]
            }
            with pytest.raises(DecisionRefused, match="no "):
                operation.decide(connection, None, **subject, **rest)
