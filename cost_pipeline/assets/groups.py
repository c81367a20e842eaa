"""The groups of the lineage picture, in flow order, and who answers for an asset.

Collapsed groups are what an operator sees first, so each stands for one depth of the
flow; a group that spanned depths would be drawn as an empty box crossed by edges.
"""

LANDING = "a_landing"
RAW = "b_raw"
STAGING = "c_staging"
INVENTORY = "d_inventory"
COSTS = "e_costs"
BILLING = "f_billing"
LEDGER = "g_ledger"
MARTS = "h_marts"

OWNERS = ["team:finops"]
# Fetching holds no lock, so it goes first and lets the writer wait for nothing.
FETCH_FIRST = {"dagster/priority": "10"}
WAREHOUSE_POOL = "warehouse"

CORE_GROUPS = {"inventory": INVENTORY, "costs": COSTS}


def group_of(layer: str, subject: str) -> str:
    """The group of a model, by its layer and its subject."""
    if layer == "staging":
        return STAGING
    if layer == "marts":
        return MARTS
    return CORE_GROUPS.get(subject, BILLING)


def first_line(text: str, limit: int = 90) -> str:
    """A description whose first line is plain and short, the rest below it."""
    paragraphs = [" ".join(part.split()) for part in text.strip().split("\n\n")]
    sentence, separator, rest = paragraphs[0].partition(". ")
    head = sentence + separator.strip()
    if len(head) > limit:
        return "\n\n".join([f"{head[: limit - 1]}…", *paragraphs])
    return "\n\n".join(part for part in [head, rest, *paragraphs[1:]] if part)
