"""What a provider can be asked, and the ways it can fail.

Put here what every provider shares: the protocol and the exception tree. How one
provider is spoken to stands in its own module; what its answers mean is SQL.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from cost_pipeline.domain.json_types import Json
from cost_pipeline.domain.listing import Document, Listing, RejectedItem

__all__ = [
    "Document",
    "ForeignOrigin",
    "Json",
    "Listing",
    "Provider",
    "ProviderAnswerInvalid",
    "ProviderError",
    "ProviderForbidden",
    "ProviderNotFound",
    "ProviderRateLimited",
    "ProviderUnauthorized",
    "ProviderUnavailable",
    "RejectedItem",
]


class ProviderError(Exception):
    """A request that got no usable answer; names method, path, status and request.

    Never holds the token nor a query string. `is_transient` says whether asking the
    same again may help, `wait_s` how long the provider asked us to stay away.
    """

    is_transient = False

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        request_id: str | None = None,
        wait_s: float | None = None,
        is_plain: bool = True,
    ) -> None:
        suffix = f" (request {request_id})" if request_id else ""
        super().__init__(f"{message}{suffix}")
        self.status = status
        self.request_id = request_id
        self.wait_s = wait_s
        # A page that some proxy made is no statement of the provider's.
        self.is_plain = is_plain


class ProviderUnauthorized(ProviderError):
    """401: the token is wrong, expired or revoked."""


class ProviderForbidden(ProviderError):
    """403: the token lacks the scope of this endpoint; others may still answer."""


class ProviderNotFound(ProviderError):
    """404: no such endpoint, or the resource is gone."""


class ProviderRateLimited(ProviderError):
    """429, or a wait that is longer than this run may wait."""

    is_transient = True


class ProviderUnavailable(ProviderError):
    """5xx, a broken connection, or a deadline that passed."""

    is_transient = True


class ProviderAnswerInvalid(ProviderError):
    """An answer that arrived and cannot be read: HTML, cut off, ambiguous, too long."""

    is_transient = True


class ForeignOrigin(ProviderError):
    """Somebody wants the request, and with it the token, on another host."""


class Provider(Protocol):
    """One account at one cloud. Everything is read, nothing is ever changed."""

    name: str
    account: str

    def listings(self) -> tuple[str, ...]:
        """The names `list_all` knows."""

    def list_all(self, listing: str) -> Listing:
        """Everything of one kind; a fault makes it incomplete and is named in it."""

    def confirm_missing(
        self, listing: str, ids: Sequence[str]
    ) -> Mapping[str, bool | None]:
        """Ask one by one: True is gone, False still there, None nobody can say."""

    def balance(self) -> Json:
        """Month to date and account balance."""

    def billing_history(self) -> Listing:
        """Every entry of the account's history, equal entries told apart."""

    def invoices(self) -> Listing:
        """Invoice headers by uuid; the running month's has `is_preview` true."""

    def invoice_csv(self, uuid: str) -> bytes:
        """The invoice's lines as the file the provider makes, unparsed."""

    def invoice_items(self, uuid: str) -> Listing:
        """The invoice's lines as documents; only these carry resource ids."""

    def invoice_summary(self, uuid: str) -> Json:
        """The invoice's totals, without the customer's name and address."""

    def close(self) -> None:
        """Let go of connections and threads."""
