"""A sync of 10,000 machines, against a bare loop over the same pages and one insert.

The fake provider answers from prepared bodies in this process; the rivals take turns in
processes of their own. Ours is asked, landed and loaded as far as `raw.observations`.
"""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from statistics import median
from typing import Any

import duckdb
import httpx

from cost_pipeline.fetch.listings import land_listing
from cost_pipeline.load.observations import load_observations
from cost_pipeline.load.receipts import load_receipts
from cost_pipeline.resources import opened_warehouse, provider_of, run_clock
from cost_pipeline.settings import Settings
from cost_pipeline.storage.landing import Landing
from cost_pipeline_tests.benchmarks.homes import Homes, Result
from cost_pipeline_tests.benchmarks.report import Row
from cost_pipeline_tests.benchmarks.sizes import SIZES, Size
from cost_pipeline_tests.providers.flaky_cloud import Answer, Weather, serve

MACHINES, PER_PAGE = 10_000, 200
# More would meet the rate limit, and wait.
SYNCS = 4
ACCOUNT = "many"
PATH = "/v2/droplets"
SAMPLE = {
    "memory": 1024, "vcpus": 1, "disk": 25, "locked": False, "status": "active",
    "kernel": None, "created_at": "2026-03-01T00:00:00Z", "features": ["monitoring"],
    "backup_ids": [], "next_backup_window": None, "snapshot_ids": [],
    "image": {"id": 5, "name": "22.04 x64", "slug": "ubuntu-22-04-x64"},
    "volume_ids": [], "size_slug": "s-1vcpu-1gb", "tags": ["web", "eu"],
    "size": {"slug": "s-1vcpu-1gb", "price_monthly": 6.0, "price_hourly": 0.00893},
    "region": {"slug": "syd1", "name": "Sydney 1", "sizes": ["s-1vcpu-1gb"] * 40},
    "vpc_uuid": "760e09ef-dc84-11e8-981e-3cfdfeaae000",
}  # fmt: skip


def syncs(homes: Homes, size: Size) -> Iterator[Row]:
    """Both rivals in turns, then many syncs at what has not changed."""
    del size
    with serve(prepared(), Weather()) as url:
        ours, bare = [], []
        for _ in range(homes.rounds):
            ours.append(_measured(homes, "sync", url))
            bare.append(_measured(homes, "bare_sync", url))
        ours_s, bare_s = (median(r["seconds"] for r in side) for side in (ours, bare))
        busy_s = [median(r["busy"] for r in side) for side in (ours, bare)]
        yield Row(
            f"sync of {MACHINES:,} droplets, against bare",
            f"{ours_s / bare_s:.2f}x",
            "<= 1.50x",
            f"{ours_s:.2f} s against {bare_s:.2f} s, 50 pages; of the processor "
            f"{busy_s[0]:.2f} s against {busy_s[1]:.2f} s",
        )
        peak, later = ours[-1]["peak_mib"], _measured(homes, "sync", url, syncs=SYNCS)
        yield Row(
            f"peak memory of {SYNCS} syncs, against one",
            f"{later['peak_mib'] / peak:.2f}x",
            how=f"{later['peak_mib']} MiB against {peak} MiB",
        )


def _measured(homes: Homes, name: str, url: str, **arguments: Any) -> Result:
    """Under an account of which nothing was seen yet."""
    place = {"DIGITALOCEAN_API_URL": url, "COST_PIPELINE_ACCOUNT": ACCOUNT}
    return homes.measure(name, SIZES["tiny"], environment=place, **arguments)


def prepared() -> Answer:
    """Answers that cost the provider nothing, so that the askers are measured."""
    items = [{"id": n, "name": f"web-{n}", **SAMPLE} for n in range(MACHINES)]
    bodies = []
    for first in range(0, MACHINES, PER_PAGE):
        pages = {"next": "there is more"} if first + PER_PAGE < MACHINES else {}
        body = {
            "droplets": items[first : first + PER_PAGE],
            "links": {"pages": pages},
            "meta": {"total": MACHINES},
        }
        bodies.append(json.dumps(body).encode())
    # Machines with a GPU are asked for apart.
    none = json.dumps({"droplets": [], "meta": {"total": 0}}).encode()

    def reply(request: httpx.Request) -> httpx.Response:
        params = request.url.params
        body = none if "type" in params else bodies[int(params["page"]) - 1]
        return httpx.Response(200, content=body)

    return reply


def sync(size: Size, syncs: int = 1) -> Result:
    """Ask, land and load, so many times."""
    del size
    settings = Settings.load()
    clock = run_clock(settings)
    landing = Landing(settings.landing_path)
    with opened_warehouse(settings, clock) as connection:
        started, idle = time.perf_counter(), time.process_time()
        provider = provider_of(settings, clock.now)
        for number in range(syncs):
            now = clock.now + timedelta(minutes=15 * number)
            land_listing(provider, landing, "droplets", now)
            load_receipts(connection, landing)
            load_observations(connection, landing)
        taken = _since(started, idle)
        provider.close()
        _expect(connection, f"raw.observations where account = 'do:{ACCOUNT}'")
    return taken


def bare_sync(size: Size) -> Result:
    """The shortest program that has the same machines in a table."""
    del size
    settings = Settings.load()
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        connection.execute("create table machines (provider_id varchar, document json)")
        started, idle = time.perf_counter(), time.process_time()
        ids, documents = [], []
        with httpx.Client(base_url=settings.digitalocean_api_url) as client:
            for page in count(1):
                asked = {"page": page, "per_page": PER_PAGE}
                body = client.get(PATH, params=asked).json()
                ids += [str(item["id"]) for item in body["droplets"]]
                documents += [json.dumps(item) for item in body["droplets"]]
                if "next" not in body["links"]["pages"]:
                    break
        connection.execute(
            "insert into machines select unnest($1), unnest($2)", [ids, documents]
        )
        taken = _since(started, idle)
        _expect(connection, "machines")
    return taken


def _since(started: float, idle: float) -> Result:
    busy = time.process_time() - idle
    return {"seconds": time.perf_counter() - started, "busy": busy}


def _expect(connection: duckdb.DuckDBPyConnection, rows: str) -> None:
    found = connection.execute(f"select count(*) from {rows}").fetchall()
    assert found == [(MACHINES,)], found
