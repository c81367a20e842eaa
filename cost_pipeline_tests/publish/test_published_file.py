"""Publishing: a reader sees the old file or the new one, whole, and never waits."""

import hashlib
import threading
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from cost_pipeline.models import digest as digest_module
from cost_pipeline.models.digest import digest
from cost_pipeline.models.parse import read_model
from cost_pipeline.publish import published_file
from cost_pipeline.publish.published_file import PublishRefused, publish
from cost_pipeline.storage.connection import open_memory

MODEL = """/*
Invoices and what they sum to. It isn't much.

grain: invoice_id, line_number
volatile: issued_at

invoice_id: The invoice.
line_number: Line.
amount_cents: Amount.
total_cents: Sum of the invoice's lines.
issued_at: When the run happened.
*/
select invoice_id, line_number, amount_cents, total_cents, issued_at from core.lines
"""


@pytest.fixture
def one_model(tmp_path, monkeypatch):
    folder = tmp_path / "sql" / "marts"
    folder.mkdir(parents=True)
    path = folder / "invoice_totals.sql"
    path.write_text(MODEL)
    model = replace(read_model(path), sources={"amount_cents": "lines.amount"})
    models = {model.table: model}
    for module in (published_file, digest_module):
        monkeypatch.setattr(module, "published_models", lambda: models)
    return model


def fill(connection, amount, *, issued="2026-05-01", order="asc"):
    connection.execute(
        "create or replace table marts.invoice_totals as "
        "select 'i' || (number % 50) as invoice_id, number as line_number, "
        f"cast({amount} as bigint) as amount_cents, cast({amount} * 20 as bigint) "
        f"as total_cents, timestamp '{issued}' as issued_at "
        f"from range(1000) as numbers(number) order by number {order}"
    )


def files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.parquet"))
    }


def test_a_reader_sees_whole_files_only_and_is_never_waited_for(tmp_path, one_model):
    target = tmp_path / "published" / "cost.duckdb"
    errors, reads, stop = [], [], threading.Event()

    def read():
        while not stop.is_set():
            try:
                with duckdb.connect(str(target), read_only=True) as reader:
                    bad = reader.execute(
                        "select invoice_id from marts.invoice_totals group by all "
                        "having sum(amount_cents) <> any_value(total_cents)"
                    ).fetchall()
                reads.append(bad)
            except duckdb.Error as error:
                errors.append(error)

    with open_memory() as connection:
        fill(connection, 1)
        publish(connection, target, tmp_path / "exports")
        thread = threading.Thread(target=read)
        thread.start()
        for amount in range(2, 12):
            fill(connection, amount)
            publish(connection, target, tmp_path / "exports")
        stop.set()
        thread.join()
    assert errors == []
    assert reads
    assert not any(reads)


def test_an_open_reader_keeps_the_file_it_opened(tmp_path, one_model):
    target = tmp_path / "published" / "cost.duckdb"
    query = "select sum(amount_cents) from marts.invoice_totals"
    with open_memory() as connection:
        fill(connection, 1)
        publish(connection, target, tmp_path / "exports")
        with duckdb.connect(str(target), read_only=True) as reader:
            assert reader.execute(query).fetchall() == [(1000,)]
            fill(connection, 2)
            publish(connection, target, tmp_path / "exports")
            assert reader.execute(query).fetchall() == [(1000,)]
    with duckdb.connect(str(target), read_only=True) as reader:
        assert reader.execute(query).fetchall() == [(2000,)]


def test_words_and_provenance_stand_in_the_file(tmp_path, one_model):
    target = tmp_path / "published" / "cost.duckdb"
    with open_memory() as connection:
        fill(connection, 1)
        publish(connection, target, tmp_path / "exports")
    with duckdb.connect(str(target), read_only=True) as reader:
        table = reader.execute("select comment from duckdb_tables()").fetchall()
        column = reader.execute(
            "select comment from duckdb_columns() where column_name = 'amount_cents'"
        ).fetchall()
    assert table == [("Invoices and what they sum to. It isn't much.",)]
    assert column == [("Amount. (from lines.amount)",)]


def test_the_same_rows_in_another_order_give_the_same_parquet_bytes(
    tmp_path, one_model
):
    with open_memory() as connection:
        fill(connection, 3)
        publish(connection, tmp_path / "a" / "cost.duckdb", tmp_path / "a")
        fill(connection, 3, order="desc")
        publish(connection, tmp_path / "b" / "cost.duckdb", tmp_path / "b")
    assert files(tmp_path / "a") == files(tmp_path / "b") != {}


