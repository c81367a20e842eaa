"""The guard before the Dagster webserver: who may speak to it, and how.

Dagster's webserver has no login and executes GraphQL mutations over GET, from any page
a browser happens to show. This is plain ASGI: it knows requests and headers and
nothing of Dagster. Which process listens where is `ui.py`.
"""

import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
POLICY_VIOLATED = 1008
SECURITY_HEADERS: dict[bytes, bytes] = {
    b"x-frame-options": b"DENY",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
}
NO_FRAMES = (b"content-security-policy", b"frame-ancestors 'none'")


@dataclass(frozen=True)
class Refusal:
    """Why a request goes no further."""

    status: int
    reason: str


@dataclass(frozen=True)
class Guard:
    """Let through what comes from the page itself or from a client with the token."""

    app: App
    hosts: frozenset[str]
    token: str | None = field(default=None, repr=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await refuse(scope, receive, send, refusal)
        elif self._brings_token(scope):
            await self._keep_token(scope, send)
        elif not self._is_known(scope):
            asked = Refusal(401, "Open it with ?token=... that `ui` was given.")
            await refuse(scope, receive, send, asked)
        else:
            await self.app(scope, receive, hardened(send))

    def _refusal(self, scope: Scope) -> Refusal | None:
        """What is wrong with a request, whoever sends it."""
        host = the_only(scope, b"host").lower()
        if host not in self.hosts:
            # A foreign name that resolves to this address (DNS rebinding) would make
            # any page of the world the same origin as this one.
            return Refusal(421, "This name is not served; see COST_PIPELINE_UI_HOSTS.")
        acts = scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS
        if acts and not comes_from(scope, host):
            return Refusal(403, "Requests from other sites are refused.")
        if scope["type"] == "http" and scope["path"].rstrip("/") == "/graphql":
            return graphql_refusal(scope)
        return None

    def _brings_token(self, scope: Scope) -> bool:
        """Whether this is the one visit that carries the right token in its address."""
        if self.token is None or scope["type"] != "http" or scope["method"] != "GET":
            return False
        given = dict(query_of(scope)).get("token", "")
        return same(given, self.token)

    async def _keep_token(self, scope: Scope, send: Send) -> None:
        """Trade the token for a cookie, and take it out of the address bar."""
        rest = urlencode([pair for pair in query_of(scope) if pair[0] != "token"])
        # One leading slash: two would name another host.
        path = "/" + quote(scope["path"].lstrip("/\\"))
        flags = "; Path=/; HttpOnly; SameSite=Strict"
        flags += "; Secure" if scope.get("scheme") == "https" else ""
        cookie = f"{self._cookie_name(scope)}={self._cookie_value()}{flags}"
        headers = [
            (b"location", f"{path}?{rest}".rstrip("?").encode("latin-1")),
            (b"set-cookie", cookie.encode("latin-1")),
        ]
        await answer(send, 303, "", headers)

    def _is_known(self, scope: Scope) -> bool:
        if self.token is None:
            return True
        kind, _, given = the_only(scope, b"authorization").partition(" ")
        if kind.lower() == "bearer" and same(given.strip(), self.token):
            return True
        pairs = (p.strip().partition("=") for p in cookies_of(scope).split(";"))
        name, value = self._cookie_name(scope), self._cookie_value()
        return any(key == name and same(given, value) for key, _, given in pairs)

    def _cookie_name(self, scope: Scope) -> str:
        # Cookies know no port, and two of these may run on one machine.
        port = the_only(scope, b"host").rpartition(":")[2]
        return f"cost_pipeline_ui_{port if port.isdigit() else 'default'}"

    def _cookie_value(self) -> str:
        """Derived from the token, so that a leaked cookie does not tell it."""
        return hmac.new((self.token or "").encode(), b"ui", sha256).hexdigest()


def graphql_refusal(scope: Scope) -> Refusal | None:
    """GraphQL is spoken over POST and JSON only: a form or an image can do neither."""
    if scope["method"] != "POST":
        return Refusal(405, "GraphQL is answered over POST only.")
    media_type = the_only(scope, b"content-type").partition(";")[0].strip().lower()
    if media_type != "application/json":
        return Refusal(415, "GraphQL is answered as application/json only.")
    return None


def comes_from(scope: Scope, host: str) -> bool:
    """Whether a request that may change something comes from our own page.

    Browsers name the origin with every such request; clients that name none are not
    browsers, and no page can send for them.
    """
    if the_only(scope, b"sec-fetch-site") not in ("", "same-origin", "none"):
        return False
    origins = [value for name, value in scope["headers"] if name == b"origin"]
    own = {f"{scheme}://{host}".encode("latin-1") for scheme in ("http", "https")}
    return all(origin.lower() in own for origin in origins)


def the_only(scope: Scope, name: bytes) -> str:
    """A header's value; given twice it is as good as not given."""
    values = [value for key, value in scope["headers"] if key == name]
    return values[0].decode("latin-1") if len(values) == 1 else ""


def cookies_of(scope: Scope) -> str:
    """All cookies; HTTP/2 proxies may split them over several headers."""
    found = (value for key, value in scope["headers"] if key == b"cookie")
    return ";".join(value.decode("latin-1") for value in found)


def query_of(scope: Scope) -> list[tuple[str, str]]:
    query = scope.get("query_string", b"").decode("latin-1")
    return parse_qsl(query, keep_blank_values=True)


def same(given: str, wanted: str) -> bool:
    """Compare without telling by the time taken how much was right."""
    return hmac.compare_digest(given.encode(), wanted.encode())


def hardened(send: Send) -> Send:
    """Add the security headers to whatever the webserver answers."""

    async def send_hardened(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = with_security(message.get("headers", []))
        await send(message)

    return send_hardened


def with_security(headers: Headers) -> Headers:
    kept = [pair for pair in headers if pair[0].lower() not in SECURITY_HEADERS]
    return [*kept, *SECURITY_HEADERS.items(), NO_FRAMES]


async def refuse(scope: Scope, receive: Receive, send: Send, refusal: Refusal) -> None:
    """Answer a refused request; a websocket is closed before it was ever open."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": POLICY_VIOLATED})
        return
    headers = [(b"allow", b"POST")] if refusal.status == 405 else []
    await answer(send, refusal.status, f"{refusal.reason}\n", headers)


async def answer(send: Send, status: int, text: str, headers: Headers) -> None:
    body = text.encode()
    own = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    start = {"type": "http.response.start", "status": status}
    await send({**start, "headers": with_security([*headers, *own])})
    await send({"type": "http.response.body", "body": body})
