"""One list of an API, page by page, and whether all of it was seen.

The page counter is ours: `next` is only asked whether it is there, never followed.
What is done with an item is `items.py`; which lists there are is the provider's own.
"""

import gc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from cost_pipeline.domain.json_types import Json
from cost_pipeline.domain.listing import Document, Listing, RejectedItem
from cost_pipeline.providers.base import ProviderError
from cost_pipeline.providers.digitalocean_kinds import Source
from cost_pipeline.providers.items import Gathering
from cost_pipeline.providers.strict_json import UnreadableJson, parse
from cost_pipeline.providers.transport import Answer, OneOrigin, segment

PER_PAGE = 200


@dataclass(frozen=True)
class Page:
    """One answer of a list endpoint; `root` is what stands beside the list."""

    items: list[Json]
    total: int | None
    has_next: bool
    root: dict[str, Json]
    request_id: str | None


@dataclass
class Part:
    """What one endpoint gave: all of it, or what was had before something failed."""

    documents: dict[str, Document] = field(default_factory=dict)
    problem: str | None = None
    error: ProviderError | None = None
    request_ids: list[str] = field(default_factory=list)
    rejected: list[RejectedItem] = field(default_factory=list)
    root: dict[str, Json] = field(default_factory=dict)


@dataclass
class _Walk:
    gathering: Gathering
    part: Part = field(default_factory=Part)
    totals: set[int] = field(default_factory=set)
    pages: int = 0
    last: Page | None = None
    is_stuck: bool = False

    def take(self, page: Page) -> None:
        self.pages += 1
        self.part.root = self.part.root or page.root
        if page.request_id:
            self.part.request_ids.append(page.request_id)
        if page.total is not None:
            self.totals.add(page.total)
        is_same = self.last is not None and page.items == self.last.items
        news = [self.gathering.add(item) for item in page.items]
        self.is_stuck = is_same or not any(news)
        self.last = page

    def goes_on(self, most_pages: int) -> bool:
        """Whether another page may hold something that was not seen yet."""
        page = self.last
        if page is None or not page.has_next or self.is_stuck:
            return False
        is_all = (
            page.total is not None
            and self.pages * PER_PAGE >= page.total
            and self.gathering.count() >= page.total
        )
        return not is_all and self.pages < most_pages

    def pages_ahead(self, workers: int) -> int:
        """How many pages to ask for at once: never more than surely exist."""
        page = self.last
        if page is None or page.total is None or not page.items:
            return 1
        left = page.total - self.gathering.count()
        return max(1, min(workers, -(-left // len(page.items))))

    def doubt(self) -> str | None:
        """Why these pages cannot be the whole truth, if they cannot."""
        page = self.last
        if page is None:
            return None
        if page.has_next:
            return f"page {self.pages} still names a next page"
        if page.total is not None and page.total != self.gathering.count():
            return f"{self.gathering.count()} different items, meta.total {page.total}"
        return self.gathering.doubt(self.totals)


@dataclass(frozen=True)
class ListReader:
    """Reads lists of one origin, pages side by side where their number is known."""

    client: OneOrigin
    pool: ThreadPoolExecutor

    def read(
        self,
        source: Source,
        gathering: Callable[[], Gathering],
        *,
        within: str | None = None,
        workers: int | None = None,
    ) -> Part:
        """Read a list; read it once more if it contradicts itself, then say so.

        `within` is the id of what the list belongs to. A list that is one of many
        read side by side has one worker: the pool is busy with the others.
        """
        where = source.path
        for _ in range(2):
            walk = _Walk(gathering())
            try:
                if within is not None:
                    where = source.path.replace("{id}", segment(within))
                with _no_collections():
                    self._walk(
                        source, where, walk, workers or self.client.limits.workers
                    )
            except ProviderError as error:
                if error.status in source.absent_at and error.is_plain:
                    return self._absent(source, gathering)
                walk.part.error = error
                walk.part.problem = str(error)
                if error.request_id:
                    walk.part.request_ids.append(error.request_id)
            doubt = walk.doubt() if walk.part.error is None else None
            if doubt is None:
                break
            walk.part.problem = f"GET {where}: {doubt}"
        return _finished(walk, where)

    def _walk(self, source: Source, path: str, walk: _Walk, workers: int) -> None:
        walk.take(self._page(source, path, 1))
        while source.is_paged and walk.goes_on(self.client.limits.pages):
            first = walk.pages + 1
            wanted = range(first, first + walk.pages_ahead(workers))
            for page in self._side_by_side(source, path, wanted):
                walk.take(page)
                if not walk.goes_on(self.client.limits.pages):
                    break

    def _side_by_side(self, source: Source, path: str, wanted: range) -> Iterator[Page]:
        if len(wanted) == 1:
            return iter([self._page(source, path, wanted[0])])
        return self.pool.map(lambda number: self._page(source, path, number), wanted)

    def _page(self, source: Source, path: str, number: int) -> Page:
        params: dict[str, str | int] = dict(source.params)
        if source.is_paged:
            params |= {"page": number, "per_page": PER_PAGE}
        return self.client.get(path, lambda a: read_page(a, source), params=params)

    def _absent(self, source: Source, gathering: Callable[[], Gathering]) -> Part:
        return self.read(source.instead, gathering) if source.instead else Part()


@contextmanager
def _no_collections() -> Iterator[None]:
    """Look for no garbage while a list grows: it is all alive, and looking through ten
    thousand items again and again takes a third of the time that reading them does.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def read_page(answer: Answer, source: Source) -> Page:
    """The items of one answer and what it says about the pages around it."""
    root = read_object(answer)
    total = _total(answer, root)
    items = root.get(source.envelope)
    if items is None and total == 0:
        # An empty list is left out by some endpoints; the count says it is empty.
        items = []
    if source.is_keyed and isinstance(items, dict):
        items = list(items.values())
    if not isinstance(items, list):
        raise answer.invalid(f"no list named {source.envelope}")
    has_next = bool(
        _object(answer, _object(answer, root, "links"), "pages").get("next")
    )
    beside = {name: value for name, value in root.items() if name != source.envelope}
    return Page(items, total, has_next, beside, answer.request_id)


def read_object(answer: Answer) -> dict[str, Json]:
    """The one JSON object an answer has to be."""
    try:
        root = parse(answer.body)
    except UnreadableJson as error:
        raise answer.invalid(str(error)) from None
    if not isinstance(root, dict):
        raise answer.invalid("the top level is not an object")
    return root


def merged(kind: str, parts: list[Part]) -> Listing:
    """One listing of several endpoints; it is whole only if each of them is."""
    documents: dict[str, Document] = {}
    problems = list(dict.fromkeys(part.problem for part in parts if part.problem))
    for part in parts:
        for provider_id, document in part.documents.items():
            known = documents.setdefault(provider_id, document)
            if known.body != document.body:
                problems.append(f"{kind}: {provider_id} differs between two endpoints")
    return Listing(
        kind=kind,
        documents=tuple(documents[key] for key in sorted(documents)),
        is_complete=not problems,
        problem="; ".join(problems[:3]) or None,
        request_ids=tuple(dict.fromkeys(i for part in parts for i in part.request_ids)),
        rejected=tuple(item for part in parts for item in part.rejected),
    )


def _finished(walk: _Walk, path: str) -> Part:
    part = walk.part
    part.documents = walk.gathering.documents()
    part.rejected = walk.gathering.rejected
    if part.rejected and part.problem is None:
        # One of the known resources may stand behind an item that names none.
        first = part.rejected[0]
        part.problem = (
            f"GET {path}: {len(part.rejected)} items set aside, "
            f"the first at {first.position}: {first.reason}"
        )
    return part


def _object(answer: Answer, root: dict[str, Json], name: str) -> dict[str, Json]:
    value = root.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise answer.invalid(f"{name} is not an object")
    return value


def _total(answer: Answer, root: dict[str, Json]) -> int | None:
    value = _object(answer, root, "meta").get("total")
    if (
        isinstance(value, str)
        and value.isascii()
        and value.isdigit()
        and len(value) < 12
    ):
        return int(value)
    if isinstance(value, bool) or not (value is None or isinstance(value, int)):
        raise answer.invalid("meta.total is not a count")
    if value is not None and value < 0:
        raise answer.invalid("meta.total is negative")
    return value
