"""What existed in the demo account at an instant, folded from `timeline.jsonl`.

A line of the timeline says what became true: `set` changes fields, `project` moves,
`gone` destroys. How a resource looks in an answer is `bodies.py`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

# Whoever watches the account begins here; what was there before tells its age itself.
WATCHED_SINCE = datetime(2025, 12, 1, tzinfo=UTC)
FIRST_BACKUP_SUNDAY = datetime(2023, 1, 1, 2, 10, tzinfo=UTC)
BACKUPS_KEPT = 4
WEEK = timedelta(weeks=1)

# How the type of a listing is spelled in a project's URNs; others are never members.
URN_TYPES = {
    "droplets": "droplet",
    "domains": "domain",
    "volumes": "volume",
    "snapshots": "volumesnapshot",
    "spaces": "space",
    "reserved_ips": "floatingip",
    "load_balancers": "loadbalancer",
    "databases": "dbaas",
}


@dataclass(frozen=True)
class Event:
    """One line of the timeline."""

    at: datetime
    listing: str
    provider_id: str
    fields: Mapping[str, Any]
    project: str | None
    is_end: bool


@dataclass(frozen=True)
class Resource:
    """One resource as it is at an instant."""

    listing: str
    provider_id: str
    created_at: datetime
    changed_at: datetime
    fields: Mapping[str, Any]
    project: str | None
    assigned_at: datetime | None

    @property
    def urn(self) -> str:
        urn_type = self.fields.get("urn_type", URN_TYPES.get(self.listing))
        return f"do:{urn_type}:{self.provider_id}"


@dataclass(frozen=True)
class Backup:
    """One weekly backup of a droplet."""

    backup_id: int
    droplet_id: str
    taken_at: datetime
    size_gb: float


@dataclass(frozen=True)
class AccountState:
    """All that exists at an instant, by listing and id."""

    at: datetime
    resources: Mapping[str, Mapping[str, Resource]]
    backups: tuple[Backup, ...] = field(default=())

    def of(self, listing: str) -> tuple[Resource, ...]:
        return tuple(self.resources.get(listing, {}).values())


def data_text(name: str) -> str:
    """Return a data file of this folder."""
    return (resources.files(__package__) / name).read_text(encoding="utf-8")


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@cache
def events() -> tuple[Event, ...]:
    """Return the timeline, oldest first."""
    return tuple(
        Event(
            at=instant(entry["at"]),
            listing=entry["listing"],
            provider_id=entry["id"],
            fields=entry.get("set", {}),
            project=entry.get("project"),
            is_end=entry.get("gone", False),
        )
        for entry in map(json.loads, data_text("timeline.jsonl").splitlines())
    )


def state_at(at: datetime) -> AccountState:
    """Fold the timeline up to and including an instant."""
    found: dict[str, dict[str, Resource]] = {}
    for event in events():
        if event.at > at:
            break
        of_kind = found.setdefault(event.listing, {})
        if event.is_end:
            del of_kind[event.provider_id]
        else:
            of_kind[event.provider_id] = _after(of_kind.get(event.provider_id), event)
    return AccountState(at, found, _backups(found.get("droplets", {}), at))


def _after(before: Resource | None, event: Event) -> Resource:
    moved = event.project is not None
    return Resource(
        listing=event.listing,
        provider_id=event.provider_id,
        created_at=before.created_at if before else event.at,
        changed_at=event.at,
        fields={**(before.fields if before else {}), **event.fields},
        project=event.project if moved or not before else before.project,
        assigned_at=event.at if moved or not before else before.assigned_at,
    )


def _backups(droplets: Mapping[str, Resource], at: datetime) -> tuple[Backup, ...]:
    """The last four Sundays of each droplet that has weekly backups."""
    last = (at - FIRST_BACKUP_SUNDAY) // WEEK
    taken = []
    for droplet in droplets.values():
        plan = droplet.fields.get("weekly_backups")
        if not plan:
            continue
        for number in range(max(last - BACKUPS_KEPT + 1, 0), last + 1):
            sunday = FIRST_BACKUP_SUNDAY + number * WEEK
            if sunday >= instant(plan["since"]):
                size = (plan["hundredths_gb"] + number % 5 * 7) / 100
                backup_id = plan["first_id"] + number
                taken.append(Backup(backup_id, droplet.provider_id, sunday, size))
    return tuple(taken)


def next_backup(at: datetime) -> datetime:
    return FIRST_BACKUP_SUNDAY + ((at - FIRST_BACKUP_SUNDAY) // WEEK + 1) * WEEK


def candidate_instants(until: datetime) -> tuple[datetime, ...]:
    """Every instant since the watch began at which something may have changed."""
    moments = {WATCHED_SINCE} | {event.at for event in events()}
    sunday = next_backup(WATCHED_SINCE)
    while sunday <= until:
        moments.add(sunday)
        sunday += WEEK
    return tuple(sorted(at for at in moments if WATCHED_SINCE <= at <= until))
