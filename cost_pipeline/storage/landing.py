"""The landing: what the world told us, as immutable files addressed by content.

Bytes go to `objects/`, named by their SHA-256 and stored once. Each sync
leaves one line in `receipts/<kind>/<month>.jsonl`, also when nothing had changed:
strikes and completeness count receipts. Nothing here opens a database, so fetching
never waits for a writer.
"""

import gzip
import hashlib
import json
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cost_pipeline.domain.listing import Listing
from cost_pipeline.storage.files import (
    append_lines,
    hash_of,
    read_lines,
    seal_older,
    whole_file,
    write_whole,
)
from cost_pipeline.storage.receipts import Receipt, canonical, instant, receipts_in

LISTING_SUFFIX = ".jsonl.gz"
TYPED = ("_csv", "_zip", "_json")


class CorruptLanding(Exception):
    """A landed file is not what its name says."""


class LandedFileMissing(CorruptLanding):
    """A landed file that a receipt names is not there."""


@dataclass(frozen=True)
class Landing:
    """A folder of objects and receipts."""

    root: Path

    def keep_file(
        self, account: str, kind: str, subject: str, body: bytes, *, now: datetime
    ) -> Receipt:
        """Land bytes as they came, before anybody parses them."""
        suffix = f".{kind.rsplit('_', 1)[-1]}" if kind.endswith(TYPED) else ".bin"
        sha256 = self.put(body, suffix)
        receipt = Receipt(
            account, kind, subject, instant(now), sha256, suffix, 1, is_complete=True
        )
        return self.keep_receipt(receipt)

    def keep_listing(
        self,
        account: str,
        listing: Listing,
        *,
        now: datetime,
        subject: str = "",
        missing: tuple[tuple[str, str], ...] = (),
    ) -> Receipt:
        """Land a listing as canonical JSON, one line per resource, in order of id.

        An incomplete listing leaves its receipt and no object: what it says about
        existence is unknown, so nobody may read it as the truth by mistake.
        """
        sha256 = ""
        if listing.is_complete:
            sha256 = self.put(listing_bytes(listing), LISTING_SUFFIX)
        ids = listing.request_ids
        receipt = Receipt(
            account,
            listing.kind,
            subject,
            instant(now),
            sha256,
            LISTING_SUFFIX,
            len(listing.documents),
            listing.is_complete,
            listing.problem,
            # The first and the last id name a complete answer well enough; all ids
            # of every page would be most of what a year of receipts weighs.
            ids
            if not listing.is_complete
            else tuple(dict.fromkeys(ids[:1] + ids[-1:])),
            tuple(asdict(item) for item in listing.rejected),
            missing,
        )
        return self.keep_receipt(receipt)

    def put(self, body: bytes, suffix: str) -> str:
        """Store bytes under their own hash, whole or not at all, and once."""
        sha256 = hashlib.sha256(body).hexdigest()
        path = self.path(sha256, suffix)
        if not path.exists():
            stored = gzip.compress(body, 6, mtime=0) if suffix.endswith(".gz") else body
            write_whole(path, stored)
        return sha256

    def put_file(self, source: Path, suffix: str) -> str:
        """Store a file of any size under its hash without holding it in memory."""
        sha256 = hash_of(source)
        path = self.path(sha256, suffix)
        if path.exists():
            return sha256
        with whole_file(path) as partial:
            shutil.copyfile(source, partial)
            if hash_of(partial) != sha256:
                # Somebody wrote the file while we read it; the next run reads it whole.
                raise CorruptLanding(f"{source.name} changed while it was being copied")
        return sha256

    def read(self, sha256: str, suffix: str) -> bytes:
        """Return the bytes, or say which file was cut or changed and what to do."""
        path = self.path(sha256, suffix)
        try:
            stored = path.read_bytes()
            body = gzip.decompress(stored) if suffix.endswith(".gz") else stored
        except FileNotFoundError:
            raise LandedFileMissing(_missing(path)) from None
        except (OSError, EOFError) as error:
            raise CorruptLanding(_corrupt(path, str(error))) from None
        if hashlib.sha256(body).hexdigest() != sha256:
            raise CorruptLanding(_corrupt(path, "its content has another hash"))
        return body

    def verified(self, sha256: str, suffix: str) -> Path:
        """The path of an object whose content was just checked against its name."""
        path = self.path(sha256, suffix)
        if suffix.endswith(".gz"):
            self.read(sha256, suffix)
            return path
        if not path.exists():
            raise LandedFileMissing(_missing(path))
        if hash_of(path) != sha256:
            raise CorruptLanding(_corrupt(path, "its content has another hash"))
        return path

    def path(self, sha256: str, suffix: str) -> Path:
        return self.root / "objects" / sha256[:2] / f"{sha256}{suffix}"

    def keep_receipt(self, receipt: Receipt) -> Receipt:
        """Append one line."""
        self.keep_receipts([receipt])
        return receipt

    def keep_receipts(self, receipts: Iterable[Receipt]) -> None:
        """Append lines, one flush per file; a killed writer's torn line goes first."""
        lines: dict[Path, list[bytes]] = {}
        for receipt in receipts:
            path = self.receipt_file(receipt.kind, receipt.received_at[:7])
            lines.setdefault(path, []).append(receipt.line.encode() + b"\n")
        for path, given in lines.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            is_new = not path.exists()
            append_lines(path, b"".join(given))
            if is_new:
                seal_older(path)

    def receipt_file(self, kind: str, month: str) -> Path:
        return self.root / "receipts" / safe_name(kind) / f"{month}.jsonl"

    def receipt_files(self) -> list[Path]:
        return sorted((self.root / "receipts").glob("*/[0-9]*.jsonl*"))

    def receipts(self, kind: str) -> Iterator[Receipt]:
        """All whole receipts of a kind, oldest file first, in the order written."""
        folder = self.root / "receipts" / safe_name(kind)
        for path in sorted(folder.glob("[0-9]*.jsonl*")):
            yield from receipts_in(read_lines(path))

    def latest(
        self, kind: str, account: str, *, until: datetime, subject: str = ""
    ) -> Receipt | None:
        """The last complete receipt at or before an instant, or None."""
        found: Receipt | None = None
        limit = instant(until)
        folder = self.root / "receipts" / safe_name(kind)
        for path in sorted(folder.glob("[0-9]*.jsonl*"), reverse=True):
            if found is not None and found.received_at[:7] > path.name[:7]:
                break
            for receipt in receipts_in(read_lines(path)):
                is_ours = (receipt.account, receipt.subject) == (account, subject)
                if (
                    not is_ours
                    or not receipt.is_complete
                    or receipt.received_at > limit
                ):
                    continue
                if found is None or receipt.received_at >= found.received_at:
                    found = receipt
        return found


def listing_bytes(listing: Listing) -> bytes:
    """A listing in its one canonical form, whatever order the provider chose."""
    documents = sorted(listing.documents, key=lambda document: document.provider_id)
    lines = (
        canonical({"id": document.provider_id, "body": dict(document.body)})
        for document in documents
    )
    return "".join(f"{line}\n" for line in lines).encode()


def documents_in(body: bytes) -> dict[str, Any]:
    """The documents of a landed listing by their provider's id."""
    lines = (json.loads(line) for line in body.splitlines())
    return {line["id"]: line["body"] for line in lines}


def safe_name(name: str) -> str:
    """A name that is a folder and nothing else: no slash, no dot, no surprise."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)


def _corrupt(path: Path, what: str) -> str:
    return (
        f"{path}: {what}. Restore the file from a backup, or delete it and run "
        "`cost-pipeline run` while the provider still has it."
    )


def _missing(path: Path) -> str:
    return (
        f"{path}: the landed file is missing. Restore it from a backup, or run "
        "`cost-pipeline run` while the provider still has what it held."
    )
