"""`trace` on the screen: the rows, the verdict, and words from outside as words."""

import io

import pytest
from rich.console import Console

from cost_pipeline.commands.traces import keys_of, show_trace
from cost_pipeline.models.digest import published_models, tables_in
from cost_pipeline.publish import published_file
from cost_pipeline.publish.published_file import publish
from cost_pipeline.settings import Settings, WrongUsage
from cost_pipeline_tests.publish.traced_world import INTERVALS, published
from cost_pipeline_tests.tables import give


@pytest.fixture
def settings(tmp_path, monkeypatch):
    home = Settings(COST_PIPELINE_HOME=tmp_path)
    with published(INTERVALS.format(weight=1)) as connection:
        give(
            connection,
            "marts.usage_daily",
            "day|tenant_id|deployment_id|resource_id|kind|billing_kind|quantity"
            "|base_quantity|base_per_unit|is_observed\n"
            "2026-04-01|acme|[red]studio|d1|droplet|droplet_hours|2|7200|3600|true",
        )
        there = tables_in(connection)
        marts = {name: m for name, m in published_models().items() if name in there}
        monkeypatch.setattr(published_file, "published_models", lambda: marts)
        publish(connection, home.published_path, tmp_path / "exports")
    return home


def test_the_screen_says_that_the_sum_is_the_number_and_prints_no_markup(settings):
    text = io.StringIO()
    console = Console(file=text, width=160, color_system=None)
    is_exact = show_trace(settings, "usage_daily", ["day=2026-04-01"], console)
    said = text.getvalue()
    # The intervals are of another deployment, so nothing stands behind this number.
    assert not is_exact
    assert "[red]studio" in said
    assert "≠ the rows sum to 0, the number is 7200" in said


@pytest.mark.parametrize(
    ("table", "keys"),
    [("plans", []), ("usage_daily", ["dy=1"]), ("usage_daily", ["day=2020-01-01"])],
    ids=["a table that cannot be traced", "a column it has not", "no such row"],
)
def test_a_question_without_an_answer_is_wrong_usage(settings, table, keys):
    with pytest.raises(WrongUsage):
        show_trace(settings, table, keys, Console(file=io.StringIO()))


def test_a_word_that_is_no_key_and_value_is_wrong_usage():
    with pytest.raises(WrongUsage):
        keys_of(["day"])
