"""What the report tells, section by section, from top to bottom.

What a section asks, its title and what to say of no rows is its file in
`dbt_like_sql/report/`, which reads published tables and `shown`, one row with the month
the report is about. How values are written is `report_values.py`; putting the page
together is `report.py`.
"""

from dataclasses import dataclass
from functools import cache

from cost_pipeline.models.query_files import query_file

ROWS = 15

# A chapter opens before its first section; `{month}` is the month the report is about.
CHAPTERS = {
    "{month}": ("tenants", "deployments", "kinds", "documents"),
    "The provider's bill of {month}": ("bill", "unmatched", "burn"),
    "To look into": ("alerts", "drift", "quality", "quarantine"),
    "What changed": ("reissued", "adjustments", "corrections"),
}


@dataclass(frozen=True)
class Section:
    """One question of the report, answered by one query; `drawn` gets a bar."""

    id: str
    title: str
    purpose: str
    tables: tuple[str, ...]
    query: str
    nothing: str
    drawn: str
    chapter: str


def read_section(name: str, chapter: str) -> Section:
    """Read the file of a section."""
    # Only a page that is written needs the syntax tree.
    from cost_pipeline.models.parse import upstream_tables

    file = query_file(f"report/{name}")
    return Section(
        name,
        file.word("title"),
        file.purpose,
        upstream_tables(file.query),
        file.query,
        file.word("nothing"),
        file.word("drawn"),
        chapter,
    )


@cache
def sections() -> tuple[Section, ...]:
    """Every section, from top to bottom."""
    return tuple(
        read_section(name, chapter if name == names[0] else "")
        for chapter, names in CHAPTERS.items()
        for name in names
    )


# Where the newest fact of each input stands, and after how many hours it is late.
INPUTS = (
    ("Inventory", "marts.resources", "last_seen_at", 1),
    ("Provider balance", "marts.balances", "generated_at", 26),
    ("Provider invoices", "marts.provider_invoices", "received_at", 24 * 35),
    ("Exchange rates", "marts.fx_rates", "rate_date", 24 * 5),
    ("Metered usage", "marts.usage_daily", "day", 24 * 2),
    ("Activity log", "marts.subscription_items", "created_at", 24 * 35),
    ("Credit events", "marts.credit_balances", "last_active_at", 24 * 7),
)
