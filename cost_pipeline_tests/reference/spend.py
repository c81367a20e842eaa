"""Spend twice, without SQL: as the original worker counted it, and as we do.

The original counts whole hours of machines that are active when it looks. Ours counts
seconds of the intervals in which a machine cost money. Both are kept as small as they
can be; neither knows the other's code nor that of the models.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise

INHERITED_CENTS_AN_HOUR = {
    "shared-cpu-1x": 16,
    "shared-cpu-2x": 31,
    "shared-cpu-4x": 61,
    "shared-cpu-8x": 122,
    "performance-1x": 366,
    "performance-2x": 731,
    "performance-4x": 1462,
    "performance-8x": 2925,
}
PLAN_CENTS = {"free": None, "pro": 2900, "team": 9900}
ACCRUES = {"active", "deploying"}
ACCRUES_WITHOUT_HISTORY = {"active", "deploying", "deleting"}


@dataclass(frozen=True)
class Machine:
    """A hosted machine as the platform's tables know it."""

    instance_type: str
    status: str
    created_at: datetime
    deleted_at: datetime | None = None
    events: tuple[tuple[datetime, str], ...] = field(default=())

    def status_at(self, at: datetime) -> str:
        past = [status for when, status in sorted(self.events) if when <= at]
        return past[-1] if past else self.status


def month_of(at: datetime) -> datetime:
    return at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def original_rate_cents(instance_type: str) -> int:
    return INHERITED_CENTS_AN_HOUR.get(instance_type, 16)


def original_spend_cents(
    machines: list[Machine], period_start: datetime, now: datetime
) -> int:
    total = 0
    for machine in machines:
        is_gone = machine.deleted_at is not None
        if is_gone or machine.status_at(now) not in ACCRUES:
            continue
        start = max(machine.created_at, period_start)
        hours = (now - start) // timedelta(hours=1)
        total += max(hours, 0) * original_rate_cents(machine.instance_type)
    return total


def original_is_over(plan: str, spend_cents: int) -> bool:
    price = PLAN_CENTS[plan]
    return price is not None and spend_cents >= 2 * price


def running(machine: Machine, now: datetime) -> list[tuple[datetime, datetime]]:
    """The spans in which a machine cost money, by our rule."""
    gone = min(machine.deleted_at or now, now)
    events = sorted(event for event in machine.events if event[0] <= now)
    if not events:
        accrues = machine.status in ACCRUES_WITHOUT_HISTORY
        spans = [(machine.created_at, gone)] if accrues else []
    else:
        marks = [*events, (gone, "gone")]
        if events[0][0] > machine.created_at:
            marks.insert(0, (machine.created_at, "deploying"))
        spans = [
            (max(start, machine.created_at), min(end, gone))
            for (start, status), (end, _) in pairwise(marks)
            if status in ACCRUES
        ]
    return [(start, end) for start, end in spans if start < end]


def spend_cents(
    machines: list[Machine],
    rates: dict[str, Fraction],
    period_start: datetime,
    until: datetime,
    now: datetime,
) -> Fraction:
    """Exact cents of a month up to an instant; seconds are whole."""
    total = Fraction(0)
    for machine in machines:
        for start, end in running(machine, now):
            start, end = max(start, period_start), min(end, until)
            if start < end:
                start, end = start.replace(microsecond=0), end.replace(microsecond=0)
                seconds = (end - start) // timedelta(seconds=1)
                total += seconds * rates[machine.instance_type]
    return total


def crossed_at(
    machines: list[Machine],
    rates: dict[str, Fraction],
    period_start: datetime,
    period_end: datetime,
    now: datetime,
    threshold_cents: Fraction,
) -> datetime | None:
    """First whole second at which the spend is there, found by halving."""
    low, high = period_start, min(period_end, now).replace(microsecond=0)

    def at(when: datetime) -> Fraction:
        return spend_cents(machines, rates, period_start, when, now)

    if at(high) < threshold_cents:
        return None
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        low, high = (low, middle) if at(middle) >= threshold_cents else (middle, high)
    return high


def rounded(amount: Fraction) -> int:
    """Half away from zero."""
    sign = -1 if amount < 0 else 1
    return sign * (
        (2 * abs(amount.numerator) + amount.denominator) // (2 * amount.denominator)
    )
