"""One origin, asked with GET only: attempts, deadlines, bounded bodies, clear errors.

The only module that sends anything. What is asked and what an answer means is said by
the provider's own module; how fast requests leave is `pacing.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import quote, urlsplit

import httpx

from cost_pipeline.providers.base import (
    ForeignOrigin,
    ProviderAnswerInvalid,
    ProviderError,
    ProviderForbidden,
    ProviderNotFound,
    ProviderRateLimited,
    ProviderUnauthorized,
    ProviderUnavailable,
)
from cost_pipeline.providers.deadlines import Deadline, DeadlineTransport
from cost_pipeline.providers.pacing import (
    Limits,
    Pacer,
    Timing,
    asked_wait_s,
    reset_wait_s,
)
from cost_pipeline.providers.strict_json import error_body, one_line

Value = TypeVar("Value")
Params = Mapping[str, str | int]

JSON = "application/json"
CSV = "text/csv, */*"
ANY = "*/*"

REFUSALS: dict[int, type[ProviderError]] = {
    401: ProviderUnauthorized,
    403: ProviderForbidden,
    404: ProviderNotFound,
    408: ProviderUnavailable,
    425: ProviderUnavailable,
    429: ProviderRateLimited,
}


@dataclass(frozen=True)
class Answer:
    """The body of a 200 and what an error about it has to name."""

    label: str
    body: bytes
    request_id: str | None

    def invalid(self, what: str) -> ProviderAnswerInvalid:
        return ProviderAnswerInvalid(
            f"{self.label}: {what}", status=200, request_id=self.request_id
        )


@dataclass
class OneOrigin:
    """A client that can reach one origin and send nothing but GET."""

    base_url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    transport: httpx.BaseTransport | None = field(default=None, repr=False)
    limits: Limits = field(default_factory=Limits)
    timing: Timing = field(default_factory=Timing, repr=False)
    secret: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        self._origin = origin_of(self.base_url)
        self._pacer = Pacer(self.limits, self.timing)
        self._deadline = Deadline(self.timing.monotonic)
        self._client = httpx.Client(
            base_url=self._origin,
            headers=self.headers,
            transport=self.transport
            or DeadlineTransport(self._deadline, connections=self.limits.workers + 1),
            timeout=httpx.Timeout(self.limits.request_deadline_s, connect=10.0),
            follow_redirects=False,
            # A proxy or a .netrc of the environment is another place for the token.
            trust_env=False,
        )

    def get(
        self,
        path: str,
        read: Callable[[Answer], Value],
        *,
        params: Params | None = None,
        accept: str = JSON,
        most_bytes: int | None = None,
    ) -> Value:
        """Ask until there is a readable answer, a refusal, or no attempt left."""
        most = most_bytes or self.limits.body_bytes
        asked = params or {}
        page = f" page {asked['page']}" if "page" in asked else ""
        label = f"GET {path}{page}"
        attempt = 1
        while True:
            self._pacer.admit(label)
            try:
                return read(self._once(label, path, asked, accept, most))
            except ProviderError as error:
                if not error.is_transient or attempt >= self.limits.attempts:
                    raise
                own_s = self._pacer.backoff_s(attempt)
                asked_s = own_s if error.wait_s is None else error.wait_s
                self._pacer.pause(asked_s, str(error))
            attempt += 1

    def close(self) -> None:
        self._client.close()

    def _once(
        self, label: str, path: str, params: Params, accept: str, most_bytes: int
    ) -> Answer:
        request = self._client.build_request(
            "GET", path, params=dict(params), headers={"accept": accept}
        )
        if origin_of(str(request.url), bare=False) != self._origin:
            raise ForeignOrigin(f"{label}: leaves {self._origin}")
        self._deadline.start(self.limits.request_deadline_s)
        try:
            response = self._client.send(request, stream=True)
            try:
                body = self._bounded_body(label, response, most_bytes)
            finally:
                response.close()
        except httpx.DecodingError:
            raise ProviderAnswerInvalid(
                f"{label}: the compression is corrupt"
            ) from None
        except httpx.HTTPError as error:
            # Only the kind of fault is told: a library's text may quote a header.
            raise ProviderUnavailable(f"{label}: {type(error).__name__}") from None
        self._pacer.heed(response.headers)
        if response.status_code != 200:
            raise self._refusal(label, response, body)
        return Answer(label, body, response.headers.get("x-request-id"))

    def _bounded_body(
        self, label: str, response: httpx.Response, most_bytes: int
    ) -> bytes:
        request_id = response.headers.get("x-request-id")
        chunks: list[bytes] = []
        size = 0
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > most_bytes:
                raise ProviderError(
                    f"{label}: the answer is longer than {most_bytes} bytes",
                    request_id=request_id,
                )
            if self._deadline.is_over():
                raise ProviderUnavailable(
                    f"{label}: no whole answer in {self.limits.request_deadline_s:g} s",
                    request_id=request_id,
                )
            chunks.append(chunk)
        return b"".join(chunks)

    def _refusal(
        self, label: str, response: httpx.Response, body: bytes
    ) -> ProviderError:
        status = response.status_code
        if response.is_redirect:
            return self._redirected(label, response)
        said = error_body(body)
        request_id = said.get("request_id") or response.headers.get("x-request-id")
        kind = REFUSALS.get(status)
        if kind is None:
            kind = ProviderUnavailable if status >= 500 else ProviderError
        wait_s = asked_wait_s(response.headers)
        if wait_s is None and status == 429:
            wait_s = reset_wait_s(response.headers)
        message = self._redacted(
            ": ".join(filter(None, (said.get("id"), said.get("message"))))
        )
        return kind(
            f"{label}: {status}" + (f" {message}" if message else ""),
            status=status,
            request_id=request_id and self._redacted(request_id),
            wait_s=wait_s,
            is_plain=bool(said) or not body.strip(),
        )

    def _redirected(self, label: str, response: httpx.Response) -> ProviderError:
        try:
            target = response.url.join(response.headers.get("location", ""))
            place = f"{target.scheme}://{target.netloc.decode('ascii', 'replace')}"
            is_ours = origin_of(str(target), bare=False) == self._origin
        except (httpx.InvalidURL, ValueError):
            place, is_ours = "an address nobody can read", False
        kind = ProviderError if is_ours else ForeignOrigin
        where = self._redacted(one_line(place.rsplit("@", 1)[-1]))
        return kind(
            f"{label}: {response.status_code} redirects to {where}; not followed",
            status=response.status_code,
            request_id=response.headers.get("x-request-id"),
        )

    def _redacted(self, text: str) -> str:
        return text.replace(self.secret, "***") if self.secret else text


def segment(text: str) -> str:
    """One path segment: an id with a slash or dots must not become another path."""
    if not text.strip(".") or not text.isprintable():
        raise ProviderAnswerInvalid("an id that cannot be part of a path")
    return quote(text, safe="")


def origin_of(url: str, *, bare: bool = True) -> str:
    """Scheme, host and port; a configured address must hold nothing else."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("an origin is http(s)://host[:port]")
    if bare and (parts.path not in ("", "/") or parts.query or "@" in parts.netloc):
        raise ValueError("an origin has no path, query or user")
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{port}"
