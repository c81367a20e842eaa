"""The demo's invoices sum to what they say and follow from its inventory."""

import csv
import io
import re
from collections import Counter
from datetime import UTC, datetime

import httpx
import pytest

from cost_pipeline.providers.demo import DEMO_NOW, DemoAccount, demo_transport
from cost_pipeline.providers.demo.billing import cents, issues
from cost_pipeline.providers.demo.timeline import instant, state_at
from cost_pipeline.providers.digitalocean import DigitalOcean

MY = "https://api.digitalocean.com/v2/customers/my"
APRIL = next(each.uuid for each in issues() if each.period == "2026-04")
FEBRUARY = next(each.uuid for each in issues() if each.period == "2026-02")


def get(path, at=DEMO_NOW, accept="*/*"):
    headers = {"authorization": "Bearer demo-token", "accept": accept}
    request = httpx.Request("GET", f"{MY}/{path}", headers=headers)
    return DemoAccount(at).handle(request)


def lines(uuid, at=DEMO_NOW):
    return list(csv.DictReader(io.StringIO(get(f"invoices/{uuid}/csv", at).text)))


def total(rows):
    return sum(cents(row["USD"].replace("$", "")) for row in rows)


def headers_at(at):
    return get("invoices?per_page=200", at).json()["invoices"]


def test_there_is_one_invoice_a_month_from_december_2014_to_april_2026():
    periods = [each["invoice_period"] for each in headers_at(DEMO_NOW)]
    assert (len(periods), periods[0], periods[-1]) == (137, "2026-04", "2014-12")
    assert len(set(periods)) == 137


def test_an_invoice_appears_on_the_first_of_the_next_month():
    assert len(headers_at(datetime(2026, 5, 1, 7, tzinfo=UTC))) == 136
    assert len(headers_at(datetime(2026, 5, 1, 9, tzinfo=UTC))) == 137


def test_every_csv_sums_to_its_header_and_summary():
    for header in headers_at(DEMO_NOW):
        uuid = header["invoice_uuid"]
        rows = lines(uuid)
        assert total(rows) == cents(header["amount"]), header
        is_detailed = header["invoice_period"] >= "2020-01"
        assert ("category" in rows[0]) is is_detailed
        summary = get(f"invoices/{uuid}/summary")
        assert summary.status_code == (200 if is_detailed else 404)
        assert get(f"invoices/{uuid}").status_code == summary.status_code
        if is_detailed:
            said = summary.json()
            assert said["amount"] == header["amount"]
            parts = (said["product_charges"]["amount"], said["taxes"]["amount"])
            assert sum(map(cents, parts)) == total(rows)


def test_april_has_33_lines_of_86_92_in_the_verified_pattern():
    rows = lines(APRIL)
    assert (len(rows), total(rows)) == (33, 8692)
    assert Counter(row["product"] for row in rows) == {
        "Droplets": 16,
        "Droplet Snapshots": 13,
        "Droplet Backups": 2,
        "Spaces Subscription": 1,
        "Taxes": 1,
    }
    tax = next(row for row in rows if row["product"] == "Taxes")
    assert (tax["USD"], total(rows) - 790) == ("$7.90", 7902)


def test_by_text_on_todays_inventory_6_then_17_then_18_lines_match():
    now = state_at(DEMO_NOW)
    droplets = {each.fields["name"] for each in now.of("droplets")}
    snapshots = {each.fields["name"] for each in now.of("snapshots")}
    names = {
        "Droplets": (r" \([^()]*\)$", droplets),
        "Droplet Snapshots": (r" \([a-z0-9]+\) [0-9.]+GB .*$", snapshots),
        "Droplet Backups": (r" \([^()]*\)$", droplets),
    }
    matched = Counter(
        row["product"]
        for row in lines(APRIL)
        if row["product"] in names
        and re.sub(names[row["product"]][0], "", row["description"])
        in names[row["product"]][1]
    )
    assert matched == {"Droplets": 6, "Droplet Snapshots": 11, "Droplet Backups": 1}


def test_ten_droplet_lines_of_april_are_of_droplets_that_are_gone():
    items = get(f"invoices/{APRIL}?per_page=200").json()["invoice_items"]
    living = {each.provider_id for each in state_at(DEMO_NOW).of("droplets")}
    billed = [i["resource_id"] for i in items if i["product"] == "Droplets"]
    assert len([each for each in billed if each not in living]) == 10
    assert len(set(billed) & living) == 5


def test_the_pilot_is_billed_2160_hours_in_april():
    hours = [
        int(row["hours"]) for row in lines(APRIL) if row["project_name"] == "Pilot"
    ]
    assert (hours, sum(hours)) == ([720, 720, 720], 2160)


def test_a_billed_droplet_was_listed_then_with_that_name_and_size():
    """Runners that lived between two syncs are the stated exception."""
    for issue in issues():
        if not "2025-12" <= issue.period <= "2026-04":
            continue
        at = max(issue.published_at, DEMO_NOW)
        items = get(f"invoices/{issue.uuid}?per_page=200", at).json()["invoice_items"]
        for item in (each for each in items if each["product"] == "Droplets"):
            if item["description"].startswith("ci-runner-"):
                assert int(item["duration"]) == 0
                continue
            start = state_at(instant(item["start_time"])).resources["droplets"]
            size = start[item["resource_id"]].fields["size_slug"]
            assert item["description"].endswith(f" ({size})")


def test_february_was_issued_again_lower_under_the_same_uuid():
    before, after = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 6, tzinfo=UTC)
    assert (total(lines(FEBRUARY, before)), total(lines(FEBRUARY, after))) == (
        14336,
        13441,
    )
    assert headers_at(before)[0]["invoice_uuid"] == FEBRUARY
    assert headers_at(after)[0]["amount"] == "134.41"
    assert len(headers_at(before)) == len(headers_at(after))


@pytest.mark.parametrize("day", ["2025-12-20", "2026-03-03", "2026-05-20"])
def test_the_balance_is_the_history_and_the_month_so_far(day):
    at = datetime.fromisoformat(day).replace(tzinfo=UTC)
    client = DigitalOcean("demo-token", transport=demo_transport(at))
    history = client.billing_history()
    client.close()
    booked = sum(cents(str(each.body["amount"])) for each in history.documents)
    said = get("balance", at).json()
    assert history.is_complete
    assert cents(said["account_balance"]) == booked
    assert cents(said["month_to_date_balance"]) == booked + cents(
        said["month_to_date_usage"]
    )
    types = {str(each.body["type"]) for each in history.documents}
    assert {"Invoice", "Payment", "Credit", "CreditExpiration", "Refund"} <= types


def test_the_running_month_is_a_preview_and_never_a_final():
    client = DigitalOcean("demo-token", transport=demo_transport(DEMO_NOW))
    listed = client.invoices().documents
    client.close()
    previews = [each.body for each in listed if each.body["is_preview"]]
    assert [each["invoice_period"] for each in previews] == ["2026-05"]
    assert len(listed) == 138


def test_a_csv_is_refused_to_whoever_asks_for_json():
    path = f"invoices/{APRIL}/csv"
    assert get(path, accept="application/json").status_code == 406
    answer = get(path, accept="text/csv")
    assert answer.headers["content-type"] == "text/csv"
    assert "2026 Apr" in answer.headers["content-disposition"]
