"""How the demo account's machines look: droplets, their sizes, backups and images.

Other kinds are `bodies.py`. `next_backup_window` changes by itself and is here on
purpose: a client that kept it would see every droplet change every week.
"""

import csv
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache

from cost_pipeline.domain.json_types import Json
from cost_pipeline.providers.demo.timeline import (
    AccountState,
    Backup,
    Resource,
    data_text,
    iso,
    next_backup,
)

Body = dict[str, Json]

NAMESPACE = uuid.UUID("2f1b6c1e-7a53-4b8e-9d40-5a0c8e1f7b20")
REGIONS: list[Json] = ["syd1", "sgp1"]


def made_uuid(*parts: str) -> str:
    """A UUID that the same words always give."""
    return str(uuid.uuid5(NAMESPACE, "|".join(parts)))


@cache
def sizes_by_slug() -> Mapping[str, Body]:
    whole = ("memory", "vcpus", "disk", "price_monthly")
    sizes: dict[str, Body] = {}
    for row in csv.DictReader(data_text("sizes.csv").splitlines()):
        sizes[row["slug"]] = {
            **row,
            **{name: int(row[name]) for name in whole},
            "transfer": float(row["transfer"]),
            "price_hourly": float(row["price_hourly"]),
            "regions": REGIONS,
            "available": True,
        }
    return sizes


def region(slug: str) -> Body:
    return {
        "name": {"syd1": "Sydney 1"}.get(slug, slug),
        "slug": slug,
        "features": ["backups", "ipv6", "metadata"],
        "available": True,
        "sizes": list(sizes_by_slug()),
    }


def _window(at: datetime) -> Body:
    start = next_backup(at)
    return {"start": iso(start), "end": iso(start + timedelta(hours=4))}


def droplet_body(droplet: Resource, state: AccountState) -> Body:
    fields = droplet.fields
    size = sizes_by_slug()[fields["size_slug"]]
    number = int(droplet.provider_id)
    has_backups = "weekly_backups" in fields
    address = f"198.51.100.{number % 250 + 1}"
    return {
        "id": number,
        "name": fields["name"],
        "memory": size["memory"],
        "vcpus": size["vcpus"],
        "disk": size["disk"],
        "locked": False,
        "status": fields["status"],
        "kernel": None,
        "created_at": iso(droplet.created_at),
        "features": ["backups"] if has_backups else [],
        "backup_ids": [
            backup.backup_id
            for backup in state.backups
            if backup.droplet_id == droplet.provider_id
        ],
        "next_backup_window": _window(state.at) if has_backups else None,
        "snapshot_ids": [
            int(snapshot.provider_id)
            for snapshot in state.of("snapshots")
            if snapshot.fields["resource_id"] == droplet.provider_id
        ],
        "image": {"id": 155133621, "name": "12 x64", "slug": "debian-12-x64"},
        "volume_ids": [
            volume.provider_id
            for volume in state.of("volumes")
            if number in volume.fields["droplet_ids"]
        ],
        "size": dict(size),
        "size_slug": fields["size_slug"],
        "networks": {"v4": [{"ip_address": address, "type": "public"}], "v6": []},
        "region": region(fields["region"]),
        "tags": fields.get("tags", []),
        "vpc_uuid": made_uuid("vpc", "syd1"),
    }


def backup_body(backup: Backup, state: AccountState) -> Body:
    """A backup as an image; the API does not say whose it is, except by the path."""
    droplet = state.resources["droplets"][backup.droplet_id]
    return {
        "id": backup.backup_id,
        "name": f"{droplet.fields['name']}- {backup.taken_at:%Y-%m-%d}",
        "distribution": "Debian",
        "slug": None,
        "public": False,
        "regions": [droplet.fields["region"]],
        "created_at": iso(backup.taken_at),
        "min_disk_size": 25,
        "size_gigabytes": backup.size_gb,
        "type": "backup",
    }


def snapshot_image(snapshot: Resource) -> Body:
    """A snapshot as it appears among private images."""
    return {
        "id": int(snapshot.provider_id),
        "name": snapshot.fields["name"],
        "distribution": "Debian",
        "slug": None,
        "public": False,
        "regions": [snapshot.fields["region"]],
        "created_at": iso(snapshot.created_at),
        "min_disk_size": snapshot.fields["min_disk_size"],
        "size_gigabytes": snapshot.fields["size_gigabytes"],
        "type": "snapshot",
    }


def backup_policies(state: AccountState) -> dict[str, Json]:
    """Who has backups, keyed by droplet id."""
    policies: dict[str, Json] = {}
    for droplet in state.of("droplets"):
        policy: Body = {"droplet_id": int(droplet.provider_id), "backup_enabled": False}
        if "weekly_backups" in droplet.fields:
            policy = {
                "droplet_id": int(droplet.provider_id),
                "backup_enabled": True,
                "backup_policy": {
                    "plan": "weekly",
                    "weekday": "SUN",
                    "hour": 0,
                    "window_length_hours": 4,
                    "retention_period_days": 28,
                },
                "next_backup_window": _window(state.at),
            }
        policies[droplet.provider_id] = policy
    return policies
