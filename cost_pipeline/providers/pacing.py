"""When the next request may leave: the rate limit, the waits, the run's deadline.

Put a rule about time between requests here. What is asked is `transport.py`.
Only elapsed time is read. Where a provider names an hour, its own `Date` header is
the clock, so that a wrong clock on our side cannot stretch a wait.
"""

import random
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

from cost_pipeline.providers.base import ProviderRateLimited, ProviderUnavailable

WINDOW_S = 60.0


@dataclass(frozen=True)
class Limits:
    """How much a run asks, reads and waits before it gives up with a clear error."""

    attempts: int = 5
    first_backoff_s: float = 1.0
    longest_backoff_s: float = 30.0
    longest_wait_s: float = 60.0
    request_deadline_s: float = 60.0
    run_deadline_s: float = 3600.0
    # The provider allows 250; the rest is room for requests that bunch up on the way.
    requests_per_minute: int = 240
    body_bytes: int = 64 * 1024 * 1024
    file_bytes: int = 512 * 1024 * 1024
    pages: int = 2000
    workers: int = 4


@dataclass(frozen=True)
class Timing:
    """Elapsed time, sleep and chance; tests hand in their own and wait for nothing."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random


class Pacer:
    """Lets requests through, at most so many in any minute, until the run's end."""

    def __init__(self, limits: Limits, timing: Timing) -> None:
        self._limits = limits
        self._timing = timing
        self._lock = threading.Lock()
        self._sent: deque[float] = deque(maxlen=limits.requests_per_minute)
        self._held_until = 0.0
        self._run_ends_at: float | None = None

    def admit(self, label: str) -> None:
        """Wait for a free place in the minute; name the wait that is too long."""
        while True:
            with self._lock:
                now = self._timing.monotonic()
                free_at = max(self._held_until, self._window_opens_at())
                if free_at <= now:
                    self._sent.append(now)
                    self._remaining_s(label, 0.0)
                    return
            self.pause(free_at - now, label)

    def pause(self, seconds: float, label: str) -> None:
        """Sleep, unless that is longer than one wait or the run may take."""
        if seconds > self._limits.longest_wait_s:
            raise ProviderRateLimited(
                f"{label}: the provider asks to wait {seconds:.0f} s, "
                f"more than the {self._limits.longest_wait_s:.0f} s a run waits"
            )
        self._remaining_s(label, seconds)
        self._timing.sleep(seconds)

    def backoff_s(self, attempt: int) -> float:
        """Doubling waits with jitter, so that many clients do not return together."""
        full: float = self._limits.first_backoff_s * 2.0 ** (attempt - 1)
        capped = min(full, self._limits.longest_backoff_s)
        return capped * (0.5 + self._timing.random() / 2)

    def heed(self, headers: Mapping[str, str]) -> None:
        """Hold everybody back once the provider says that the hour is used up."""
        if headers.get("ratelimit-remaining", "").strip() != "0":
            return
        wait_s = reset_wait_s(headers)
        if wait_s:
            with self._lock:
                until = self._timing.monotonic() + wait_s
                self._held_until = max(self._held_until, until)

    def _window_opens_at(self) -> float:
        is_full = len(self._sent) == self._sent.maxlen
        return self._sent[0] + WINDOW_S if is_full else 0.0

    def _remaining_s(self, label: str, needed_s: float) -> None:
        now = self._timing.monotonic()
        if self._run_ends_at is None:
            self._run_ends_at = now + self._limits.run_deadline_s
        if now + needed_s > self._run_ends_at:
            raise ProviderUnavailable(
                f"{label}: the run's {self._limits.run_deadline_s:.0f} s for "
                "asking the provider are used up"
            )


def asked_wait_s(headers: Mapping[str, str]) -> float | None:
    """The wait a `Retry-After` asks for in any of its forms; None if it says nothing.

    A negative wait means now. Text that is neither a number nor a date is ignored:
    our own backoff is the better guess.
    """
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[+-]?\d{1,18}(\.\d{1,9})?", text):
        return max(0.0, float(text))
    moment = _epoch_s(text)
    here = _epoch_s(headers.get("date", ""))
    if moment is None or here is None:
        return None
    return max(0.0, moment - here)


def reset_wait_s(headers: Mapping[str, str]) -> float | None:
    """Seconds until `ratelimit-reset`, by the provider's clock; None if unknown."""
    text = headers.get("ratelimit-reset", "").strip()
    here = _epoch_s(headers.get("date", ""))
    if here is None or not re.fullmatch(r"\d{1,11}", text):
        return None
    return max(0.0, int(text) - here)


def _epoch_s(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
        # An HTTP date is GMT by definition, also where a server forgot to say so.
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
