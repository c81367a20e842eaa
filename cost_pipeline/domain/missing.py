"""What is missing from a listing: few are asked for, many wait.

Put the thresholds of the shrink guard here; whether a waiting listing counts after all
is an operator's decision in the ledger.
"""

SHARE_PERCENT = 30
FEW = 5
SMALL = 3


def is_suspicious(before: int, gone: int, left: int) -> bool:
    """Whether so much vanished at once that a fault is likelier than the truth.

    More than 30 per cent and more than 5 at once, or a listing of more than 3 that is
    suddenly empty. Empty after empty is normal.
    """
    is_emptied = before > SMALL and left == 0
    return is_emptied or (gone > FEW and 100 * gone > SHARE_PERCENT * before)


def ids_worth_asking(before: set[str], here: set[str]) -> list[str]:
    """The missing ids, when they are few enough to ask for one by one."""
    gone = sorted(before - here)
    return [] if is_suspicious(len(before), len(gone), len(here)) else gone
