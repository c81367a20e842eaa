"""Names that try to be code, and secrets where they may stand: one world of both.

Put here what is handed to the pipeline. What must have become of it is said in
`test_hostile.py` and `test_secrets.py`.
"""

import base64
import csv
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cost_pipeline.sources.files import DEMO
from cost_pipeline_tests.stories.fake_account import BILLS, TOKEN, FakeAccount, body

HOSTILE = {
    "sql": "x'); drop table core.resources; --\"",
    "path": "../../../../tmp/escaped",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "template": "{{7*7}} {% raw %} ${7*7} %(x)s",
    "formula": '=HYPERLINK("http://foreign.invalid","x")',
    "command": "@SUM(1+1)*cmd|' /C calc'!A0",
    "markup": "[bold]not bold[/bold] [red",
    "lines": "one\ntwo\r\nthree\tfour",
    "nul": "before\0after",
    "surrogate": "half \ud83d of a pair",
    "long": "x" * 1_000_000,
}
# How the secrets of a run could be told from any other text.
SECRETS = {
    "token": TOKEN,
    "mail": "test-mail:pass/word-not-a-secret",
    "database": "test-database@password-not-a-secret",
    "stripe": "test-stripe-key-not-a-secret",
    "wallet": "test-wallet-not-a-secret",
}
FIRST_ID = 900_000_001


def settings(folder: Path) -> dict[str, str]:
    """What `.env` of such a home says; mail goes to a port where nobody listens."""
    return {
        "COST_PIPELINE_SOURCES": str(folder),
        "SMTP_URL": f"smtp://mailer:{quote(SECRETS['mail'], safe='')}@127.0.0.1:9",
        "STRIPE_API_KEY": SECRETS["stripe"],
        "NWC_URL": f"nostr+walletconnect://relay.invalid?secret={SECRETS['wallet']}",
    }


def spellings(secret: str) -> Iterator[bytes]:
    """A secret as it is, as it stands in a URL, and as base64 at any offset."""
    yield secret.encode()
    yield quote(secret, safe="").encode()
    for offset in range(3):
        whole = base64.b64encode(b"-" * offset + secret.encode())
        # The first and the last group depend on what stands beside the secret.
        yield whole[4:-4]


def make_odd(account: FakeAccount) -> None:
    """Let an account carry hostile names and secrets in every place it has."""
    account.changes |= {
        "/v2/droplets": with_hostile_droplets,
        "/v2/projects": with_hostile_projects,
        "/v2/databases": with_secrets,
    }
    account.faults |= {f"{BILLS}/invoices/[^/]+/csv": body(with_hostile_lines)}


def with_hostile_droplets(page: Any) -> Any:
    first = page["droplets"][0] if page["droplets"] else None
    if first is None:
        return page
    odd = [
        {**first, "id": FIRST_ID + place, "name": name, "tags": [name[:300]]}
        for place, name in enumerate(HOSTILE.values())
    ]
    found = [*page["droplets"], *odd]
    return {**page, "droplets": found, "meta": {"total": len(found)}}


def with_hostile_projects(page: Any) -> Any:
    names = list(HOSTILE.values())
    for place, project in enumerate(page["projects"]):
        project["name"] = names[place % len(names)]
        project["description"] = names[(place + 5) % len(names)]
    return page


def with_secrets(page: Any) -> Any:
    password = SECRETS["database"]
    place = {
        "password": password,
        "uri": f"postgresql://doadmin:{quote(password, safe='')}@db.invalid:25060/x",
    }
    one = {
        "id": "9cc10173-e9ea-4176-9dbc-a4cee4c4ff30",
        "name": "books",
        "engine": "pg",
        "version": "14",
        "num_nodes": 1,
        "size": "db-s-1vcpu-1gb",
        "region": "syd1",
        "status": "online",
        "created_at": "2026-04-20T00:00:00Z",
        "connection": place,
        "private_connection": place,
        "users": [{"name": "doadmin", "role": "primary", "password": password}],
    }
    # The second one is no object at all: what is set aside is not kept as it came.
    return {**page, "databases": [one, f"postgresql://doadmin:{password}@db.invalid"]}


def with_hostile_lines(given: bytes) -> bytes:
    """An invoice whose lines are described by somebody with a sense of humour."""
    rows = list(csv.reader(io.StringIO(given.decode())))
    place = rows[0].index("description")
    names = [name for kind, name in HOSTILE.items() if kind not in ("surrogate", "nul")]
    for row, name in zip(rows[1:], names, strict=False):
        row[place] = name
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def write_sources(folder: Path) -> None:
    """The demo's tables; each tenant in turn is named by somebody with bad manners."""
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns("README*"))
    names = [name for kind, name in HOSTILE.items() if kind != "surrogate"]
    for table, column in (("tenants", "name"), ("deployments", "name")):
        path = folder / f"{table}.csv"
        with path.open(newline="") as stream:
            rows = list(csv.DictReader(stream))
        for place, row in enumerate(rows):
            row[column] = names[place % len(names)]
        with path.open("w", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
