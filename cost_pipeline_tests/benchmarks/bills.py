"""One invoice of a great many lines: taken in whole, against DuckDB reading its text.

Taken in means landed, parsed strictly, classified, matched, allocated and checked, with
everything the inventory knows there before. The rival inserts the same file as text.
"""

import shutil
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

import duckdb

from cost_pipeline.contracts.billing import CONTRACTS
from cost_pipeline.domain.json_types import Json
from cost_pipeline.domain.listing import Document, Listing
from cost_pipeline.load.billing import load_billing
from cost_pipeline.load.invoice_lines import load_invoice_lines
from cost_pipeline.load.receipts import load_receipts
from cost_pipeline.models.build import build
from cost_pipeline.models.library import all_audits, all_models
from cost_pipeline.models.model import Model
from cost_pipeline.models.rules import broken_audit, broken_rules
from cost_pipeline.resources import opened_warehouse, run_clock
from cost_pipeline.settings import Settings
from cost_pipeline.storage.landing import Landing
from cost_pipeline_tests.benchmarks.homes import Homes
from cost_pipeline_tests.benchmarks.report import Row
from cost_pipeline_tests.benchmarks.sizes import Size
from cost_pipeline_tests.benchmarks.world import ACCOUNT, INVOICE

Result = dict[str, Any]
FILE = "invoice.csv"
BILLED = frozenset(contract.table for contract in CONTRACTS) - {"raw.ecb_rates"}
# What a bill is taken in for: the books of costs.
WANTED = ("core.cost_allocation", "core.provider_invoices", "core.cost_findings")
# Audits read the copies of these that are published; copying is publishing's affair.
COPIES = ("provider_invoices", "cost_allocation")
AUDITS = ("invoices_leave_no_residue", "invoices_are_accepted", "invoices_are_complete")

# Machines and disks line after line, and what is of the account once each.
LINES = """
    select
        case when i % 10 = 9 then 'Droplet Backups'
            when i % 5 < 4 then 'Droplets' else 'Volumes' end as product,
        '' as group_description,
        case when i % 10 = 9 then 'web-' || (i % {resources} - 1)
                || ' (Weekly Backup Services)'
            when i % 5 < 4 then 'web-' || (i % {resources}) || ' (s-1vcpu-1gb)'
            else 'disk-' || (i % {resources}) || ' (10GB)' end as description,
        '744' as hours,
        '2026-05-01 00:00:00 +0000' as start, '2026-06-01 00:00:00 +0000' as end,
        '$' || (1 + i % 97) // 100 || '.' || lpad(cast(1 + i % 97 as varchar), 2, '0')
            as USD,
        'p' || (i % {tenants}) as project_name, 'iaas' as category
    from range({cost_lines} - 3) as all_rows(i)
    union all
    from (values
        ('Spaces Subscription', '', 'Spaces ($5/mo 250GiB)', '744',
            '2026-05-01 00:00:00 +0000', '2026-06-01 00:00:00 +0000', '$5.00', '', ''),
        ('Credits', '', 'Goodwill', '', '', '', '-$2.50', '', ''),
        ('Taxes', '', 'GST (10.00%)', '', '2026-05-01 00:00:00 +0000',
            '2026-05-31 23:59:59 +0000', '$1.004', '', ''))
"""


def bill_world(size: Size) -> Result:
    """Write the file, and build all that a bill meets: inventory, owners, projects."""
    settings = Settings.load()
    with opened_warehouse(settings, run_clock(settings)) as connection:
        for table in BILLED:
            connection.execute(f"delete from {table}")
        connection.execute("delete from raw.receipts where kind like 'invoice%'")
        for model in _before_bills():
            build(connection, model)
        query = LINES.format(
            resources=size.resources, tenants=size.tenants, cost_lines=size.cost_lines
        )
        connection.execute(f"copy ({query}) to '{FILE}' (header)")
        total = connection.execute(
            "select round(sum(cast(replace(USD, '$', '') as decimal(18, 6))), 2) "
            f"from read_csv('{FILE}', all_varchar = true)"
        ).fetchall()[0][0]
    _land_index(settings, size, total)
    return {"mb": round(Path(FILE).stat().st_size / 1e6)}


def _land_index(settings: Settings, size: Size, total: Decimal) -> None:
    header: dict[str, Json] = {
        "invoice_uuid": INVOICE,
        "invoice_id": "1",
        "amount": str(total),
        "invoice_period": "2026-05",
        "is_preview": False,
    }
    index = Listing("invoices", (Document(INVOICE, header),), is_complete=True)
    Landing(settings.landing_path).keep_listing(ACCOUNT, index, now=size.now)


