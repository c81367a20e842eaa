"""Credits, written a second time: one event after the other, as a live ledger would.

The SQL sums over sets; this steps through time and mutates counters. Where both agree,
neither forgot a case. Nothing here is used outside the tests.
"""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Event:
    """One credit spent."""

    event_id: str
    at: datetime
    tier: str
    backend: str


@dataclass(frozen=True)
class Quota:
    """A tier's limits; None is no limit."""

    lifetime: int | None = None
    gemini_lifetime: int | None = None
    monthly: int | None = None
    gemini_monthly: int | None = None


@dataclass
class Counter:
    """Credits of a budget, and how many of them gemini answered."""

    total: int = 0
    gemini: int = 0

    def add(self, backend: str) -> None:
        self.total += 1
        self.gemini += backend == "gemini"


@dataclass
class Ledger:
    """The state of one install, moved forward by its events."""

    first_seen_at: datetime
    anchor_at: datetime
    number: int = 0
    has_paid: bool = False
    tier: str = "core"
    lifetime: Counter = field(default_factory=Counter)
    monthly: Counter = field(default_factory=Counter)
    held: Counter = field(default_factory=Counter)

    def roll(self, now: datetime) -> None:
        """Step over every renewal up to now; a new period starts with nothing used."""
        while boundary(self.anchor_at, self.number + 1) <= now:
            self.number += 1
            self.monthly = Counter()

    def spend(self, event: Event, quotas: dict[str, Quota]) -> None:
        self.roll(event.at)
        self.tier = event.tier
        quota = quotas.get(event.tier)
        if quota is None:
            self.held.add(event.backend)
        elif quota.lifetime is not None:
            self.lifetime.add(event.backend)
        else:
            if not self.has_paid:
                self.has_paid, self.anchor_at, self.number = True, event.at, 0
                self.monthly = Counter()
            self.monthly.add(event.backend)

    def spend_all(self, events: list[Event], quotas: dict[str, Quota]) -> None:
        """Spend events in order, each id once."""
        unique = {event.event_id: event for event in events}
        # At one instant the first tier by name is the one presented last.
        by_name = sorted(unique.values(), key=lambda event: event.tier, reverse=True)
        for event in sorted(by_name, key=lambda event: event.at):
            self.spend(event, quotas)


@dataclass(frozen=True)
class Balance:
    """What may still be spent, and where the next credit would go."""

    period_start: datetime
    next_renewal_at: datetime
    used: int
    remaining: int | None
    gemini_remaining: int | None
    backend: str | None
    reason: str | None


def boundary(anchor: datetime, number: int) -> datetime:
    """The anchor plus so many calendar months, clamped to the month's last day."""
    months = anchor.year * 12 + anchor.month - 1 + number
    year, month = divmod(months, 12)
    day = min(anchor.day, monthrange(year, month + 1)[1])
    return anchor.replace(year=year, month=month + 1, day=day)


def replay(
    events: list[Event],
    quotas: dict[str, Quota],
    first_seen_at: datetime,
    has_hardware: bool,
    now: datetime,
) -> Balance:
    """Spend every event up to now and plan the next one."""
    ledger = Ledger(first_seen_at, first_seen_at)
    ledger.spend_all([event for event in events if event.at <= now], quotas)
    ledger.roll(now)
    return plan(ledger, quotas, has_hardware)


def plan(ledger: Ledger, quotas: dict[str, Quota], has_hardware: bool) -> Balance:
    """Compute what is left of the tier presented and what it means for a request."""
    quota = quotas.get(ledger.tier, quotas["core"])
    limit: int | None
    cap: int | None
    if quota.lifetime is not None:
        used, held = ledger.lifetime, ledger.held
        limit, cap = quota.lifetime, quota.gemini_lifetime
    else:
        used, held = ledger.monthly, Counter()
        limit, cap = quota.monthly, quota.gemini_monthly
    remaining = None if limit is None else max(0, limit - used.total - held.total)
    gemini = None if cap is None else max(0, cap - used.gemini - held.gemini)
    backend, reason = None, None
    if remaining == 0:
        reason = "out_of_credits"
    elif gemini != 0:
        backend = "gemini"
    elif has_hardware:
        backend = "hardware"
    else:
        reason = "gemini_cap_exceeded_no_hardware"
    start = boundary(ledger.anchor_at, ledger.number)
    end = boundary(ledger.anchor_at, ledger.number + 1)
    return Balance(start, end, used.total, remaining, gemini, backend, reason)
