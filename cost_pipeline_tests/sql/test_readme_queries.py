"""The worked queries for analysts run as they are printed, and answer."""

import re

import duckdb
import pytest

from cost_pipeline.models.model import SQL_FOLDER

README = (SQL_FOLDER / "README.md").read_text("utf-8")
FOUND = re.findall(r"^### (\d+)\. (.+?)\n(.*?)```sql\n(.*?)```", README, re.S | re.M)
QUERIES = [pytest.param(query, id=title) for _, title, _, query in FOUND]


@pytest.fixture(scope="module")
def published(demo_home):
    path = demo_home / "data" / "published" / "cost.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        yield connection


def test_there_are_ten_worked_queries():
    assert [int(number) for number, *_ in FOUND] == list(range(1, 11))
    assert README.count("```sql") == 10


@pytest.mark.slow
@pytest.mark.parametrize("query", QUERIES)
def test_a_worked_query_answers_on_the_demo(published, query):
    assert published.execute(query).fetchall()


@pytest.mark.slow
def test_the_query_of_residues_finds_none(published):
    query = next(query for number, *_, query in FOUND if number == "5")
    residues = f"select sum(abs(residue_micros)) from ({query})"
    assert published.execute(residues).fetchall() == [(0,)]
