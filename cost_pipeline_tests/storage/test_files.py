"""Files are there whole or not at all, and their names may hold anything."""

import duckdb
import pytest

from cost_pipeline.storage.files import whole_file, write_whole
from cost_pipeline.storage.literals import literal


def write_half(path):
    with whole_file(path) as partial:
        partial.write_bytes(b"half")
        raise RuntimeError("no room")


def test_a_file_that_failed_half_way_leaves_the_one_before(tmp_path):
    path = tmp_path / "folder" / "cost.csv"
    write_whole(path, b"before")
    with pytest.raises(RuntimeError, match="no room"):
        write_half(path)
    assert path.read_bytes() == b"before"
    assert [found.name for found in path.parent.iterdir()] == ["cost.csv"]


def test_what_a_killed_writer_left_is_no_part_of_a_file(tmp_path):
    path = tmp_path / "cost.csv"
    with whole_file(path) as partial:
        partial.write_bytes(b"left by one that had this number before")
        with whole_file(path) as again:
            assert not again.exists()
            again.write_bytes(b"whole")
        partial.write_bytes(b"whole")
    assert path.read_bytes() == b"whole"


@pytest.mark.parametrize("name", ["it's here", "''", "two ' of '' them", "plain"])
def test_a_name_with_quotes_is_read_as_it_is(tmp_path, name):
    path = tmp_path / f"{name}.csv"
    path.write_text("a\n1\n")
    query = f"select a, {literal(name)} from read_csv({literal(path)})"
    with duckdb.connect() as connection:
        assert connection.execute(query).fetchall() == [(1, name)]
