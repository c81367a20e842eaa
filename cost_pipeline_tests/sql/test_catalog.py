"""The catalog in force, and what its audits catch."""

from datetime import datetime
from typing import Any

import pytest

from cost_pipeline.models.library import all_audits
from cost_pipeline.models.rules import broken_audit
from cost_pipeline_tests.tables import build_models, fresh_warehouse, give

VERSIONS = """
    plan_version_id | plan_code | version | status  | published_at | retired_at
    v1              | s         | 1       | retired | 2025-01-01   | 2025-06-01
    v2              | s         | 2       | active  | 2025-07-01   |
    v3              | s         | 3       | draft   |              |
"""


def in_force(decisions: str, versions: str = VERSIONS) -> list[tuple[Any, ...]]:
    with fresh_warehouse() as connection:
        give(connection, "raw.plan_versions", versions)
        give(connection, "ledger.decisions", decisions)
        build_models(connection, "core.versions_in_force")
        return connection.execute(
            "select plan_version_id, valid_from, valid_to, published_by "
            "from core.versions_in_force order by valid_from"
        ).fetchall()


def test_a_version_is_in_force_until_it_is_retired_or_the_next_one_comes():
    assert in_force("decision_id") == [
        ("v1", datetime(2025, 1, 1), datetime(2025, 6, 1), "platform"),
        ("v2", datetime(2025, 7, 1), None, "platform"),
    ]


def test_the_latest_of_platform_and_operator_wins():
    decisions = """
        decision_id | decision             | subject_id | decided_at
        a           | publish-plan-version | v3         | 2026-01-01
        b           | publish-plan-version | v1         | 2030-01-01
    """
    assert in_force(decisions)[1:] == [
        ("v2", datetime(2025, 7, 1), datetime(2026, 1, 1), "platform"),
        ("v3", datetime(2026, 1, 1), None, "operator"),
    ]
    later = VERSIONS.replace(
        "3       | draft   |             ", "3 | active | 2026-02-01"
    )
    assert in_force(decisions, later)[-1][1:] == (
        datetime(2026, 2, 1),
        None,
        "platform",
    )


def test_of_two_that_the_platform_calls_active_the_one_published_last_counts():
    versions = VERSIONS.replace(
        "retired | 2025-01-01   | 2025-06-01", "active | 2025-01-01 |"
    )
    assert in_force("decision_id", versions)[0][2] == datetime(2025, 7, 1)


@pytest.mark.parametrize(
    ("audit", "table", "rows"),
    [
        pytest.param(
            "plan_sources_name_one_active",
            "raw.plan_versions",
            """
            plan_version_id | plan_code | version | status
            v1              | s         | 1       | active
            v2              | s         | 2       | active
            """,
            id="two active versions",
        ),
        pytest.param(
            "unit_prices_do_not_overlap",
            "raw.resource_prices",
            """
            billing_kind | currency | effective_from | effective_to
            dns_zones    | AUD      | 2025-01-01     | 2026-01-02
            dns_zones    | AUD      | 2026-01-01     |
            """,
            id="overlapping prices",
        ),
        pytest.param(
            "tax_rates_do_not_overlap",
            "raw.tax_rates",
            """
            tax_code | effective_from | effective_to
            GST      | 2025-01-01     |
            GST      | 2026-01-01     |
            """,
            id="overlapping rates",
        ),
        pytest.param(
            "projects_have_one_owner",
            "raw.project_links",
            """
            provider_project_id | role   | valid_from | valid_to
            p                   | tenant | 2025-01-01 | 2026-01-02
            p                   | tenant | 2026-01-01 |
            """,
            id="overlapping attribution",
        ),
    ],
)
def test_an_audit_names_what_overlaps(audit, table, rows):
    (found,) = [candidate for candidate in all_audits() if candidate.name == audit]
    with fresh_warehouse() as connection:
        assert broken_audit(connection, found) == []
        give(connection, table, rows)
        assert broken_audit(connection, found)[0].rows == 1


def test_what_is_wrong_in_a_source_is_said_before_anything_is_built_on_it():
    """A grain that breaks two tables later names neither the source nor the row."""
    for audit in all_audits():
        if audit.is_blocking and all(name[:4] == "raw." for name in audit.upstream):
            assert audit.table in audit.upstream, audit.name


def test_findings_name_what_the_catalog_does_not_know(run_model):
    rows = run_model(
        "core.catalog_findings",
        given={
            "raw.tenants": """
                tenant_id | timezone
                t         | Australia/Sydney
            """,
            "raw.plan_versions": """
                plan_version_id | plan_code
                v1              | s
            """,
            "raw.subscriptions": """
                subscription_id | tenant_id | deployment_id | plan_version_id
                a               | t         | d             | v1
                b               | t         | d             | v1
                c               | x         | e             | v9
            """,
            "raw.subscription_addons": """
                subscription_id | addon_code
                a               | nothing
            """,
            "raw.activities": """
                activity_id | tenant_id
                1           | t
                2           | y
                3           | y
            """,
        },
        select="finding, subject_id",
    )
    assert rows == [
        ("other_timezone", "t"),
        ("overlapping_subscriptions", "b"),
        ("unknown_addon", "a/nothing/2026-01-01 00:00:00"),
        ("unknown_plan_version", "c"),
        ("unknown_tenant", "c"),
        ("unknown_tenant", "relays/y"),
    ]
