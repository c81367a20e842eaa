"""One sync of one listing: ask, doubt what is missing, land what came back."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from cost_pipeline.domain.missing import ids_worth_asking
from cost_pipeline.providers.base import Provider
from cost_pipeline.storage.landing import LandedFileMissing, Landing, documents_in
from cost_pipeline.storage.receipts import Receipt, instant


def account_of(provider: Provider) -> str:
    """The account as it stands in resource ids, `do:main`."""
    return f"{provider.name}:{provider.account}"


def documents_before(landing: Landing, last: Receipt) -> dict[str, Any]:
    """What stood in the last whole listing, to see what is missing from the next.

    A landed file that somebody deleted must not keep the provider from being asked:
    the same answer would bring it back.
    """
    try:
        return documents_in(landing.read(last.sha256, last.suffix))
    except LandedFileMissing:
        return {}


def land_listing(
    provider: Provider, landing: Landing, listing: str, now: datetime
) -> Receipt:
    """Land one listing; a run that was killed and repeated asks only once.

    Few missing resources are asked for one by one: a resource that still answers
    proves that the listing was not whole, whatever its page count said.
    """
    account = account_of(provider)
    last = landing.latest(listing, account, until=now)
    if last is not None and last.received_at == instant(now):
        return last
    answer = provider.list_all(listing)
    missing: tuple[tuple[str, str], ...] = ()
    if answer.is_complete and last is not None:
        before = documents_before(landing, last)
        here = {document.provider_id for document in answer.documents}
        doubted = ids_worth_asking(set(before), here)
        found = provider.confirm_missing(listing, doubted) if doubted else {}
        missing = tuple(
            (provider_id, {True: "gone", False: "present", None: "unknown"}[gone])
            for provider_id, gone in sorted(found.items())
        )
    present = [provider_id for provider_id, state in missing if state == "present"]
    if present:
        problem = f"{listing}: left out {', '.join(present[:5])}, which still answer"
        answer = replace(answer, is_complete=False, problem=problem)
    return landing.keep_listing(account, answer, now=now, missing=missing)
