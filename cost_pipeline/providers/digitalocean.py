"""DigitalOcean: what exists and what it costs, read with GET and nothing else.

Put here how a question of the `Provider` protocol becomes requests. Endpoints and
fields are data in `digitalocean_kinds.py`; lists inside lists (resources of projects,
backups of droplets) are `digitalocean_nested.py`; the wire is `transport.py`.
"""

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import httpx

from cost_pipeline.domain.json_types import Json
from cost_pipeline.domain.listing import Document, Listing, RejectedItem
from cost_pipeline.providers.base import (
    ProviderAnswerInvalid,
    ProviderError,
    ProviderNotFound,
)
from cost_pipeline.providers.digitalocean_kinds import (
    BALANCE_FIELDS,
    HISTORY,
    HISTORY_FIELDS,
    INVOICE_FIELDS,
    INVOICE_ITEM_FIELDS,
    INVOICE_ITEMS,
    INVOICES,
    KINDS,
    SUMMARY_FIELDS,
    Single,
    tree,
)
from cost_pipeline.providers.digitalocean_nested import backups, project_resources
from cost_pipeline.providers.items import ByContent, ById, id_text, pruned, raw_text
from cost_pipeline.providers.pacing import Limits, Timing
from cost_pipeline.providers.pages import ListReader, Part, merged, read_object
from cost_pipeline.providers.transport import CSV, Answer, OneOrigin, segment

OFFICIAL_ORIGIN = "https://api.digitalocean.com"
PREVIEW = "preview"


class DigitalOcean:
    """One account, reached through one token and one origin."""

    name = "do"

    def __init__(
        self,
        token: str,
        base_url: str = OFFICIAL_ORIGIN,
        transport: httpx.BaseTransport | None = None,
        *,
        account: str = "main",
        limits: Limits | None = None,
        timing: Timing | None = None,
    ) -> None:
        if not re.fullmatch(r"[!-~]+", token):
            # Said here, because the HTTP library would quote the token.
            raise ValueError("the token is empty or holds a space or a line break")
        self.account = account
        self._limits = limits or Limits()
        self._client = OneOrigin(
            base_url,
            headers={"authorization": f"Bearer {token}", "user-agent": "cost-pipeline"},
            transport=transport,
            limits=self._limits,
            timing=timing or Timing(),
            secret=token,
        )
        self._pool = ThreadPoolExecutor(self._limits.workers)
        self._reader = ListReader(self._client, self._pool)

    def listings(self) -> tuple[str, ...]:
        return tuple(KINDS)

    def list_all(self, listing: str) -> Listing:
        """Everything of one kind; a fault makes it incomplete and is named in it."""
        if listing == "project_resources":
            return merged(listing, project_resources(self._reader))
        if listing == "backups":
            return merged(listing, backups(self._reader))
        kind = KINDS[listing]
        parts = [
            self._reader.read(
                source,
                partial(
                    ById,
                    source.id_field,
                    kind.fields_tree,
                    has_secrets=kind.has_secrets,
                ),
            )
            for source in kind.sources
        ]
        return merged(listing, parts)

    def confirm_missing(
        self, listing: str, ids: Sequence[str]
    ) -> Mapping[str, bool | None]:
        """Ask for each id by itself: only a 404 of the provider means gone."""
        singles = KINDS[listing].singles
        answers = self._pool.map(lambda i: self._is_gone(singles, i), ids)
        return dict(zip(ids, answers, strict=True))

    def balance(self) -> Json:
        """Month to date and account balance, as text the provider wrote."""
        return self._client.get(
            "/v2/customers/my/balance",
            lambda a: _whole(a, BALANCE_FIELDS, BALANCE_FIELDS),
        )

    def billing_history(self) -> Listing:
        """Every entry; its id is the hash of its natural key and an occurrence."""
        key = ("date", "type", "amount", "description")
        fields = tree(HISTORY_FIELDS)
        part = self._reader.read(HISTORY, lambda: ByContent(fields, key))
        return merged("billing_history", [part])

    def invoices(self) -> Listing:
        """Final headers by uuid, and the running month's marked as preview."""
        fields = tree(INVOICE_FIELDS)
        part = self._reader.read(INVOICES, lambda: ById("invoice_uuid", fields))
        return merged("invoices", [_with_preview(_usable_uuids(part))])

    def invoice_csv(self, uuid: str) -> bytes:
        """The file as it is; a page that is plainly no CSV is a fault, not a file."""
        return self._client.get(
            f"/v2/customers/my/invoices/{segment(uuid)}/csv",
            _csv_body,
            accept=CSV,
            most_bytes=self._limits.file_bytes,
        )

    def invoice_items(self, uuid: str) -> Listing:
        """The lines with their resource ids; equal lines stay apart."""
        fields = tree(INVOICE_ITEM_FIELDS)
        part = self._reader.read(INVOICE_ITEMS, lambda: ByContent(fields), within=uuid)
        return merged("invoice_items", [part])

    def invoice_summary(self, uuid: str) -> Json:
        """Totals by charge group; who is billed where is left out."""
        summary = self._client.get(
            f"/v2/customers/my/invoices/{segment(uuid)}/summary",
            lambda a: _whole(a, SUMMARY_FIELDS, ("invoice_uuid", "amount")),
        )
        if uuid != PREVIEW and summary.get("invoice_uuid") != uuid:
            raise ProviderAnswerInvalid(f"the summary of {uuid} is of another invoice")
        return summary

    def close(self) -> None:
        """Let go of connections and threads."""
        self._pool.shutdown(cancel_futures=True)
        self._client.close()

    def _is_gone(self, singles: Sequence[Single], provider_id: str) -> bool | None:
        fitting = [single for single in singles if single.fits(provider_id)]
        verdicts = [self._is_gone_at(single, provider_id) for single in fitting]
        if False in verdicts:
            return False
        return True if verdicts and all(verdicts) else None

    def _is_gone_at(self, single: Single, provider_id: str) -> bool | None:
        try:
            path = single.path.replace("{id}", segment(provider_id))
            item = self._client.get(path, read_object).get(single.envelope)
        except ProviderNotFound as error:
            return True if error.is_plain else None
        except ProviderError:
            return None
        is_it = (
            isinstance(item, dict) and id_text(item.get(single.id_field)) == provider_id
        )
        return False if is_it else None


