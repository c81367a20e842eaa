"""`run`: what it says of documents that wait, and of a run as of the past."""

from cost_pipeline.automation.launch import JobOutcome
from cost_pipeline.books.ledger_tables import documents_waiting
from cost_pipeline.commands.run import Report
from cost_pipeline_tests.tables import NOW, build_models, fresh_warehouse

DRAFTS = """
    invoice_id | tenant_id | month      | period_end | is_over | hold_reason | document_hash
    over       | t         | 2026-04-01 | 2026-05-01 | true    |             | h
    held       | t         | 2026-04-01 | 2026-05-01 | true    | no rate     | h
    running    | t         | 2026-05-01 | 2026-06-01 | false   |             | h
    doubtful   | u         | 2026-04-01 | 2026-05-01 | true    | 1 may be gone | h
"""  # noqa: E501
CLAIMS = """
    item_id | invoice_id | hold_reason | is_before_start
    begun   | begun      |             | false
    begun2  | begun      |             | false
    held    | untaxed    | no rate     | false
    waits   |            |             | false
    before  | before     |             | true
"""


def test_a_month_waits_when_it_is_over_and_a_subscription_when_it_begins():
    given = {
        "core.calendar_drafts": DRAFTS,
        "core.item_claims": CLAIMS,
    }
    with fresh_warehouse() as connection:
        assert documents_waiting(connection) == 0
        build_models(connection, "core.issuable_drafts", given=given)
        assert documents_waiting(connection) == 2


def test_the_same_words_about_many_tables_are_one_line():
    past = "now lies before 2026-05-20"
    warnings = [f"ledger.{table} (appended): {past}" for table in ("lines", "claims")]
    outcomes = [JobOutcome("books", warnings=[*warnings, "core.drift (rules): 1 row"])]
    outcomes.append(JobOutcome("books", warnings=warnings[:1]))
    assert Report(NOW, outcomes).warnings == [
        f"ledger.lines (appended) and 1 more: {past}",
        "core.drift (rules): 1 row",
    ]
