"""The platform's tables in a real Postgres: one sync, as of one moment."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from cost_pipeline.sources.base import SourceUnreachable
from cost_pipeline.sources.postgres import PostgresSources
from cost_pipeline_tests.postgres_server import postgres

TABLES = """
create table tenants (tenant_id text, name text, created_at timestamptz);
insert into tenants values
    ('studio', 'Café "Ü", Inc.', '2026-05-01 02:00:00+02'), ('empty', null, null);
create schema billing;
create view billing.plans as select 'basic' as plan_code, 12.5::numeric as price;
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with postgres(tmp_path_factory.mktemp("postgres")) as found:
        with psycopg2.connect(found.get_uri()) as connection:
            connection.cursor().execute(TABLES)
        yield found


def test_tables_come_as_csv_in_utc_and_unknown_names_are_left_out(server: Any) -> None:
    found = PostgresSources(server.get_uri()).fetch(["tenants", "deployments"])
    assert list(found) == ["tenants"]
    assert found["tenants"].format == "csv"
    assert (found["tenants"].body or b"").decode() == (
        "tenant_id,name,created_at\n"
        'studio,"Café ""Ü"", Inc.",2026-05-01 00:00:00+00\n'
        "empty,,\n"
    )


def test_a_view_on_the_search_path_is_a_table_too(server: Any) -> None:
    with psycopg2.connect(server.get_uri()) as connection:
        connection.cursor().execute(
            "alter database postgres set search_path = public, billing"
        )
    found = PostgresSources(server.get_uri()).fetch(["plans"])
    assert found["plans"].body == b"plan_code,price\nbasic,12.5\n"


def test_a_name_is_never_more_than_a_name(server: Any) -> None:
    hostile = 'tenants"; drop table tenants; --'
    found = PostgresSources(server.get_uri()).fetch([hostile, "tenants"])
    assert list(found) == ["tenants"]


def test_a_server_that_is_away_is_named_without_its_password(tmp_path: Path) -> None:
    url = f"postgresql://reader:not-a-real-secret@/costs?host={tmp_path}"
    sources = PostgresSources(url)
    with pytest.raises(SourceUnreachable, match="COST_PIPELINE_SOURCES") as raised:
        sources.fetch(["tenants"])
    assert "not-a-real-secret" not in f"{raised.value} {sources!r}"
