"""Foreign text in a spreadsheet's cell: shown as it is, never computed."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def neutral(text: str) -> str:
    """A text as a spreadsheet shows it, never as a formula it computes."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