def test_nothing_is_written_anew_when_nothing_changed(tmp_path, one_model):
    target = tmp_path / "published" / "cost.duckdb"
    with open_memory() as connection:
        fill(connection, 1)
        assert publish(connection, target, tmp_path / "e").changed == (one_model.table,)
        before = target.stat().st_mtime_ns
        assert publish(connection, target, tmp_path / "e").changed == ()
    assert target.stat().st_mtime_ns == before


def test_the_digest_leaves_out_what_depends_on_when_a_run_happened(one_model):
    columns = [name for name in one_model.columns if name not in one_model.volatile]
    found = []
    with open_memory() as connection:
        for amount, issued, order in [
            (1, "2026-05-01", "asc"),
            (1, "2026-06-01", "desc"),
            (2, "2026-05-01", "asc"),
        ]:
            fill(connection, amount, issued=issued, order=order)
            found.append(digest(connection, one_model.table, columns))
    assert found[0] == found[1] != found[2]


def test_a_partial_file_of_a_killed_publisher_is_never_the_published_one(
    tmp_path, one_model
):
    target = tmp_path / "published" / "cost.duckdb"
    with open_memory() as connection:
        fill(connection, 1)
        publish(connection, target, tmp_path / "exports")
        connection.execute("drop table marts.invoice_totals")
        connection.execute("create table marts.invoice_totals as select 1 as other")
        with pytest.raises(duckdb.Error):
            publish(connection, target, tmp_path / "exports")
    with duckdb.connect(str(target), read_only=True) as reader:
        assert reader.execute(
            "select count(*) from marts.invoice_totals"
        ).fetchall() == [(1000,)]
    assert [
        path.name for path in target.parent.iterdir() if "partial" in path.name
    ] == []


@pytest.fixture
def two_models(tmp_path, one_model, monkeypatch):
    """A second mart beside the first, which a test leaves as it is."""
    other = replace(one_model, table="marts.other_totals")
    models = {one.table: one for one in (one_model, other)}
    for module in (published_file, digest_module):
        monkeypatch.setattr(module, "published_models", lambda: models)


def test_only_the_table_that_changed_is_written_anew(tmp_path, two_models, monkeypatch):
    target, written = tmp_path / "cost.duckdb", []
    copy = published_file._copy

    def noted(connection, model):
        written.append(model.table)
        copy(connection, model)

    monkeypatch.setattr(published_file, "_copy", noted)
    with open_memory() as connection:
        fill(connection, 1)
        connection.execute(
            "create table marts.other_totals as from marts.invoice_totals"
        )
        publish(connection, target, tmp_path / "exports")
        assert written == ["marts.invoice_totals", "marts.other_totals"]
        fill(connection, 2)
        publish(connection, target, tmp_path / "exports")
        assert written[2:] == ["marts.invoice_totals"]
    with duckdb.connect(str(target), read_only=True) as reader:
        query = "select sum(amount_cents) from marts."
        assert reader.execute(f"{query}invoice_totals").fetchall() == [(2000,)]
        assert reader.execute(f"{query}other_totals").fetchall() == [(1000,)]


@pytest.mark.parametrize("spoil", ["rows", "file", "table"])
def test_a_file_that_somebody_spoiled_is_mended(tmp_path, two_models, spoil):
    target = tmp_path / "cost.duckdb"
    with open_memory() as connection:
        fill(connection, 1)
        connection.execute(
            "create table marts.other_totals as from marts.invoice_totals"
        )
        publish(connection, target, tmp_path / "exports")
        if spoil == "file":
            target.write_bytes(b"no database")
        else:
            with duckdb.connect(str(target)) as somebody:
                how = "delete from" if spoil == "rows" else "drop table"
                somebody.execute(f"{how} marts.other_totals")
        fill(connection, 2)
        publish(connection, target, tmp_path / "exports")
    with duckdb.connect(str(target), read_only=True) as reader:
        query = "select sum(amount_cents) from marts.other_totals"
        assert reader.execute(query).fetchall() == [(1000,)]


def test_a_mart_that_was_never_made_is_refused_by_name(tmp_path, two_models):
    with open_memory() as connection:
        fill(connection, 1)
        with pytest.raises(PublishRefused, match="other_totals"):
            publish(connection, tmp_path / "cost.duckdb", tmp_path / "exports")
    assert not (tmp_path / "cost.duckdb").exists()
