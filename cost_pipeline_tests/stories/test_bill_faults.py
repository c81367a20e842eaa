"""Every way in which an invoice file can be odd: the truth, or a check that names it.

All files are of invoices over $6.00 and are taken in by one sync, so that each also
shows that it stops nobody else.
"""

import pytest

from cost_pipeline.models.library import all_audits
from cost_pipeline_tests.bill_world import APRIL, HEADER, BillWorld, csv_file, line

ONE, TWO = line("$1.00"), line("$2.00", '"db, main (s-2vcpu-4gb)"')
THREE = line("$3.00", "gone (s-1vcpu-1gb)")
GOOD = csv_file(ONE, TWO, THREE)
FIRST, LAST = APRIL.split(",")


def paid(*amounts: str) -> bytes:
    return csv_file(*map(line, amounts))


def dated(dates: str) -> bytes:
    return csv_file(ONE, TWO, line("$3.00", dates=dates))


WITHOUT_USD = csv_file(
    *(f"Droplets,,web,720,{APRIL},," for _ in range(3)),
    header=HEADER.replace("USD,", ""),
)

# Bodies that say $6.00, however they say it.
TRUE = {
    "as it should be": GOOD,
    "a comma in thousands": paid("$1,000.00", "-$994.00"),
    "no dollar sign": paid("6.00"),
    "cents left out": paid("$6"),
    "parentheses": paid("$8.00", "($2.00)"),
    "minus before the sign": paid("$8.00", "-$2.00"),
    "minus after the sign": paid("$8.00", "$-2.00"),
    "a minus of its own in unicode": paid("$8.00", "\u2212$2.00"),
    "beyond 32 bits": paid("$99,999,999,994.00", "-$99,999,999,988.00"),
    "below a cent": paid("$5.995", "$0.0025", "$0.0025"),
    "less than half a cent off": paid("$5.996"),
    "a line of nothing": paid("$6.00", "$0.00"),
    "a byte order mark": b"\xef\xbb\xbf" + GOOD,
    "CRLF": GOOD.replace(b"\n", b"\r\n"),
    "no end of the last line": GOOD[:-1],
    "blank lines": csv_file(ONE, "", TWO, "", "", THREE, ""),
    "header again": csv_file(ONE, HEADER, TWO, THREE),
    "newlines and commas in quotes": csv_file(
        ONE, line("$2.00", '"a\nb, ""c"" (x)"'), THREE
    ),
    "newlines in quotes and CRLF": csv_file(
        ONE, line("$2.00", '"a\nb (x)"'), THREE
    ).replace(b"\n", b"\r\n"),
    "missing columns": csv_file(
        "Droplets,web (x),$4.00",
        "Droplets,db (x),$2.00",
        header="product,description,USD",
    ),
    "extra columns": csv_file(
        *(f"{row},z" for row in (ONE, TWO, THREE)), header=f"{HEADER},sku"
    ),
    "columns in another order": csv_file(
        "$6.00,iaas,web (x),Droplets", header="USD,category,description,product"
    ),
    "dates left out": dated(","),
    "dates of another month": dated(
        "2026-02-01 00:00:00 +0000,2026-03-01 00:00:00 +0000"
    ),
    "dates in another zone": dated(FIRST.replace("+0000", "+1000") + "," + LAST),
    "identical lines": csv_file(*[line("$2.00")] * 3),
    "lines that overlap": csv_file(
        ONE,
        line("$2.00", dates=f"{FIRST},2026-04-20 00:00:00 +0000"),
        line("$3.00", dates=f"2026-04-10 00:00:00 +0000,{LAST}"),
    ),
    "a short row beside all money": csv_file(ONE, TWO, "# generated", THREE),
}

