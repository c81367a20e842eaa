"""Loading invoice files: every row is loaded or set aside, and keeps its number."""

import pytest

from cost_pipeline_tests.bill_world import APRIL, HEADER, BillWorld, csv_file, line

GOOD = line()


def loaded(tmp_path, body):
    world = BillWorld(tmp_path)
    world.biller.bill("u", "1.00", body)
    world.sync()
    world.books(tables=())
    lines = world.rows("select line_number from raw.invoice_lines order by 1")
    aside = world.rows("select source_row, reason from raw.quarantine order by 1")
    read = world.rows(
        "select rows_read, problem from raw.billing_files where kind = 'invoice_csv'"
    )[0]
    assert read[0] == len(lines) + len(aside)
    return [number for (number,) in lines], aside, read[1]


@pytest.mark.parametrize(
    ("body", "numbers", "aside"),
    [
        pytest.param(csv_file(GOOD, GOOD), [1, 2], {}, id="identical lines are legal"),
        pytest.param(b"\xef\xbb\xbf" + csv_file(GOOD), [1], {}, id="a byte order mark"),
        pytest.param(
            csv_file(GOOD, GOOD).replace(b"\n", b"\r\n"), [1, 2], {}, id="CRLF"
        ),
        pytest.param(csv_file(GOOD, "", GOOD, ""), [1, 2], {}, id="blank lines"),
        pytest.param(
            csv_file(GOOD, HEADER, GOOD),
            [1, 3],
            {2: "not an amount"},
            id="header again",
        ),
        pytest.param(
            csv_file(line(description='"a\nb, c (x)"'), GOOD), [1, 2], {}, id="quoted"
        ),
        pytest.param(
            csv_file(GOOD, f'Droplets,,"open (x),1,{APRIL},$1.00,,', "a,b"),
            [1],
            {2: "unterminated quote"},
            id="an open quote",
        ),
        pytest.param(
            csv_file(GOOD, "short,row", GOOD, GOOD + ",more", GOOD),
            [1, 3, 5],
            {2: "Expected Number", 4: "Expected Number"},
            id="short and long rows",
        ),
        pytest.param(
            csv_file(GOOD, GOOD)[:-30], [1], {2: "Expected Number"}, id="cut in a row"
        ),
        pytest.param(
            csv_file(GOOD, line(description="müßig")).decode().encode("latin-1"),
            [1],
            {2: "unicode"},
            id="another encoding",
        ),
        pytest.param(
            csv_file(GOOD, line(amount="1e3"), line(amount="€5")),
            [1],
            {2: "not an amount", 3: "not an amount"},
            id="no amounts",
        ),
        pytest.param(
            csv_file(GOOD, line(dates="01/04/2026,01/05/2026")),
            [1],
            {2: "start is not a date; end is not a date"},
            id="dates in another form",
        ),
        pytest.param(
            csv_file(line(dates=",".join(reversed(APRIL.split(","))))),
            [],
            {1: "the end is before the start"},
            id="reversed dates",
        ),
        pytest.param(csv_file(line(dates=",")), [1], {}, id="dates not stated"),
        pytest.param(
            csv_file("$1.00,web,Droplets,9", header="USD,description,product,new"),
            [1],
            {},
            id="other order, missing and unknown columns",
        ),
    ],
)
def test_a_row_is_loaded_or_set_aside_with_its_number(tmp_path, body, numbers, aside):
    found, set_aside, problem = loaded(tmp_path, body)
    assert (found, problem) == (numbers, None)
    assert [row for row, _ in set_aside] == list(aside)
    for row, reason in set_aside:
        assert aside[row] in reason


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "empty"),
        (b"<html>", "HTML"),
        (b'{"id":"x"}', "JSON"),
        (csv_file(GOOD).replace(b",", b";"), "no column product"),
        (csv_file(GOOD).replace(b"\n", b"\r"), "no header"),
        (csv_file(GOOD, GOOD).replace(b"\n", b"\r\n", 2), "the file is no CSV"),
    ],
)
def test_a_file_that_is_no_invoice_is_named_and_loads_nothing(tmp_path, body, problem):
    numbers, aside, found = loaded(tmp_path, body)
    assert (numbers, aside) == ([], [])
    assert problem in found


def test_hostile_names_are_data_only(tmp_path):
    names = ["'; drop table raw.invoice_lines; --", "=cmd()", "<script>", "x" * 100_000]
    world = BillWorld(tmp_path)
    body = csv_file(*[line(description=f'"{name}"') for name in names])
    world.biller.bill("../../etc/passwd", "4.00", body)
    world.sync()
    world.books(tables=())
    assert [
        n for (n,) in world.rows("select description from raw.invoice_lines")
    ] == names
    assert not list(tmp_path.parent.glob("**/passwd*"))


def test_loading_twice_loads_once(tmp_path):
    world = BillWorld(tmp_path)
    world.biller.bill("u", "1.00", csv_file(GOOD))
    for _ in range(2):
        world.sync()
        world.books(tables=())
    assert world.rows("select count(*) from raw.invoice_lines") == [(1,)]
    assert world.rows("select count(*) from raw.balances") == [(1,)]


def test_a_file_read_by_several_threads_keeps_the_order_of_its_lines(tmp_path):
    # A thread reads some megabytes at a time; this is enough for all of them.
    count, padding = 300_000, "x" * 200
    rows = (line(description=f"{number} {padding}") for number in range(1, count + 1))
    world = BillWorld(tmp_path)
    world.biller.bill("u", f"{count}.00", csv_file(*rows, "short,row"))
    world.sync()
    world.books(tables=())
    assert world.rows(
        "select count(*), min(line_number), max(line_number), "
        "count(*) filter (where line_number "
        "<> cast(split_part(description, ' ', 1) as bigint)) from raw.invoice_lines"
    ) == [(count, 1, count, 0)]
    assert world.rows("select source_row from raw.quarantine") == [(count + 1,)]
