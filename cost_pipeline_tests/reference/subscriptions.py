"""Subscription billing in plain loops, to be held against the SQL.

Written from the rules and not from the models: one tenant, one activity, one boundary
and one tick at a time.
"""

import calendar
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

TICK = timedelta(hours=1)
PriceOf = Callable[[str | None, datetime], int | None]


@dataclass(frozen=True, order=True)
class Activity:
    created_at: datetime
    sequence: int
    activity_id: str
    tenant_id: str
    resource_id: str
    activity_type: str
    plan_code: str | None


@dataclass(frozen=True, order=True)
class Charge:
    created_at: datetime
    charge_id: str
    amount_cents: int


@dataclass
class Relay:
    is_active: bool = False
    plan: str | None = None
    changed_at: datetime | None = None


def boundary(anchor: datetime, number: int) -> datetime:
    """The anchor plus so many months, clamped to the month's last day."""
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + number, 12)
    last_day = calendar.monthrange(year, month + 1)[1]
    return anchor.replace(year=year, month=month + 1, day=min(anchor.day, last_day))


def period_of(anchor: datetime, at: datetime) -> tuple[datetime, datetime]:
    number = 0
    while boundary(anchor, number + 1) <= at:
        number += 1
    return boundary(anchor, number), boundary(anchor, number + 1)


def prorate(price: int, period: tuple[datetime, datetime], at: datetime) -> int:
    """The part of a price that is left, half away from zero, in whole numbers."""
    part = (period[1] - at) // timedelta(microseconds=1)
    whole = (period[1] - period[0]) // timedelta(microseconds=1)
    return (2 * price * part + whole) // (2 * whole)


def charges_of(
    log: Iterable[Activity], price_of: PriceOf, now: datetime
) -> list[Charge]:
    """What one tenant's log is worth; zero charges are none."""
    seen = sorted(activity for activity in log if activity.created_at <= now)
    if not seen:
        return []
    anchor = seen[0].created_at
    relays: dict[str, Relay] = {}
    found: list[Charge] = []
    number = 1
    for activity in [*seen, None]:
        until = now if activity is None else activity.created_at
        while (at := boundary(anchor, number)) <= until:
            found += renewals(relays, price_of, at, seen[0].tenant_id)
            number += 1
        if activity is not None:
            period = period_of(anchor, activity.created_at)
            relay = relays.setdefault(activity.resource_id, Relay())
            amount = apply(activity, relay, price_of, period)
            charge_id = (
                f"{activity.tenant_id}/{activity.resource_id}"
                f"/activity:{activity.activity_id}/USD"
            )
            found.append(Charge(activity.created_at, charge_id, amount))
    return sorted(charge for charge in found if charge.amount_cents)


def renewals(
    relays: dict[str, Relay], price_of: PriceOf, at: datetime, tenant_id: str
) -> list[Charge]:
    return [
        Charge(at, f"{tenant_id}/{name}/renewal:{at:%Y-%m-%dT%H:%M:%S}/USD", price or 0)
        for name, relay in relays.items()
        if relay.is_active and (price := price_of(relay.plan, at)) is not None
    ]


def apply(
    activity: Activity,
    relay: Relay,
    price_of: PriceOf,
    period: tuple[datetime, datetime],
) -> int:
    """Change the relay and return what that costs."""
    at, kind = activity.created_at, activity.activity_type
    was_active, old_plan = relay.is_active, relay.plan
    charged_at = max(period[0], relay.changed_at or period[0])
    if kind == "create_relay":
        relay.is_active, relay.plan = True, activity.plan_code
    elif kind == "update_relay":
        relay.plan = activity.plan_code or relay.plan
    else:
        relay.is_active = kind == "activate_relay"
    starts = relay.is_active and not was_active
    if kind == "create_relay" and old_plan is None:
        starts = True
    stops = was_active and not relay.is_active
    changes = not starts and was_active and relay.is_active and relay.plan != old_plan
    if starts or stops or changes:
        relay.changed_at = at
    new_price, old_price = price_of(relay.plan, at), price_of(old_plan, charged_at)
    if starts:
        return prorate(new_price or 0, period, at)
    if stops:
        return -prorate(old_price or 0, period, at)
    if changes and new_price is not None and old_price is not None:
        return prorate(new_price, period, at) - prorate(old_price, period, at)
    return 0


@dataclass
class Tenant:
    """What was claimed from one tenant, run after run."""

    claimed: dict[str, list[int]] = field(default_factory=dict)
    last_tick: datetime | None = None
    invoices: dict[datetime, int] = field(default_factory=dict)
    waiting_cents: int = 0

    def run(self, charges: list[Charge], now: datetime) -> None:
        """Claim what is due at every whole hour up to now."""
        ticks: dict[datetime, list[tuple[str, int]]] = {}
        self.waiting_cents = 0
        for charge_id, at, amount in self.open_items(charges):
            tick = ceil_hour(at)
            if self.last_tick is not None and tick <= self.last_tick:
                tick = self.last_tick + TICK
            if tick <= now:
                ticks.setdefault(tick, []).append((charge_id, amount))
            else:
                self.waiting_cents += amount
        waiting: list[tuple[str, int]] = []
        for tick, items in sorted(ticks.items()):
            waiting += items
            net = sum(amount for _, amount in waiting)
            if net < 0:
                continue
            for charge_id, amount in waiting:
                self.claimed.setdefault(charge_id, []).append(amount)
            if net > 0:
                self.invoices[tick] = net
            self.last_tick, waiting = tick, []
        self.waiting_cents += sum(amount for _, amount in waiting)

    def open_items(self, charges: list[Charge]) -> list[tuple[str, datetime, int]]:
        fresh = {charge.charge_id: charge for charge in charges}
        # A charge that is gone is due at once; its own time is before the last claim.
        epoch = datetime(1970, 1, 1)
        items = [
            (
                name,
                fresh[name].created_at if name in fresh else epoch,
                (fresh[name].amount_cents if name in fresh else 0)
                - sum(self.claimed.get(name, [])),
            )
            for name in {*fresh, *self.claimed}
        ]
        return [item for item in items if item[2]]


def ceil_hour(at: datetime) -> datetime:
    floor = at.replace(minute=0, second=0, microsecond=0)
    return floor if floor == at else floor + TICK
