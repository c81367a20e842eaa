"""How large a benchmark's world is; what is in it is `world.py`."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

END = datetime(2026, 6, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Size:
    """So many of each, over so many days that end with May 2026."""

    name: str
    resources: int
    tenants: int
    cost_lines: int
    activities: int
    credit_events: int
    days: int = 31

    @property
    def first(self) -> datetime:
        return END - timedelta(days=self.days)

    @property
    def now(self) -> datetime:
        """Two hours after the last day is over, when all of it can be metered."""
        return END + timedelta(hours=2)

    @property
    def per_install(self) -> int:
        return 100

    @property
    def hosted_tenants(self) -> int:
        """Tenants of the scan for spend, which is measured apart."""
        return 10 * self.tenants

    @property
    def machines(self) -> int:
        return 10 * self.hosted_tenants

    def over(self, days: int) -> "Size":
        return replace(self, days=days)


def _part(name: str, divisor: int) -> Size:
    return Size(
        name,
        resources=100_000 // divisor,
        tenants=10_000 // divisor,
        cost_lines=1_000_000 // divisor,
        activities=1_000_000 // divisor,
        credit_events=10_000_000 // divisor,
    )


# `tiny` is for the smoke test and for what every asset costs whatever its size.
SIZES = {
    "tiny": _part("tiny", 1000),
    "S": _part("S", 100),
    "M": _part("M", 10),
    "L": _part("L", 1),
}
SMALLER = {"S": "tiny", "M": "S", "L": "M", "tiny": "tiny"}