# Bodies whose readable lines are not $6.00: what they are is stated in cents.
UNTRUE = {
    "an empty amount": (csv_file(ONE, TWO, line("")), 300),
    "text for an amount": (paid("$6.00 owed"), 0),
    "not a number": (paid("$3.00", "NaN"), 300),
    "an exponent": (paid("$3.00", "3e0"), 300),
    "a decimal comma": (paid("$5.00", "1,00"), 500),
    "a decimal comma that could be thousands": (paid("$5.00", "0,100"), 500),
    "two signs": (paid("$8.00", "--2.00"), 800),
    "a minus behind": (paid("$8.00", "$2.00-"), 800),
    "another currency": (paid("$5.00", "€1.00"), 500),
    "another currency's code": (paid("$5.00", "1.00 AUD"), 500),
    "beyond what a bill can be": (paid("$5.00", "$1000000000000.00"), 500),
    "a sum beyond 64 bits": (paid(*["$999999999999.00"] * 20), 8 * 10**14),
    "a debt beyond 64 bits": (paid(*["-$999999999999.00"] * 20), -8 * 10**14),
    "one cent off": (paid("$1.00", "$2.00", "$3.01"), 601),
    "half a cent off": (paid("$6.005"), 600.5),
    "one line missing": (csv_file(ONE, TWO), 300),
    "one line doubled": (csv_file(ONE, ONE, TWO, THREE), 700),
    "a line of totals": (csv_file(ONE, TWO, THREE, 'Total,,,,,,"$6.00",,'), 1200),
    "cut in a row": (GOOD[:-40], 300),
    "cut between rows": (csv_file(ONE, TWO), 300),
    "an open quote": (csv_file(ONE, f'Droplets,,"open,1,{APRIL},$2.00,,', THREE), 100),
    "a short row": (csv_file(ONE, TWO, f"Droplets,web,720,{APRIL},$3.00"), 300),
    "a long row": (csv_file(ONE, TWO, f"{THREE},more"), 300),
    "another encoding": (
        csv_file(ONE, TWO, line("$3.00", "müll")).decode().encode("latin-1"),
        300,
    ),
    "two bytes a letter": (GOOD.decode().encode("utf-16"), 0),
    "semicolons": (GOOD.replace(b",", b";"), 0),
    "tabs": (GOOD.replace(b",", b"\t"), 0),
    "lines that end as on an old Macintosh": (GOOD.replace(b"\n", b"\r"), 0),
    "lines that end in two ways": (GOOD.replace(b"\n", b"\r\n", 2), 0),
    "a required column missing": (WITHOUT_USD, 0),
    "a column spelled differently": (GOOD.replace(b"USD", b"usd"), 0),
    "a column twice": (GOOD.replace(b"hours", b"USD"), 0),
    "no header": (GOOD.split(b"\n", 1)[1], 0),
    "header only": (csv_file(), 0),
    "an empty file": (b"", 0),
    "a page of HTML": (b"<html>200 OK</html>", 0),
    "an answer in JSON": (b'{"message": "ok"}', 0),
    "dates in another form": (dated("01/04/2026,01/05/2026"), 300),
    "dates that never were": (dated(f"{FIRST},2026-04-31 00:00:00 +0000"), 300),
    "dates reversed": (dated(f"{LAST},{FIRST}"), 300),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> BillWorld:
    world = BillWorld(tmp_path_factory.mktemp("bills"))
    bodies = TRUE | {name: body for name, (body, _) in UNTRUE.items()}
    for name, body in bodies.items():
        world.biller.bill(name, "6.00", body)
    world.sync()
    marts = ("marts.provider_invoices", "marts.cost_allocation")
    world.books(tables=(*marts, "core.cost_findings"))
    return world


def test_a_file_that_says_the_truth_is_borne_to_the_millionth(world):
    found = world.rows(
        "select invoice_uuid, sum(amount_micros) from marts.cost_allocation group by 1"
    )
    assert dict(found) == dict.fromkeys(TRUE, 6_000_000)


def test_a_file_that_does_not_is_refused_by_name_with_what_it_says(world):
    (audit,) = (a for a in all_audits() if a.name == "invoices_are_accepted")
    found = {uuid: sums for uuid, *sums, _, _ in world.rows(audit.query)}
    assert found == {
        name: [6_000_000, int(cents * 10_000), 6_000_000 - int(cents * 10_000)]
        for name, (_, cents) in UNTRUE.items()
    }


def test_lines_of_another_month_are_named_and_stay_in_the_bills_month(world):
    assert world.rows(
        "select subject_id, detail from core.cost_findings "
        "where finding = 'lines_outside_month'"
    ) == [("dates of another month", "1 lines of another month")]
    assert world.rows("select distinct period from marts.provider_invoices") == [
        ("2026-04",)
    ]


def test_every_row_that_was_read_is_loaded_or_set_aside(world):
    assert (
        world.rows(
            """
        select files.subject, rows_read, loaded, aside
        from raw.billing_files as files
        left join (select invoice_uuid as subject, count(*) as loaded
            from raw.invoice_lines group by all) using (subject)
        left join (select source_file as sha256, count(*) as aside
            from raw.quarantine group by all) using (sha256)
        where kind = 'invoice_csv'
            and rows_read <> coalesce(loaded, 0) + coalesce(aside, 0)
        """
        )
        == []
    )
