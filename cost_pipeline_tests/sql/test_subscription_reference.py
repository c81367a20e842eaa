"""SQL and the plain reference agree on random logs, late rows and missed runs alike."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from cost_pipeline.storage.connection import RunClock, set_clock
from cost_pipeline_tests.reference.subscriptions import (
    Activity,
    Tenant,
    charges_of,
)
from cost_pipeline_tests.sql.subscription_logs import (
    ALWAYS,
    END,
    PLANS,
    START,
    as_rows,
    logs,
    of_tenant,
    price_of,
)
from cost_pipeline_tests.sql.subscription_tables import (
    build_results,
    give_log,
    give_plans,
    problems,
    run_once,
)
from cost_pipeline_tests.tables import build_models, fresh_warehouse


def billed(log: Iterable[Activity]) -> list[Activity]:
    return [row for row in log if row.activity_type != "ping"]


def invoices(
    connection: duckdb.DuckDBPyConnection,
) -> dict[str, dict[datetime, int]]:
    found: dict[str, dict[datetime, int]] = {}
    for tenant, tick, total in connection.execute(
        "select tenant_id, tick_at, sum(amount_cents) from ledger.claims "
        "where invoice_id is not null group by all"
    ).fetchall():
        found.setdefault(tenant, {})[tick] = int(total)
    return found


@settings(max_examples=12, deadline=None)
@given(st.lists(logs(), min_size=10, max_size=20))
def test_charges_equal_those_of_the_reference(every: list[list[Activity]]) -> None:
    tenants = [of_tenant(log, f"t{n}") for n, log in enumerate(every)]
    with fresh_warehouse(END.replace(tzinfo=UTC)) as connection:
        give_plans(connection, PLANS)
        give_log(connection, as_rows(row for log in tenants for row in log))
        build_models(connection, "core.subscription_charges")
        found = connection.execute(
            "select created_at, charge_id, amount_cents "
            "from core.subscription_charges order by all"
        ).fetchall()
    expected = [
        (charge.created_at, charge.charge_id, charge.amount_cents)
        for log in tenants
        for charge in charges_of(billed(log), price_of, END)
    ]
    assert found == sorted(expected)


@settings(max_examples=6, deadline=None)
@given(
    st.lists(st.tuples(logs(), st.data()), min_size=8, max_size=8),
    st.lists(st.integers(1, 130 * 24), min_size=1, max_size=4, unique=True),
)
def test_any_schedule_of_runs_claims_what_the_reference_claims(
    every: list[tuple[list[Activity], st.DataObject]], hours: list[int]
) -> None:
    """Rows arrive late, runs are missed and repeated; each run is held to the loops."""
    runs = sorted(START + timedelta(hours=hour) for hour in hours)
    tenants = {f"t{n}": of_tenant(log, f"t{n}") for n, (log, _) in enumerate(every)}
    # From which run on a row is known; most are known in time.
    known_from = {
        row.activity_id: data.draw(st.sampled_from([0, 0, 0, 1, 2, 3]))
        for (_, data), log in zip(every, tenants.values(), strict=True)
        for row in log
    }
    expected = {tenant: Tenant() for tenant in tenants}
    with fresh_warehouse(issue_from=ALWAYS) as connection:
        give_plans(connection, PLANS)
        for number, now in enumerate(runs):
            seen = {
                tenant: [row for row in log if known_from[row.activity_id] <= number]
                for tenant, log in tenants.items()
            }
            set_clock(connection, RunClock(now, ALWAYS))
            give_log(connection, as_rows(row for log in seen.values() for row in log))
            issued_before = invoices(connection)
            run_once(connection)
            assert run_once(connection).new == 0
            for tenant, log in seen.items():
                expected[tenant].run(charges_of(billed(log), price_of, now), now)
            found = invoices(connection)
            for tenant, state in expected.items():
                assert found.get(tenant, {}) == state.invoices
                assert issued_before.get(tenant, {}).items() <= state.invoices.items()
            assert claimed(connection) == {
                name: amounts
                for state in expected.values()
                for name, amounts in state.claimed.items()
            }
            assert waiting(connection) == {
                tenant: state.waiting_cents
                for tenant, state in expected.items()
                if state.waiting_cents
            }
            assert problems(connection) == []


def claimed(connection: duckdb.DuckDBPyConnection) -> dict[str, list[int]]:
    """What was claimed of each charge, in the order of claiming."""
    return dict(
        connection.execute(
            "select charge_id, list(amount_cents order by length(item_id), item_id) "
            "from ledger.claims group by charge_id"
        ).fetchall()
    )


def waiting(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    return {
        tenant: int(total)
        for tenant, total in connection.execute(
            "select tenant_id, sum(amount_cents) from marts.subscription_items "
            "where state = 'waiting' group by all having sum(amount_cents) <> 0"
        ).fetchall()
    }


@settings(max_examples=4, deadline=None)
@given(
    st.lists(logs(), min_size=8, max_size=8),
    st.lists(st.integers(1, 120 * 24), min_size=1, max_size=3, unique=True),
)
def test_documents_do_not_depend_on_when_runs_happened(
    every: list[list[Activity]], hours: list[int]
) -> None:
    log = as_rows(r for n, log in enumerate(every) for r in of_tenant(log, f"t{n}"))
    interrupted = sorted(START + timedelta(hours=hour) for hour in hours)
    results = []
    for runs in ([END], [*[now for now in interrupted if now < END], END]):
        with fresh_warehouse(issue_from=ALWAYS) as connection:
            give_plans(connection, PLANS)
            give_log(connection, log)
            for now in runs:
                set_clock(connection, RunClock(now, ALWAYS))
                run_once(connection)
            build_results(connection)
            results.append(
                connection.execute(
                    "select * exclude (issued_at, due_at) "
                    "from core.anniversary_invoices order by all"
                ).fetchall()
                + connection.execute(
                    "select * exclude (claimed_at) "
                    "from marts.subscription_items order by all"
                ).fetchall()
            )
    assert results[0] == results[1]
