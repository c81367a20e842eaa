"""A text is an amount or a date when it plainly is one, and nothing else."""

import json
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from cost_pipeline.load.invoice_format import (
    InvoiceRefused,
    amount_micros,
    csv_instant,
    header_of,
    json_instant,
)
from cost_pipeline_tests.tables import fresh_warehouse

VECTORS = Path(__file__).parents[1] / "golden" / "vectors" / "arcadia_verified.json"
CASES = json.loads(VECTORS.read_text("utf-8"))["cases"]


@pytest.fixture(scope="module")
def read():
    with fresh_warehouse() as connection:

        def ask(expression, text):
            query = f"select {expression('given')} from (select ? as given)"
            return connection.execute(query, [text]).fetchall()[0][0]

        yield ask


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("$86.92", 86_920_000),
        ("$1,234.56", 1_234_560_000),
        ("$1,234,567.00", 1_234_567_000_000),
        ("-$61.08", -61_080_000),
        ("$-5.00", -5_000_000),
        ("-5", -5_000_000),
        ("($5.00)", -5_000_000),
        ("−$5.00", -5_000_000),
        ("5", 5_000_000),
        ("$0.005", 5_000),
        ("$0.000001", 1),
        ("$999999999999.999999", 999_999_999_999_999_999),
    ],
)
def test_an_amount_is_read_to_the_millionth(read, text, micros):
    assert read(amount_micros, text) == micros


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "$", "USD", "N/A", "NaN", "Infinity", "1e3", "$1e3", "+5", "0x10"),
        *(
            "€5.00",
            "5.00 EUR",
            "$5,00",
            "$1,23.00",
            "$1,2345",
            "0,123",
            "-$00,100.00",
            "1 234.00",
            "$.5",
            "$5.",
        ),
        *("$0.0000001", "--5", "-$-5", "(-$5)", "($5", "5-", "$$5", "$5.0.0", " $5"),
        "$1000000000000.00",
    ],
)
def test_what_is_not_plainly_an_amount_is_none(read, text):
    assert read(amount_micros, text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-04-01 00:00:00 +0000", datetime(2026, 4, 1)),
        ("2026-04-01 10:00:00 +1000", datetime(2026, 4, 1)),
        ("2024-02-29 23:59:59 +0000", datetime(2024, 2, 29, 23, 59, 59)),
        ("2026-02-29 00:00:00 +0000", None),
        ("2026-04-01T00:00:00 +0000", None),
        ("2026-04-01 00:00:00", None),
        ("2026-4-1 00:00:00 +00000", None),
        ("01/04/2026", None),
        ("yesterday", None),
    ],
)
def test_a_date_of_a_file_has_one_form(read, text, expected):
    assert read(csv_instant, text) == expected


def test_a_time_of_the_api_keeps_its_zone_and_loses_nothing_else(read):
    assert read(json_instant, "2026-04-01T10:00:00+10:00") == datetime(2026, 4, 1)
    assert read(json_instant, "2020-03-13T19:20:47.442049222Z").second == 47
    assert read(json_instant, "2026-04-01") is None


def test_amounts_and_dates_stated_by_the_original_are_read_as_stated(read):
    for case in CASES:
        if case["name"] == "csv_usd":
            # Case 18 differs on purpose: half a cent is kept and not rounded up.
            expected = 5_000 if case["id"] == "18" else case["out"]["cents"] * 10_000
            assert read(amount_micros, case["in"]["usd"]) == expected
        if case["name"] == "csv_date":
            found = read(csv_instant, case["in"]["text"])
            assert found.isoformat() + "Z" == case["out"]["utc"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"<!doctype html><html>", "HTML or JSON"),
        (b'{"id": "unauthorized"}', "HTML or JSON"),
        (b"product;description;USD\n", "no column product"),
        (b"Droplets,,web,720,a,b,$1.00\n", "no column product"),
        (b"product,USD\n", "no column description"),
        (b"product,description,usd\n", "no column USD"),
        (b"product,description,USD,USD\n", "two columns USD"),
        ("product,description,USD\n".encode("utf-16"), "no column product"),
        (b"product,description,USD\rDroplets,web,$1.00\r", "no header"),
    ],
)
def test_a_file_that_cannot_be_an_invoice_is_refused_by_name(tmp_path, body, reason):
    path = tmp_path / "invoice.csv"
    path.write_bytes(body)
    with pytest.raises(InvoiceRefused, match=reason):
        header_of(path)


def test_columns_come_in_any_order_with_a_mark_and_with_strangers(tmp_path):
    path = tmp_path / "invoice.csv"
    path.write_bytes("﻿USD,new,description, product \n".encode())
    assert header_of(path) == ("USD", "new", "description", "product")


def test_no_amount_becomes_a_double():
    query = f"select typeof({amount_micros('given')}) from (select '$1.10' as given)"
    assert duckdb.execute(query).fetchall() == [("BIGINT",)]
