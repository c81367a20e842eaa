"""Bills as the client hands them on: headers, history, files."""

import pytest

from cost_pipeline.providers.base import ProviderAnswerInvalid, ProviderForbidden
from cost_pipeline_tests.providers.fake_cloud import answer, page

INVOICES = "/v2/customers/my/invoices"
HISTORY = "/v2/customers/my/billing_history"


def invoice(uuid, amount="1.00", **fields):
    return {
        "invoice_uuid": uuid,
        "amount": amount,
        "invoice_period": "2026-04",
        **fields,
    }


def test_equal_entries_of_the_history_are_different_entries(cloud):
    payment = {
        "description": "Payment",
        "amount": "-5.00",
        "date": "d",
        "type": "Payment",
    }
    cloud.lists[HISTORY] = ("billing_history", [payment, payment, {**payment, "x": 1}])
    listing = cloud.client().billing_history()
    assert listing.is_complete
    ids = [document.provider_id for document in listing.documents]
    assert [i.split("-")[1] for i in ids] == ["1", "2", "3"]
    assert len({i.split("-")[0] for i in ids}) == 1


def test_an_entry_keeps_its_id_when_others_arrive(cloud):
    old = {"description": "a", "amount": "1.00", "date": "d", "type": "Invoice"}
    new = {"description": "b", "amount": "2.00", "date": "e", "type": "Credit"}
    cloud.lists[HISTORY] = ("billing_history", [old])
    client = cloud.client()
    before = client.billing_history().documents
    cloud.lists[HISTORY] = ("billing_history", [new, old])
    assert before[0] in client.billing_history().documents


def test_a_history_that_grew_between_two_pages_is_read_again(cloud):
    rows = [{"amount": f"{n}.00", "date": "d", "type": "Invoice"} for n in range(3)]
    cloud.script[HISTORY] = [
        page("billing_history", rows[1:2], 2, "n"),
        page("billing_history", [rows[1], rows[2]], 3),
        page("billing_history", rows, 3),
    ]
    listing = cloud.client().billing_history()
    assert listing.is_complete
    assert sorted(d.body["amount"] for d in listing.documents) == [
        "0.00",
        "1.00",
        "2.00",
    ]


def test_the_running_preview_is_never_final(cloud):
    body = page(INVOICES.rsplit("/", 1)[-1], [invoice("a"), invoice("run")], 2)
    cloud.script[INVOICES] = [
        {**body, "invoice_preview": invoice("run", updated_at="t")}
    ]
    listing = cloud.client().invoices()
    assert listing.is_complete
    marks = {d.provider_id: d.body["is_preview"] for d in listing.documents}
    assert marks == {"a": False, "run": True}


@pytest.mark.parametrize("preview", [None, {}, "soon", {"invoice_uuid": None}])
def test_an_account_may_have_no_preview(cloud, preview):
    body = page("invoices", [invoice("a")], 1)
    cloud.script[INVOICES] = [{**body, "invoice_preview": preview}]
    listing = cloud.client().invoices()
    assert listing.is_complete
    assert len(listing.documents) == 1


@pytest.mark.parametrize("uuid", [None, "", "../../account", "a b", "https://x/"])
def test_an_invoice_nobody_can_ask_for_is_set_aside(cloud, uuid):
    cloud.script[INVOICES] = [page("invoices", [invoice("a"), invoice(uuid)], 2)]
    listing = cloud.client().invoices()
    assert [document.provider_id for document in listing.documents] == ["a"]
    assert not listing.is_complete
    assert len(listing.rejected) == 1


def test_an_invoice_listed_twice_is_one_and_two_amounts_are_none(cloud):
    cloud.script[INVOICES] = [page("invoices", [invoice("a"), invoice("a")], 1)]
    assert cloud.client().invoices().is_complete
    cloud.script[INVOICES] = [page("invoices", [invoice("a"), invoice("a", "2.00")], 1)]
    listing = cloud.client().invoices()
    assert not listing.is_complete
    assert listing.documents == ()


@pytest.mark.parametrize("body", ["", "<html>", '{"id": "x"}', "\ufeff \n"])
def test_what_is_plainly_no_csv_is_no_file(cloud, body):
    cloud.script[f"{INVOICES}/a/csv"] = [answer(body)]
    with pytest.raises(ProviderAnswerInvalid, match="not a CSV file"):
        cloud.client().invoice_csv("a")


def test_a_csv_arrives_byte_by_byte_as_it_was_sent(cloud):
    body = b"\xef\xbb\xbfproduct,USD\r\n\xe4,$1.00\r\n"
    cloud.script[f"{INVOICES}/a/csv"] = [answer(body)]
    assert cloud.client().invoice_csv("a") == body
    assert cloud.seen[-1].headers["accept"] == "text/csv, */*"


def test_a_summary_of_another_invoice_is_refused(cloud):
    cloud.script[f"{INVOICES}/a/summary"] = [{"invoice_uuid": "b", "amount": "1.00"}]
    with pytest.raises(ProviderAnswerInvalid, match="another invoice"):
        cloud.client().invoice_summary("a")
    cloud.script[f"{INVOICES}/preview/summary"] = [
        {"invoice_uuid": "b", "amount": "1.00", "user_name": "x"}
    ]
    assert cloud.client().invoice_summary("preview") == {
        "invoice_uuid": "b",
        "amount": "1.00",
    }


def test_a_balance_without_its_amounts_is_refused(cloud):
    cloud.script["/v2/customers/my/balance"] = [{"account_balance": "1.00"}]
    with pytest.raises(ProviderAnswerInvalid, match="lacks month_to_date_balance"):
        cloud.client().balance()


def test_bills_that_may_not_be_read_say_so(cloud):
    refusal = answer({"id": "forbidden", "message": "no scope"}, 403)
    cloud.script["/v2/customers/my/balance"] = [refusal]
    cloud.script[HISTORY] = [refusal]
    with pytest.raises(ProviderForbidden, match="no scope"):
        cloud.client().balance()
    assert "403 forbidden: no scope" in cloud.client().billing_history().problem
