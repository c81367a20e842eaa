"""What the demo account is billed: headers, lines, balance and history by instant.

The documents are `invoices.csv` and two files of lines; here they become the answers
of the billing endpoints. An invoice is known from `published_at` on; a later row of
the same uuid is a re-issue. Lines before December 2025 cover their whole month.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cost_pipeline.domain.amounts import format_cents
from cost_pipeline.domain.json_types import Json
from cost_pipeline.providers.demo.timeline import data_text, instant, iso

CSV_COLUMNS = (
    "product,group_description,description,hours,start,end,USD,project_name,category"
)
# Neither items nor summary are given for anything older, and its files lack a column.
DETAILED_SINCE = "2020-01"
PAID_AFTER = timedelta(days=4, hours=4)
TAXES = "Taxes"


@dataclass(frozen=True)
class Invoice:
    """One issue of one invoice."""

    uuid: str
    invoice_id: str
    period: str
    issue: int
    published_at: datetime
    amount_cents: int

    @property
    def is_detailed(self) -> bool:
        return self.period >= DETAILED_SINCE


@dataclass(frozen=True)
class Entry:
    """One row of the billing history."""

    at: datetime
    type: str
    amount_cents: int
    description: str
    invoice: Invoice | None = None


Line = Mapping[str, str]


def cents(text: str) -> int:
    """Read an amount of our own data files, which always has two decimals."""
    return int(text.replace(".", ""))


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(data_text(name).splitlines()))


@cache
def issues() -> tuple[Invoice, ...]:
    """Return every issue of every invoice, oldest first."""
    return tuple(
        Invoice(
            uuid=row["invoice_uuid"],
            invoice_id=row["invoice_id"],
            period=row["period"],
            issue=int(row["issue"]),
            published_at=instant(row["published_at"]),
            amount_cents=cents(row["amount"]),
        )
        for row in _rows("invoices.csv")
    )


def invoices_at(at: datetime) -> dict[str, Invoice]:
    """Return the invoices known at an instant by uuid, each in its latest issue."""
    return {each.uuid: each for each in issues() if each.published_at <= at}


@cache
def _all_lines() -> Mapping[tuple[str, int], list[Line]]:
    found: dict[tuple[str, int], list[Line]] = defaultdict(list)
    for name in ("invoice_lines_early.csv", "invoice_lines.csv"):
        for row in _rows(name):
            start, end = month_bounds(row["period"])
            last = end - timedelta(seconds=1) if row["product"] == TAXES else end
            row["start"] = row.get("start") or iso(start)
            row["end"] = row.get("end") or iso(last)
            found[row["period"], int(row.get("issue") or 1)].append(row)
    return found


def lines_of(invoice: Invoice) -> list[Line]:
    """Return the lines of one issue."""
    return _all_lines()[invoice.period, invoice.issue]


def month_bounds(period: str) -> tuple[datetime, datetime]:
    start = datetime.fromisoformat(f"{period}-01").replace(tzinfo=UTC)
    return start, (start + timedelta(days=32)).replace(day=1)


def header(invoice: Invoice) -> dict[str, Json]:
    return {
        "invoice_uuid": invoice.uuid,
        "invoice_id": invoice.invoice_id,
        "amount": format_cents(invoice.amount_cents),
        "invoice_period": invoice.period,
    }


def preview(at: datetime) -> dict[str, Json]:
    """The running month so far; its uuid is that of the invoice it will become."""
    month = f"{at:%Y-%m}"
    running = next((each for each in issues() if each.period == month), None)
    if running is None:
        return {}
    amount: dict[str, Json] = {"amount": format_cents(month_to_date_cents(at))}
    return {"invoice_preview": {**header(running), **amount, "updated_at": iso(at)}}


def month_to_date_cents(at: datetime) -> int:
    """The running month's charges before tax, in proportion to the time gone."""
    start, end = month_bounds(f"{at:%Y-%m}")
    first_issue = _all_lines().get((f"{at:%Y-%m}", 1), [])
    charges = sum(
        cents(line["amount"]) for line in first_issue if line["product"] != TAXES
    )
    return (
        charges
        * int((at - start).total_seconds())
        // int((end - start).total_seconds())
    )


