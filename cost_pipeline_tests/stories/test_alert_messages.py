"""What is written of a crossing or a leak, and to whom."""

from datetime import date, datetime

from cost_pipeline.books.outbox import deliver
from cost_pipeline.gateways.demo import DryRunGateway
from cost_pipeline_tests.reference.spend import Machine
from cost_pipeline_tests.sql.spend_tables import (
    NO_COSTS,
    NO_LEAKS,
    PLANS,
    give_machines,
    hosted_warehouse,
    plans_text,
)
from cost_pipeline_tests.tables import build_models, give, tell

MARCH, MAY, START = datetime(2026, 3, 1), datetime(2026, 5, 20), date(2026, 3, 1)
QUEUES = ("core.crossing_messages", "core.leak_messages")


def rows(connection, query):
    return connection.execute(query).fetchall()


def test_invoiced_cost_is_told_to_the_operator_and_not_in_a_customers_name():
    connection = hosted_warehouse(MAY, START)
    give(
        connection, "raw.tenants", "tenant_id | name | owner_name\nquiet | Quarry | Bob"
    )
    crossed = {
        "ledger.crossings": """
            tenant_id | metric        | period_start | threshold_pct | audience
            quiet     | invoiced_cost | 2026-03-01   | 200           | operator
            ghost     | invoiced_cost | 2026-03-01   | 200           | owner
        """
    }
    given = {**NO_COSTS, **NO_LEAKS, **crossed, PLANS: plans_text({})}
    build_models(connection, "core.crossing_messages", given=given)
    query = "select recipient, skip_reason, data->>'tenant', data->>'owner' "
    found = rows(connection, query + "from core.crossing_messages")
    assert sorted(found) == [
        ("", "the tenant is not known", "ghost", ""),
        ("operator", "", "Quarry", ""),
    ]


LEAKS = {
    **NO_LEAKS,
    "core.margins": """
        month|tenant_id|deployment_id|currency|revenue_cents|cost_cents|is_final
        2026-03-01 | t        | loses    | AUD | 2_000 | 3_000 | true
        2026-03-01 | t        | earns    | AUD | 5_000 | 3_000 | true
        2026-03-01 | t        | even     | AUD | 3_000 | 3_000 | true
        2026-03-01 | t        | unpaid   | AUD | 0     | 700   | true
        2026-03-01 | internal | ours     | AUD | 0     | 700   | true
        2026-04-01 | t        | too soon | AUD | 0     | 700   | false
        2026-04-01 | t        | half     | AUD | 0     | 700   | true
        2026-04-01 | t        | half     | AUD | 100   | 0     | false
        2026-01-01 | t        | too old  | AUD | 0     | 700   | true
    """,
    "core.usage_findings": """
        finding                    | subject_id | tenant_id | detail  | happened_at
        cap_hit                    | q/tokens   | t         | capped  | 2026-05-01
        usage_without_subscription | d@2026-05  | t         | nobody  | 2026-05-01
        unpriced_usage             | q/egress   | t         | free    | 2026-03-01
        no_alert                   | q          | t         | nothing | 2026-05-01
    """,
    "core.cost_findings": """
        finding         | subject_id | tenant_id    | detail  | happened_at
        unknown_product | Rockets    | unattributed | 2 lines | 2026-04-01
        lines_outside   | inv-1      | unattributed | 3 lines | 2026-04-01
    """,
}


def test_leaks_are_told_to_the_operator_once_and_a_month_not_final_is_not():
    connection = hosted_warehouse(MAY, START)
    odd, lost = (
        Machine(kind, status, datetime(2026, 5, 1))
        for kind, status in (("gpu-a100", "active"), ("shared-cpu-1x", "melted"))
    )
    give_machines(connection, {"odd": ("t", odd), "lost": ("t", lost)})
    given = {**NO_COSTS, **LEAKS, PLANS: plans_text({})}
    for _ in range(2):
        build_models(
            connection, "core.crossing_messages", "core.leak_messages", given=given
        )
        tell(connection, "ledger.messages")
    query = "select data->>'alert', data->>'subject', recipient from ledger.messages"
    assert sorted(rows(connection, query)) == [
        ("cap_hit", "q/tokens", "operator"),
        ("cost_without_revenue", "unpaid in 2026-03", "operator"),
        ("negative_margin", "loses in 2026-03", "operator"),
        ("unbilled_usage", "d@2026-05", "operator"),
        ("unbilled_usage", "q/egress", "operator"),
        ("unknown_instance_type", "gpu-a100", "operator"),
        ("unknown_product", "Rockets", "operator"),
        ("unknown_status", "lost", "operator"),
    ]
    dry = DryRunGateway()
    assert deliver(connection, None, dry, MAY).shown == 8
    text = "".join(mail.text for _, mail in dry.shown)
    assert "earned 20.00, cost 30.00 AUD" in text
    assert "Rockets: 2 lines" in text


def test_the_dearest_ten_machines_are_named_and_the_others_counted():
    connection = hosted_warehouse(datetime(2026, 3, 2), START)
    kinds = {0: "performance-2x", 5: "performance-1x"}
    machines = {
        f"m{n:02}": (
            "big",
            Machine(kinds.get(n, "shared-cpu-1x"), "active", datetime(2026, 3, 1)),
        )
        for n in range(12)
    }
    # Machines are no reason for what an invoice says.
    machines["loud"] = ("loud", machines["m00"][1])
    give_machines(connection, machines)
    crossed = """
        tenant_id | metric            | period_start | threshold_pct
        big       | fly_compute_spend | 2026-03-01   | 200
        loud      | invoiced_cost     | 2026-03-01   | 200
    """
    given = {**NO_COSTS, PLANS: plans_text({}), "ledger.crossings": crossed}
    build_models(connection, "core.crossing_messages", given=given)
    query = (
        "select tenant_id, json_extract_string(data, '$.machines[*].machine'), "
        "cast(data->>'other_machines' as integer), "
        "data->'machines'->0->>'cost_cents' from core.crossing_messages order by all"
    )
    written = [f"m{n:02}" for n in (0, 5, 1, 2, 3, 4, 6, 7, 8, 9)]
    assert rows(connection, query) == [
        ("big", written, 2, str(24 * 731)),
        ("loud", [], 0, None),
    ]