def bill(size: Size) -> Result:
    """Land, load, classify, match, allocate and check, as the assets do."""
    settings = Settings.load()
    landing, body = Landing(settings.landing_path), Path(FILE).read_bytes()
    # Every process reads the models when it starts; that is the row of the import.
    models = _of_bills()
    audits = [audit for audit in all_audits() if audit.name in AUDITS]
    with opened_warehouse(settings, run_clock(settings)) as connection:
        steps: dict[str, float] = {}
        started, cpu = time.perf_counter(), time.process_time()
        landing.keep_file(ACCOUNT, "invoice_csv", INVOICE, body, now=size.now)
        load_receipts(connection, landing)
        load_billing(connection, landing)
        load_invoice_lines(connection, landing)
        problems = [b for c in CONTRACTS for b in broken_rules(connection, c)]
        steps["loaded"] = time.perf_counter() - started
        for model in models:
            steps[model.table] = build(connection, model).seconds
            problems += broken_rules(connection, model)
        for name in COPIES:
            connection.execute(f"create view marts.{name} as from core.{name}")
        for audit in audits:
            problems += broken_audit(connection, audit)
        connection.execute("checkpoint")
        seconds, cpu_s = time.perf_counter() - started, time.process_time() - cpu
        lines = connection.execute(
            "select lines from marts.provider_invoices where verdict = 'accepted'"
        ).fetchall()
    assert lines == [(size.cost_lines,)], lines
    failures = [problem.name for problem in problems if not problem.is_warning]
    slowest = sorted(steps.items(), key=lambda step: -step[1])[:6]
    return {"seconds": seconds, "cpu": cpu_s, "failures": failures, "slowest": slowest}


def bill_bare(size: Size) -> Result:
    """The same file as text, inserted into a table of a file."""
    del size
    read = f"select * from read_csv('{FILE}', all_varchar = true)"
    with duckdb.connect("bare.duckdb") as connection:
        connection.execute(f"create table lines as {read} limit 0")
        started, cpu = time.perf_counter(), time.process_time()
        connection.execute(f"insert into lines {read}")
        connection.execute("checkpoint")
        seconds, cpu_s = time.perf_counter() - started, time.process_time() - cpu
    Path("bare.duckdb").unlink()
    return {"seconds": seconds, "cpu": cpu_s}


def _of_bills() -> list[Model]:
    """The models of the wanted tables that a bill changes, in order."""
    changed: set[str] = set(BILLED)
    for table, model in all_models().items():
        if changed.intersection(model.upstream):
            changed.add(table)
    return [model for model in _wanted() if model.table in changed]


def _before_bills() -> list[Model]:
    of_bills = {model.table for model in _of_bills()}
    return [model for model in _wanted() if model.table not in of_bills]


def _wanted() -> list[Model]:
    """The wanted tables and all that they are computed from, in order."""
    models, found, waiting = all_models(), set[str](), list(WANTED)
    while waiting:
        table = waiting.pop()
        if table in models and table not in found and not models[table].is_append:
            found.add(table)
            waiting += models[table].upstream
    return [model for table, model in models.items() if table in found]


def bills(homes: Homes, size: Size) -> Iterator[Row]:
    """The rows of the table: time against bare, and memory."""
    world = homes.copy(size, "billed")
    homes.measure("bill_world", size, within=world)
    ours: list[Result] = []
    bare: list[Result] = []
    for number in range(homes.rounds):
        home = Path(shutil.copytree(world, homes.folder / f"bill-{number}"))
        bare.append(homes.measure("bill_bare", size, within=home))
        ours.append(homes.measure("bill", size, within=home))
        shutil.rmtree(home)
    our_s, bare_s = (median(r["seconds"] for r in found) for found in (ours, bare))
    our_cpu, bare_cpu = (median(r["cpu"] for r in found) for found in (ours, bare))
    slowest = ", ".join(f"{name} {taken:.2f} s" for name, taken in ours[-1]["slowest"])
    yield Row(
        f"a bill of {size.cost_lines:,} lines taken in, against its text inserted",
        f"{our_s / bare_s:.1f}x",
        "<= 6x",
        f"{our_s:.2f} s against {bare_s:.2f} s; of processors {our_cpu:.2f} s against "
        f"{bare_cpu:.2f} s; {slowest}",
    )
    peak = median(r["peak_mib"] for r in ours)
    yield Row("peak memory of it", f"{peak:.0f} MiB", "< 2048 MiB", "whole process")
