"""`run`: what it says of documents that wait for a date to issue from."""

from cost_pipeline.commands.run import WAITING
from cost_pipeline_tests.tables import fresh_warehouse, give

DOCUMENTS = """
    invoice_id | cycle       | period_start | period_end | status
    over       | calendar    | 2026-04-01   | 2026-05-01 | draft
    held       | calendar    | 2026-04-01   | 2026-05-01 | draft
    running    | calendar    | 2026-05-01   | 2026-06-01 | draft
    begun      | anniversary | 2026-05-10   | 2026-06-10 | draft
    out        | calendar    | 2026-03-01   | 2026-04-01 | issued
"""
FINDINGS = """
    area  | finding       | subject_id
    usage | document_held | held
"""


def test_a_month_waits_when_it_is_over_and_a_subscription_when_it_begins():
    with fresh_warehouse() as connection:
        give(connection, "marts.tenant_invoices", DOCUMENTS)
        give(connection, "marts.data_quality", FINDINGS)
        query = WAITING.format(now="2026-05-20")
        assert connection.execute(query).fetchall() == [(2,)]
