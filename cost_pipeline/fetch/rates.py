"""Exchange rates of the central bank: landed as the file they are, not read yet."""

from collections.abc import Callable
from datetime import datetime

from cost_pipeline.domain.listing import Listing
from cost_pipeline.domain.rates_file import (
    ACCOUNT,
    KIND,
    RatesRefused,
    columns_of,
    text_of,
)
from cost_pipeline.providers.base import ProviderError
from cost_pipeline.storage.landing import Landing
from cost_pipeline.storage.receipts import Receipt, instant


def land_rates(fetch: Callable[[], bytes], landing: Landing, now: datetime) -> Receipt:
    """Land the history file; a fault is a receipt, and the last good file stays."""
    last = landing.latest(KIND, ACCOUNT, until=now)
    if last and last.received_at == instant(now) and _holds_rates(landing, last):
        return last
    try:
        body = fetch()
    except ProviderError as error:
        failed = Listing(KIND, (), is_complete=False, problem=str(error))
        return landing.keep_listing(ACCOUNT, failed, now=now)
    return landing.keep_file(ACCOUNT, KIND, "", body, now=now)


def _holds_rates(landing: Landing, receipt: Receipt) -> bool:
    """Whether what was landed need not be asked for again at the same instant."""
    try:
        columns_of(text_of(landing.read(receipt.sha256, receipt.suffix)))
    except RatesRefused:
        return False
    return True
