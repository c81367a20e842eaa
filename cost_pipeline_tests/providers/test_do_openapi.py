"""The client against a strict mock of the official OpenAPI document.

Unknown paths and query parameters are refused, a CSV is refused to who pins JSON, and
`next` names the real host: whoever follows it leaves this machine and fails.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cost_pipeline_tests.providers.fake_cloud import SECRET, answer, page

EXAMPLES = json.loads(Path(__file__).with_name("openapi_examples.json").read_text())
REAL = "https://api.digitalocean.com"
LISTINGS = (
    *("projects", "project_resources", "droplets", "domains", "volumes", "snapshots"),
    *("reserved_ips", "firewalls", "load_balancers", "backups", "databases"),
    *("kubernetes_clusters", "apps", "sizes"),
)
UUID = "22737513-0ea7-4206-8ceb-98a575af7681"


def strict(request):
    """Answer as the document says, or refuse."""
    for template, entry in EXAMPLES["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), request.path):
            return declared(request, template, entry)
    return answer({"id": "not_found", "message": request.path}, 404)


def declared(request, template, entry):
    known = {
        *entry["query"],
        *(("page", "per_page") if "billing_h" in template else ()),
    }
    if request.method != "GET" or set(request.args) - known:
        return answer({"id": "bad_request", "message": str(set(request.args))}, 400)
    if not request.accept_mimetypes[entry["type"]]:
        return answer({"id": "not_acceptable"}, 406)
    if entry["type"] == "text/csv":
        return answer(entry["body"], content_type="text/csv")
    return answer(honest_page(request, entry["body"]))


def honest_page(request, body):
    """The example list, with the count and the links that belong to it.

    In the document some counts do not fit the items beside them.
    """
    envelope = next((k for k, v in body.items() if isinstance(v, list)), None)
    if envelope is None or "page" not in request.args:
        return body
    items = unique(body[envelope])
    if request.args.get("type") == "gpus":
        items = []
    number = int(request.args["page"])
    assert int(request.args["per_page"]) == 200
    # One item a page, so that everything has pages.
    more = number < len(items)
    link = f"{REAL}{request.path}?page={number + 1}&per_page=1" if more else None
    return {**body, **page(envelope, items[number - 1 : number], len(items), link)}


def unique(items):
    return list({str(i.get("id", i)): i for i in items}.values())


class Everything(dict[str, Any]):
    """Every path is one the strict mock decides about."""

    def __contains__(self, path):
        return True


@pytest.fixture
def official(cloud):
    cloud.honest = strict
    cloud.lists = Everything()
    return cloud


def test_every_listing_of_the_official_document_is_whole(official):
    client = official.client()
    assert client.listings() == LISTINGS
    for name in LISTINGS:
        listing = client.list_all(name)
        assert listing.is_complete, listing.problem
        assert listing.rejected == ()
        assert listing.documents, name
        assert SECRET not in repr(listing)


@pytest.mark.parametrize(
    ("listing", "ids"),
    [
        ("droplets", {"3164444", "3164459"}),
        ("domains", {"example.com"}),
        ("reserved_ips", {"45.55.96.47", "fd53:616d:6d60::dc9:c001"}),
        ("snapshots", {"6372321", "fbe805e8-866b-11e6-96bf-000f53315a41"}),
        ("volumes", {"506f78a4-e098-11e5-ad9f-000f53306ae1"}),
        ("kubernetes_clusters", {"bd5f5959-5e1e-4205-a714-a914373942af"}),
        ("backups", {"67539192"}),
        ("sizes", {"s-1vcpu-1gb"}),
        (
            "project_resources",
            {"4e1bfbc3-dc3e-41f2-a18f-1b4d7ba71679|do:droplet:13457723"},
        ),
    ],
)
def test_every_type_of_id_survives(official, listing, ids):
    found = {d.provider_id for d in official.client().list_all(listing).documents}
    assert ids <= found


def test_the_bills_of_the_official_document_are_read(official):
    client = official.client()
    assert client.balance() == {
        "month_to_date_balance": "23.44",
        "account_balance": "12.23",
        "month_to_date_usage": "11.21",
        "generated_at": "2019-07-09T15:01:12Z",
    }
    history = client.billing_history()
    assert history.is_complete, history.problem
    assert {d.body["type"] for d in history.documents} == {"Invoice", "Payment"}
    invoices = client.invoices()
    assert invoices.is_complete, invoices.problem
    assert [d.body["is_preview"] for d in invoices.documents] == [True, False, False]
    assert client.invoice_csv(UUID).startswith(b"product,group_description,")
    items = client.invoice_items(UUID)
    assert items.is_complete, items.problem
    assert {d.body.get("resource_uuid") for d in items.documents} == {
        "711157cb-37c8-4817-b371-44fa3504a39c",
        None,
    }
    summary = client.invoice_summary(UUID)
    assert summary["amount"] == "27.13"
    assert "user_email" not in summary
    assert "Shark" not in repr(summary)


def test_single_questions_fit_the_official_document(official):
    client = official.client()
    for listing in LISTINGS:
        listed = client.list_all(listing).documents
        for document in listed[:1]:
            # The example answers with one fixed item, whatever is asked for.
            said = client.confirm_missing(listing, [document.provider_id])
            assert said[document.provider_id] is not True, listing
