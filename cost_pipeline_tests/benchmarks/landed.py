"""A whole run's world: the platform's tables as Parquet, the provider behind a socket.

Both are written from the raw tables of a filled warehouse (`world.py`), so that a whole
run reads the same facts as the jobs that are measured alone.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import httpx

from cost_pipeline.contracts.registry import source_tables
from cost_pipeline_tests.benchmarks.world import INVOICE

ECB = "/stats/eurofxref/eurofxref-hist.zip"
MY = "/v2/customers/my"
ENVELOPES = {"droplets": "droplets", "volumes": "volumes", "projects": "projects"}

CSV = """
select product, group_description, description, hours,
    strftime(start_at, '%Y-%m-%d %H:%M:%S +0000') as start,
    strftime(end_at, '%Y-%m-%d %H:%M:%S +0000') as end,
    '$' || cast(amount_micros * 0.000001 as decimal(18, 6)) as USD,
    project_name, category
from raw.invoice_lines order by line_number
"""

# What each listing names at the end of the world's days.
NEWEST = """
select provider_id, max_by(document, observed_at)
from (select *, coalesce(cast(document as varchar), '') as text from raw.observations)
where kind = ?
group by provider_id
having max_by(text, observed_at) <> ''
order by provider_id
"""


@dataclass
class Account:
    """Answers for the provider and the central bank from prepared bodies."""

    lists: dict[str, tuple[str, list[Any]]] = field(default_factory=dict)
    bodies: dict[str, bytes] = field(default_factory=dict)

    def handle(self, request: httpx.Request) -> httpx.Response:
        path, params = request.url.path, request.url.params
        headers = {"x-request-id": "bench"}
        if path in self.bodies:
            return httpx.Response(200, content=self.bodies[path], headers=headers)
        if path not in self.lists:
            # Kinds that this account has not; the client knows what that means.
            name = path.rsplit("/", 1)[-1]
            if path.startswith(MY) or name in ("policies", "images"):
                return httpx.Response(404, json={"id": "not_found", "message": "none"})
            self.lists[path] = ({"clusters": "kubernetes_clusters"}.get(name, name), [])
        envelope, items = self.lists[path]
        if "type" in params:
            items = []
        number, size = int(params.get("page", 1)), int(params.get("per_page", 20))
        part = items[(number - 1) * size : number * size]
        pages = {"next": "there is more"} if number * size < len(items) else {}
        total = {"total": len(items)}
        body = {envelope: part, "links": {"pages": pages}, "meta": total}
        return httpx.Response(200, json=body, headers=headers)


def write_files(warehouse: Path, folder: Path) -> Account:
    """Write the platform's tables into a folder; returns the account beside them."""
    folder.mkdir(parents=True)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for contract in source_tables():
            names = ", ".join(column.name for column in contract.columns)
            target = folder / f"{contract.name}.parquet"
            connection.execute(
                f"copy (select {names} from {contract.table}) to '{target}'"
            )
        return _account(connection, folder)


def _account(connection: duckdb.DuckDBPyConnection, folder: Path) -> Account:
    account = Account()
    for listing, envelope in ENVELOPES.items():
        found = connection.execute(NEWEST, [listing]).fetchall()
        items = [json.loads(document) for _, document in found]
        account.lists[f"/v2/{listing}"] = (envelope, items)
        if listing == "projects":
            for item in items:
                path = f"/v2/projects/{item['id']}/resources"
                account.lists[path] = ("resources", [])
    for _, document in connection.execute(NEWEST, ["project_resources"]).fetchall():
        item = json.loads(document)
        path = f"/v2/projects/{item.pop('project_id')}/resources"
        account.lists[path][1].append(item)
    _add_bills(connection, account, folder)
    return account


def _add_bills(
    connection: duckdb.DuckDBPyConnection, account: Account, folder: Path
) -> None:
    lines = folder.parent / "lines.csv"
    connection.execute(f"copy ({CSV}) to '{lines}' (header)")
    total = connection.execute(
        "select cast(sum(amount_micros) * 0.000001 as decimal(18, 2)) "
        "from raw.invoice_lines"
    ).fetchall()[0][0]
    header = {
        "invoice_uuid": INVOICE,
        "invoice_id": "1",
        "amount": str(total),
        "invoice_period": "2026-05",
    }
    account.lists[f"{MY}/invoices"] = ("invoices", [header])
    account.lists[f"{MY}/billing_history"] = ("billing_history", [])
    account.bodies[f"{MY}/invoices/{INVOICE}/csv"] = lines.read_bytes()
    balance = {
        "month_to_date_usage": "0.00",
        "month_to_date_balance": "0.00",
        "account_balance": "0.00",
        "generated_at": "2026-06-01T01:00:00Z",
    }
    account.bodies[f"{MY}/balance"] = json.dumps(balance).encode()
    days = connection.execute(
        "select rate_date, max(rate) filter (where currency = 'USD'), "
        "max(rate) filter (where currency = 'AUD') from raw.ecb_rates "
        "group by rate_date order by rate_date desc"
    ).fetchall()
    text = "".join(f"{day},{usd:.4f},{aud:.4f},\n" for day, usd, aud in days)
    account.bodies[ECB] = f"Date,USD,AUD,\n{text}".encode()