def _whole(
    answer: Answer, fields: tuple[str, ...], required: tuple[str, ...]
) -> dict[str, Json]:
    body = pruned(read_object(answer), tree(fields))
    assert isinstance(body, dict)
    missing = [name for name in required if body.get(name) is None]
    if missing:
        raise answer.invalid(f"lacks {', '.join(missing)}")
    return body


def _csv_body(answer: Answer) -> bytes:
    start = answer.body[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start in (b"", b"<", b"{", b"["):
        raise answer.invalid("not a CSV file")
    return answer.body


def _usable_uuids(part: Part) -> Part:
    """Set aside an invoice whose uuid could not be asked for."""
    odd = [i for i in part.documents if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", i)]
    if not odd:
        return part
    rejected = [
        RejectedItem(
            0, "invoice_uuid is no plain word", raw_text(dict(part.documents[i].body))
        )
        for i in odd
    ]
    return replace(
        part,
        documents={i: found for i, found in part.documents.items() if i not in odd},
        rejected=part.rejected + rejected,
        problem=part.problem or f"GET {INVOICES.path}: {len(odd)} unusable uuids",
    )


def _with_preview(part: Part) -> Part:
    """Mark finals as final and add the running month, which is never one.

    A preview that is listed among the finals as well stays a preview: taking it for a
    final invoice would close a month that still runs.
    """
    documents = {
        uuid: Document(uuid, {**found.body, "is_preview": False})
        for uuid, found in part.documents.items()
    }
    preview = pruned(part.root.get("invoice_preview"), tree(INVOICE_FIELDS))
    uuid = id_text(preview.get("invoice_uuid")) if isinstance(preview, dict) else None
    if isinstance(preview, dict) and uuid is not None:
        documents[uuid] = Document(uuid, {**preview, "is_preview": True})
    return replace(part, documents=documents)
