"""Which documents are void, and since when."""

from datetime import datetime

DECISIONS = """
    decision_id | decision             | subject_id | details             | decided_at
    a           | void-invoice         | whole      | {"reason": "first"} | 2026-05-03
    b           | void-invoice         | whole      | {"reason": "again"} | 2026-05-04
    c           | void-invoice         | part-1     | {"reason": "typo"}  | 2026-05-02
    d           | void-invoice         | later      | {"reason": "typo"}  | 2026-05-21
    e           | publish-plan-version | other      | {}                  | 2026-05-01
"""


def test_a_document_is_voided_once_with_its_first_reason(run_model):
    assert run_model("staging.voids", {"ledger.decisions": DECISIONS}) == [
        ("part-1", datetime(2026, 5, 2), "typo"),
        ("whole", datetime(2026, 5, 3), "first"),
    ]


def test_a_void_invoice_takes_its_adjustments_with_it_and_not_the_reverse(run_model):
    for table in ("staging.documents", "staging.prior_documents"):
        rows = run_model(
            table,
            {
                "ledger.decisions": DECISIONS,
                "ledger.documents": """
                    invoice_id | document_type | corrects_invoice_id | issued_at
                    whole      | invoice       |                     | 2026-05-01
                    whole-1    | adjustment    | whole               | 2026-05-02
                    part       | invoice       |                     | 2026-05-01
                    part-1     | adjustment    | part                | 2026-05-02
                    later      | invoice       |                     | 2026-05-01
                    later-1    | adjustment    | later               | 2026-05-02
                """,
            },
            select="invoice_id, voided_at",
        )
        assert rows == [
            ("later", None),
            ("later-1", None),
            ("part", None),
            ("part-1", datetime(2026, 5, 2)),
            ("whole", datetime(2026, 5, 3)),
            ("whole-1", datetime(2026, 5, 3)),
        ]
