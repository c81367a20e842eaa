"""What a mart shows beside its asset: telling rows, inert text, figures with units."""

import re

import duckdb
import pytest

from cost_pipeline.models.library import all_models
from cost_pipeline.publish.previews import FIGURES, PREVIEWS, plots, preview
from cost_pipeline_tests.publish.published_world import publish_by_hand

UNITS = ("_cents", "_micros", "_pct", "_count", "_credits", "_days")
MARTS = {name: m for name, m in all_models().items() if m.layer == "marts"}


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory):
    path = publish_by_hand(tmp_path_factory.mktemp("published") / "cost.duckdb")
    with duckdb.connect(str(path), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def demo(demo_home):
    path = demo_home / "data" / "published" / "cost.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        yield connection


def test_previews_and_figures_are_of_marts_there_are():
    assert set(PREVIEWS) <= set(MARTS)
    assert set(FIGURES) <= set(MARTS)


def test_every_figure_ends_with_its_unit():
    for figures in FIGURES.values():
        assert all(name.endswith(UNITS) for name in figures)


def test_the_worst_margin_is_shown_first(by_hand):
    shown = preview(by_hand, MARTS["marts.cost_vs_revenue"])["preview"].splitlines()
    assert "orchard" in shown[2]
    assert "−48.21" in shown[2]


def test_hostile_names_cannot_become_markup(by_hand):
    shown = preview(by_hand, MARTS["marts.cost_vs_revenue"])["preview"]
    assert "&lt;script" in shown
    assert "<" not in shown


def test_the_figures_are_those_of_the_last_final_month(by_hand):
    figures = plots(by_hand, MARTS["marts.cost_vs_revenue"])
    assert figures == {
        "final_revenue_cents": 131972,
        "final_cost_cents": 9861,
        "final_margin_cents": 122111,
    }


def test_amounts_of_two_currencies_are_no_figure(tmp_path):
    path = publish_by_hand(tmp_path / "cost.duckdb")
    with duckdb.connect(str(path)) as connection:
        assert plots(connection, MARTS["marts.unmatched_costs"]) == {
            "unmatched_micros": 14_514_000
        }
        connection.execute(
            "update marts.unmatched_costs set currency = 'EUR' where line_number = 3"
        )
        assert plots(connection, MARTS["marts.unmatched_costs"]) == {}


@pytest.mark.slow
@pytest.mark.parametrize("name", MARTS)
def test_every_mart_of_the_demo_shows_a_table_and_its_figures(demo, name):
    shown = preview(demo, MARTS[name])["preview"]
    lines = shown.splitlines()
    assert shown == "No rows yet." or re.fullmatch(r"\|( -+:? \|)+", lines[1])
    for value in plots(demo, MARTS[name]).values():
        assert isinstance(value, int | float)
