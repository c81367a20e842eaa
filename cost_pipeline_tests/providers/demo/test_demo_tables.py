"""The platform's demo tables keep their contracts and hold the stories told of them."""

import csv
import json
from collections import Counter, defaultdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

import cost_pipeline
from cost_pipeline.contracts import catalog, platform, usage
from cost_pipeline.providers.demo import DEMO_NOW
from cost_pipeline.providers.demo.timeline import instant, state_at

PACKAGE = Path(cost_pipeline.__file__).parent
DEMO = PACKAGE / "sources" / "demo"
SEEDS = PACKAGE.parent / "dbt_like_sql" / "seeds"
CONTRACTS = {
    contract.name: contract
    for module in (catalog, platform, usage)
    for contract in module.CONTRACTS
}
MAY = datetime.fromisoformat("2026-05-01T00:00:00+00:00")
ACCRUING = ("active", "deploying")


def rows(table, folder=DEMO):
    text = (folder / f"{table}.csv").read_text()
    return list(csv.DictReader(text.splitlines()))


def path_of(name):
    folder = SEEDS if CONTRACTS[name].has_seed else DEMO
    found = [folder / f"{name}.{ending}" for ending in ("csv", "jsonl")]
    return next(path for path in found if path.exists())


@pytest.mark.parametrize("name", sorted(CONTRACTS))
def test_a_table_has_the_columns_of_its_contract(name):
    path = path_of(name)
    expected = [column.name for column in CONTRACTS[name].columns]
    lines = path.read_text().splitlines()
    assert path.stat().st_size < 100_000
    if path.suffix == ".csv":
        assert lines[0].split(",") == expected
    else:
        assert all(set(json.loads(line)) <= set(expected) for line in lines)


def test_every_tenant_and_deployment_named_is_known():
    tenants = {row["tenant_id"] for row in rows("tenants")}
    deployments = {row["deployment_id"] for row in rows("deployments")} | {""}
    for path in DEMO.glob("*.csv"):
        for row in rows(path.stem):
            assert row.get("tenant_id", "pilot") in tenants | {""}, path.name
            if not path.name.startswith("hosted_"):
                assert row.get("deployment_id", "") in deployments, path.name


def test_every_linked_project_is_or_was_in_the_account():
    linked = {row["provider_project_id"] for row in rows("project_links")}
    ever = {
        project.provider_id
        for at in ("2025-12-20", "2026-05-20")
        for project in state_at(instant(f"{at}T00:00:00Z")).of("projects")
    }
    assert linked < ever
    assert len(ever - linked) == 2


def test_the_pilot_used_nothing_on_the_days_that_are_verified():
    used = [row for row in rows("usage_events") if row["tenant_id"] == "pilot"]
    assert used
    assert not [r for r in used if "2026-05-01" <= r["occurred_at"] < "2026-05-11"]
    totals: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in {row["event_id"]: row for row in used}.values():
        totals[row["occurred_at"][:7], row["billing_kind"]] += Decimal(row["quantity"])
    included = {
        row["billing_kind"]: Decimal(row["included_quantity"])
        for row in rows("plan_items", SEEDS)
        if row["plan_version_id"] == "studio-v1"
    }
    assert all(amount < included[kind] for (_, kind), amount in totals.items())


def may_spend_cents(tenant, until=DEMO_NOW):
    """The estimate of May in whole seconds, straight from the status events."""
    price = {
        row["instance_type"]: Decimal(row["price_cents"]) / int(row["per_seconds"])
        for row in rows("instance_rates", SEEDS)
    }
    events = rows("hosted_status_events")
    spend = Decimal(0)
    for machine in (r for r in rows("hosted_deployments") if r["tenant_id"] == tenant):
        end = instant(machine["deleted_at"] or until.isoformat())
        states = [
            (instant(event["occurred_at"]), event["status"])
            for event in events
            if event["deployment_id"] == machine["deployment_id"]
        ] or [(instant(machine["created_at"]), "active")]
        closes = [at for at, _ in states[1:]] + [end]
        for (start, status), close in zip(states, closes, strict=True):
            seconds = (min(close, until, end) - max(start, MAY)).total_seconds()
            if status in ACCRUING and seconds > 0:
                spend += price[machine["instance_type"]] * int(seconds)
    return spend


def test_one_hosted_tenant_crosses_in_may_and_one_nearly():
    assert may_spend_cents("orchard", instant("2026-05-08T00:00:00Z")) < 5800
    assert may_spend_cents("orchard") > 5800
    assert 5600 < may_spend_cents("meridian") < 5800
    assert may_spend_cents("pebble") > 500


def test_the_logs_hold_the_odd_cases():
    activities = rows("activities")
    known = {row["plan_code"] for row in rows("plans", SEEDS)} | {""}
    assert len(activities) == 60
    assert {r["plan_code"] for r in activities} - known == {"enterprise"}
    assert [r["created_at"] for r in activities] == sorted(
        r["created_at"] for r in activities
    )
    assert len(rows("credit_events")) == 300
    ids = Counter(row["event_id"] for row in rows("usage_events"))
    assert [event_id for event_id, seen in ids.items() if seen > 1] == ["use-0020"]


def test_a_droplet_is_of_another_size_than_was_asked_for():
    live = state_at(DEMO_NOW).resources["droplets"]
    lines = (DEMO / "desired_state.jsonl").read_text().splitlines()
    differing = [
        (asked["provider_id"], field)
        for asked in map(json.loads, lines)
        for field, value in asked["spec"].items()
        if live[asked["provider_id"]].fields[field] != value
    ]
    assert differing == [("531804416", "size_slug")]