def csv_file(invoice: Invoice) -> bytes:
    """The invoice as a file, spelled as the provider spells it."""
    columns = CSV_COLUMNS.split(",")
    if not invoice.is_detailed:
        columns.remove("category")
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for line in lines_of(invoice):
        amount = line["amount"].replace("-", "-$") if "-" in line["amount"] else ""
        writer.writerow(
            {
                **line,
                "start": f"{instant(line['start']):%Y-%m-%d %H:%M:%S +0000}",
                "end": f"{instant(line['end']):%Y-%m-%d %H:%M:%S +0000}",
                "USD": amount or f"${line['amount']}",
            }
        )
    return out.getvalue().encode()


def file_name(invoice: Invoice) -> str:
    month = f"{month_bounds(invoice.period)[0]:%Y %b}"
    return f"DigitalOcean Invoice {month} ({invoice.invoice_id}).csv"


def items(invoice: Invoice) -> list[dict[str, Json]]:
    """The lines as JSON, which alone say what resource they are of."""
    shown = ("product", "description", "amount")
    optional = ("group_description", "resource_id", "resource_uuid", "project_name")
    return [
        {
            **{name: line[name] for name in shown},
            **{name: line[name] for name in (*optional, "category") if line.get(name)},
            "duration": line["hours"],
            "duration_unit": "Hours",
            "start_time": line["start"],
            "end_time": line["end"],
        }
        for line in lines_of(invoice)
    ]


def summary(invoice: Invoice) -> dict[str, Json]:
    """Totals by group of charges, with the personal data a client must drop."""
    products: dict[str, list[int]] = defaultdict(list)
    for line in lines_of(invoice):
        products[line["product"]].append(cents(line["amount"]))
    taxes = sum(products.pop(TAXES, []))
    return {
        "invoice_uuid": invoice.uuid,
        "invoice_id": invoice.invoice_id,
        "billing_period": invoice.period,
        "amount": format_cents(invoice.amount_cents),
        "user_name": "Arcadia Operations",
        "user_billing_address": {"address_line1": "1 Example Street"},
        "user_company": "Arcadia",
        "user_email": "ops@arcadia.example",
        "product_charges": {
            "name": "Product usage charges",
            "amount": format_cents(sum(map(sum, products.values()))),
            "items": [
                {
                    "amount": format_cents(sum(each)),
                    "name": name,
                    "count": str(len(each)),
                }
                for name, each in products.items()
            ],
        },
        "overages": {"name": "Overages", "amount": "0.00"},
        "taxes": {"name": "Taxes", "amount": format_cents(taxes)},
        "credits_and_adjustments": {
            "name": "Credits & adjustments",
            "amount": "0.00",
        },
    }


def history(at: datetime) -> list[Entry]:
    """Invoices, their payments and what else was booked until now, newest first."""
    first = {each.uuid: each for each in issues() if each.issue == 1}
    entries = [
        Entry(instant(row["date"]), row["type"], cents(row["amount"]), row["text"])
        for row in _rows("history.csv")
    ]
    for invoice in invoices_at(at).values():
        name = f"{month_bounds(invoice.period)[0]:%B %Y}"
        booked_at = first[invoice.uuid].published_at
        amount = invoice.amount_cents
        entries += [
            Entry(booked_at, "Invoice", amount, f"Invoice for {name}", invoice),
            Entry(booked_at + PAID_AFTER, "Payment", -amount, f"Payment for {name}"),
        ]
    known = [entry for entry in entries if entry.at <= at]
    return sorted(known, key=lambda entry: (entry.at, entry.type), reverse=True)


def history_documents(entries: Iterable[Entry]) -> list[dict[str, Json]]:
    """Entries as answered: only an invoice says which invoice it is."""
    documents: list[dict[str, Json]] = []
    for entry in entries:
        document: dict[str, Json] = {
            "description": entry.description,
            "amount": format_cents(entry.amount_cents),
            "date": iso(entry.at),
            "type": entry.type,
        }
        if entry.invoice:
            document["invoice_id"] = entry.invoice.invoice_id
            document["invoice_uuid"] = entry.invoice.uuid
        documents.append(document)
    return documents


def balance(at: datetime) -> dict[str, Json]:
    """What is owed: all that was booked, and the running month so far."""
    booked = sum(entry.amount_cents for entry in history(at))
    usage = month_to_date_cents(at)
    return {
        "month_to_date_balance": format_cents(booked + usage),
        "account_balance": format_cents(booked),
        "month_to_date_usage": format_cents(usage),
        "generated_at": iso(at.replace(minute=0, second=0, microsecond=0)),
    }
