"""Exchange rates: the last on or before a day, with its own date, or none at all."""

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from cost_pipeline.fetch.rates import land_rates
from cost_pipeline.load.rates import load_rates
from cost_pipeline.load.receipts import load_receipts
from cost_pipeline.models.library import all_audits
from cost_pipeline.models.rules import broken_audit
from cost_pipeline.providers.base import ProviderUnavailable
from cost_pipeline.storage.landing import Landing
from cost_pipeline_tests.tables import build_models, fresh_warehouse

SAMPLE = Path(__file__).parents[1] / "golden" / "eurofxref_hist_sample.csv"
NOW = datetime(2026, 5, 20, tzinfo=UTC)
EASTER = """
    rate_date  | currency | rate
    2026-04-02 | USD      | 1.1
    2026-04-02 | AUD      | 1.65
    2026-04-07 | USD      | 1.2
    2026-04-07 | AUD      | 1.65
"""


def zipped(text):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("eurofxref-hist.csv", text)
    return out.getvalue()


def loaded(tmp_path, *bodies):
    landing, connection = Landing(tmp_path), fresh_warehouse(NOW)
    for day, body in enumerate(bodies, start=1):
        land_rates(io.BytesIO(body).read, landing, datetime(2026, 5, day, tzinfo=UTC))
    load_receipts(connection, landing)
    return connection, load_rates(connection, landing)


def test_the_banks_own_file_loads_with_its_gaps_and_its_trailing_comma(tmp_path):
    connection, count = loaded(tmp_path, zipped(SAMPLE.read_text("utf-8")))
    assert count > 0
    found = connection.execute(
        "select rate from raw.ecb_rates "
        "where currency = 'AUD' and rate_date = '2026-04-30'"
    )
    assert found.fetchall() == [(Decimal("1.6371"),)]
    assert connection.execute("select count(*) from raw.quarantine").fetchall() == [
        (0,)
    ]
    build_models(connection, "core.fx_daily")
    cross = connection.execute(
        "select rate, rate_date from core.fx_daily "
        "where base = 'USD' and quote = 'AUD' and day = '2026-05-03'"
    ).fetchall()
    # 3 May was a Sunday, and 1 May a holiday: the rate is of Thursday.
    assert cross == [(Decimal("1.3989916254"), date(2026, 4, 30))]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"PK\x03\x04 cut off", "broken"),
        (b"", "does not begin with Date"),
        (b"<html>", "does not begin with Date"),
        (b"Date,USD,USD,\n", "does not begin with Date"),
        (b"Date,Dollar,\n", "no currency"),
        (b"\xff\xfe\x00", "not UTF-8"),
    ],
)
def test_a_broken_file_is_named_and_the_last_good_one_stays(tmp_path, body, problem):
    good = b"Date,USD,AUD,\n2026-04-30,1.17,1.63,\n"
    connection, count = loaded(tmp_path, good, body)
    assert count == 2
    found = connection.execute(
        "select problem from raw.billing_files where problem is not null"
    ).fetchall()
    assert problem in found[0][0]


def test_a_rate_that_is_no_plain_number_is_set_aside(tmp_path):
    body = b"Date,USD,AUD,\n2026-04-30,1e1,1.63,\n04/29,1.1,-2,\n2026-04-28,N/A,1.6,\n"
    connection, count = loaded(tmp_path, body)
    assert count == 2
    rows = connection.execute(
        "select source_row, reason from raw.quarantine"
    ).fetchall()
    assert sorted(rows) == [(1, "USD: no plain rate"), (2, "AUD, USD: no plain rate")]


def test_a_bank_that_does_not_answer_leaves_a_receipt(tmp_path):
    def fetch():
        raise ProviderUnavailable("GET /stats: timed out")

    receipt = land_rates(fetch, Landing(tmp_path), NOW)
    assert (receipt.is_complete, receipt.problem) == (False, "GET /stats: timed out")


@pytest.mark.parametrize(
    "bad",
    [None, zipped("Date,USD,\n2026-04-30,1.1,\n")[:60], b"Date,USD,\n2026-04-30,1.1"],
    ids=["none", "half an archive", "half a text"],
)
def test_a_run_at_the_same_instant_asks_again_for_what_it_did_not_get(tmp_path, bad):
    def failing():
        if bad is None:
            raise ProviderUnavailable("GET /stats: timed out")
        return bad

    landing, connection = Landing(tmp_path), fresh_warehouse(NOW)
    land_rates(failing, landing, NOW)
    good = land_rates(lambda: zipped(SAMPLE.read_text("utf-8")), landing, NOW)
    assert land_rates(failing, landing, NOW) == good
    load_receipts(connection, landing)
    assert load_rates(connection, landing) > 0


def test_the_last_rate_holds_for_seven_days_and_not_for_eight(run_model):
    rows = run_model(
        "core.fx_daily",
        given={"raw.ecb_rates": EASTER},
        select="day, base, rate, rate_date",
    )
    usd = {
        day: (rate, rate_date) for day, base, rate, rate_date in rows if base == "USD"
    }
    assert usd[date(2026, 4, 6)] == (Decimal("1.5"), date(2026, 4, 2))
    assert usd[date(2026, 4, 7)] == (Decimal("1.375"), date(2026, 4, 7))
    assert usd[date(2026, 4, 14)] == (Decimal("1.375"), date(2026, 4, 7))
    assert date(2026, 4, 15) not in usd
    assert date(2026, 4, 1) not in usd


def test_a_rate_of_the_platform_wins_over_the_banks_of_that_day(run_model):
    rows = run_model(
        "core.fx_daily",
        given={
            "raw.ecb_rates": EASTER,
            "raw.fx_rates": """
                rate_date  | base | quote | rate | source
                2026-04-07 | USD  | AUD   | 1.6  | contract
            """,
        },
        select="day, base, quote, rate, source",
    )
    assert (date(2026, 4, 7), "USD", "AUD", Decimal("1.6"), "contract") in rows
    assert (date(2026, 4, 7), "AUD", "USD", Decimal("0.625"), "contract") in rows
    assert (date(2026, 4, 2), "USD", "AUD", Decimal("1.5"), "ECB") in rows


@pytest.mark.parametrize(
    ("rate_date", "is_broken"), [("2026-05-13", False), ("2026-05-12", True)]
)
def test_a_stale_rate_fails_its_audit_and_is_never_taken_for_one(rate_date, is_broken):
    with fresh_warehouse(NOW) as connection:
        rates = EASTER.replace("2026-04-07", rate_date)
        lines = {"core.cost_lines": "currency\nUSD", "raw.ecb_rates": rates}
        build_models(connection, "marts.fx_rates", given=lines)
        connection.execute("create view marts.cost_lines as from core.cost_lines")
        audit = next(a for a in all_audits() if a.name == "fx_rates_are_fresh")
        assert bool(broken_audit(connection, audit)) is is_broken
