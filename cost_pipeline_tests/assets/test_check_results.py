"""What an operator reads of a broken rule: markup in the UI, plain words elsewhere."""

from cost_pipeline.assets.check_results import check_result
from cost_pipeline.models.rules import BrokenRule

ROWS = (("AU_GST", "<b>late</b>"),)


def test_a_line_names_the_first_row_as_it_is_and_the_table_escapes_it() -> None:
    rule = BrokenRule("rate >= 0", 1, ("tax_code", "note"), ROWS, False)
    result = check_result(["ref", "tax_rates"], "rules", [rule])
    assert result.description == (
        "1 row breaks the rule: rate >= 0; the first is tax_code AU_GST, "
        "note <b>late</b>"
    )
    assert "AU\\_GST" in str(result.metadata["rate >= 0"].value)
    assert "<b>" not in str(result.metadata["rate >= 0"].value)
