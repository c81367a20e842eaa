"""The demo account behind the wire: paths, pages, headers and errors.

An account is what it was at one instant; it keeps no state and only reads. What is in
an answer is `bodies.py` and `billing.py`; here is how the API hands it over.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache, cached_property
from types import MappingProxyType

import httpx

from cost_pipeline.domain.json_types import Json
from cost_pipeline.providers.demo import billing, bodies, machines, rates
from cost_pipeline.providers.demo.timeline import candidate_instants, state_at

DEMO_NOW = datetime(2026, 5, 20, tzinfo=UTC)
ORIGIN = "https://api.digitalocean.com"
DEFAULT_PAGE = 20
LARGEST_PAGE = 200

# Listing -> path, envelope. Kinds this account never had answer with an empty list.
PATHS = {
    "projects": ("projects", "projects"),
    "droplets": ("droplets", "droplets"),
    "domains": ("domains", "domains"),
    "volumes": ("volumes", "volumes"),
    "snapshots": ("snapshots", "snapshots"),
    "reserved_ips": ("reserved_ips", "reserved_ips"),
    "reserved_ipv6": ("reserved_ipv6", "reserved_ipv6s"),
    "firewalls": ("firewalls", "firewalls"),
    "load_balancers": ("load_balancers", "load_balancers"),
    "databases": ("databases", "databases"),
    "kubernetes_clusters": ("kubernetes/clusters", "kubernetes_clusters"),
    "apps": ("apps", "apps"),
    "sizes": ("sizes", "sizes"),
}
LISTINGS = (
    *("projects", "project_resources", "droplets", "domains", "volumes", "snapshots"),
    *("reserved_ips", "firewalls", "load_balancers", "backups", "databases"),
    *("kubernetes_clusters", "apps", "sizes"),
)
ID_FIELDS = {"domains": "name", "reserved_ips": "ip", "sizes": "slug"}


class NotFound(Exception):
    """Nothing of that name; answered as 404."""


class DemoAccount:
    """The account at one instant, as a handler of requests."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self._state = state_at(at)

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer one request the way the API would."""
        if request.url.path == rates.PATH:
            return httpx.Response(200, content=rates.zip_file(self.at))
        if request.method != "GET":
            return self._error(405, "method_not_allowed", "Only GET is answered.")
        if not re.fullmatch(r"Bearer \S+", request.headers.get("authorization", "")):
            return self._error(401, "unauthorized", "Unable to authenticate you")
        try:
            for pattern, answer in self._routes.items():
                found = re.fullmatch(pattern, request.url.path)
                if found:
                    return answer(request, *found.groups())
        except (NotFound, KeyError):
            pass
        return self._error(
            404, "not_found", "The resource you requested could not be found."
        )

    @cached_property
    def _routes(self) -> dict[str, Callable[..., httpx.Response]]:
        my = "/v2/customers/my"
        routes: dict[str, Callable[..., httpx.Response]] = {
            "/v2/account": lambda r: self._json(r, {"account": bodies.account()}),
            "/v2/projects/([^/]+)/resources": self._project_resources,
            "/v2/droplets/backups/policies": self._policies,
            r"/v2/droplets/(\d+)/backups": self._droplet_backups,
            "/v2/images": self._images,
            r"/v2/images/(\d+)": self._image,
            f"{my}/balance": lambda r: self._json(r, billing.balance(self.at)),
            f"{my}/billing_history": self._billing_history,
            f"{my}/invoices": self._invoices,
            f"{my}/invoices/([^/]+)": self._invoice_items,
            f"{my}/invoices/([^/]+)/summary": self._invoice_summary,
            f"{my}/invoices/([^/]+)/csv": self._invoice_csv,
        }
        for listing, (path, envelope) in PATHS.items():
            routes[f"/v2/{path}"] = self._list_of(listing, envelope)
            routes[f"/v2/{path}/([^/]+)"] = self._one_of(listing, envelope)
        return routes

    def _list_of(self, listing: str, envelope: str) -> Callable[..., httpx.Response]:
        def answer(request: httpx.Request) -> httpx.Response:
            is_gpu = request.url.params.get("type") == "gpus"
            found = [] if is_gpu else bodies.documents(listing, self._state)
            if listing == "databases":
                # This endpoint knows no pages.
                return self._json(request, {envelope: [*found]})
            return self._page(request, envelope, found)

        return answer

    def _one_of(self, listing: str, envelope: str) -> Callable[..., httpx.Response]:
        def answer(request: httpx.Request, wanted: str) -> httpx.Response:
            id_field = ID_FIELDS.get(listing, "id")
            for found in bodies.documents(listing, self._state):
                if str(found[id_field]) == wanted:
                    return self._json(request, {envelope.removesuffix("s"): found})
            raise NotFound

        return answer

    def _project_resources(self, request: httpx.Request, wanted: str) -> httpx.Response:
        if wanted == "default":
            projects = self._state.of("projects")
            wanted = next(p.provider_id for p in projects if p.fields["is_default"])
        members = bodies.project_members(wanted, self._state)
        return self._page(request, "resources", members)

    def _policies(self, request: httpx.Request) -> httpx.Response:
        policies = machines.backup_policies(self._state)
        return self._page(request, "policies", list(policies.items()), is_keyed=True)

    def _droplet_backups(self, request: httpx.Request, wanted: str) -> httpx.Response:
        if wanted not in self._state.resources["droplets"]:
            raise NotFound
        found = [
            machines.backup_body(backup, self._state)
            for backup in self._state.backups
            if backup.droplet_id == wanted
        ]
        return self._page(request, "backups", found)

    def _private_images(self) -> list[machines.Body]:
        backups = self._state.backups
        return [
            *(machines.backup_body(backup, self._state) for backup in backups),
            *map(machines.snapshot_image, self._state.of("snapshots")),
        ]

    def _images(self, request: httpx.Request) -> httpx.Response:
        is_private = request.url.params.get("private") == "true"
        found = self._private_images() if is_private else []
        return self._page(request, "images", found)

    def _image(self, request: httpx.Request, wanted: str) -> httpx.Response:
        for image in self._private_images():
            if str(image["id"]) == wanted:
                return self._json(request, {"image": image})
        raise NotFound

    def _billing_history(self, request: httpx.Request) -> httpx.Response:
        entries = billing.history_documents(billing.history(self.at))
        return self._page(request, "billing_history", entries)

    def _invoices(self, request: httpx.Request) -> httpx.Response:
        known = billing.invoices_at(self.at).values()
        newest_first = sorted(known, key=lambda each: each.period, reverse=True)
        headers = [billing.header(invoice) for invoice in newest_first]
        running = billing.preview(self.at)
        return self._page(request, "invoices", headers, beside=running)

    def _invoice(self, uuid: str) -> billing.Invoice:
        return billing.invoices_at(self.at)[uuid]

    def _invoice_items(self, request: httpx.Request, uuid: str) -> httpx.Response:
        if not self._invoice(uuid).is_detailed:
            raise NotFound
        items = billing.items(self._invoice(uuid))
        return self._page(request, "invoice_items", items)

    def _invoice_summary(self, request: httpx.Request, uuid: str) -> httpx.Response:
        if not self._invoice(uuid).is_detailed:
            raise NotFound
        return self._json(request, billing.summary(self._invoice(uuid)))

    def _invoice_csv(self, request: httpx.Request, uuid: str) -> httpx.Response:
        invoice = self._invoice(uuid)
        accepts = request.headers.get("accept", "*/*")
        if "text/csv" not in accepts and "*/*" not in accepts:
            return self._error(406, "not_acceptable", "Ask for text/csv.")
        named = f'attachment; filename="{billing.file_name(invoice)}"'
        headers = {"content-type": "text/csv", "content-disposition": named}
        content = billing.csv_file(invoice)
        return httpx.Response(200, content=content, headers=headers)

    def _page(
        self,
        request: httpx.Request,
        envelope: str,
        found: list[machines.Body] | list[tuple[str, Json]],
        *,
        beside: Mapping[str, Json] = MappingProxyType({}),
        is_keyed: bool = False,
    ) -> httpx.Response:
        """One page of a list, with absolute links as the API gives them."""
        params = request.url.params
        page = max(int(params.get("page", 1)), 1)
        size = min(max(int(params.get("per_page", DEFAULT_PAGE)), 1), LARGEST_PAGE)
        last = max(-(-len(found) // size), 1)
        part = found[(page - 1) * size : page * size]
        targets = {"first": 1, "prev": page - 1} if page > 1 else {}
        targets |= {"next": page + 1, "last": last} if page < last else {}
        links: dict[str, Json] = {
            name: f"{ORIGIN}{request.url.path}?page={target}&per_page={size}"
            for name, target in targets.items()
        }
        body: dict[str, Json] = {
            envelope: dict(part) if is_keyed else part,  # type: ignore[dict-item, arg-type]
            **beside,
            "links": {"pages": links} if links else {},
            "meta": {"total": len(found)},
        }
        return self._json(request, body)

    def _json(self, request: httpx.Request, body: Mapping[str, Json]) -> httpx.Response:
        request_id = machines.made_uuid(self.at.isoformat(), str(request.url))
        headers = {
            "x-request-id": request_id,
            "ratelimit-limit": "5000",
            "ratelimit-remaining": "4999",
            "ratelimit-reset": str(int(self.at.timestamp()) + 3600),
        }
        return httpx.Response(200, json=body, headers=headers)

    def _error(self, status: int, error_id: str, message: str) -> httpx.Response:
        request_id = machines.made_uuid(self.at.isoformat(), error_id)
        body = {"id": error_id, "message": message, "request_id": request_id}
        headers = {"x-request-id": request_id}
        return httpx.Response(status, json=body, headers=headers)


def demo_transport(at: datetime) -> httpx.MockTransport:
    """A transport over which the account answers as it was at an instant."""
    return httpx.MockTransport(DemoAccount(at).handle)


@cache
def changes(until: datetime = DEMO_NOW) -> Mapping[datetime, tuple[str, ...]]:
    """Which listings changed at which instant; at the first one, all of them."""
    found: dict[datetime, tuple[str, ...]] = {}
    before: dict[str, str] = {}
    for at in candidate_instants(until):
        after = _as_listed(at)
        changed = tuple(each for each in LISTINGS if after[each] != before.get(each))
        if changed:
            found[at] = changed
        before = after
    return MappingProxyType(found)


def change_instants(until: datetime = DEMO_NOW) -> tuple[datetime, ...]:
    """Every instant at which some listing changes, oldest first."""
    return tuple(changes(until))


def _as_listed(at: datetime) -> dict[str, str]:
    """Each listing as comparable text, without what changes by itself."""
    state = state_at(at)
    listed: dict[str, list[machines.Body]] = {
        listing: bodies.documents(listing, state) for listing in LISTINGS
    }
    listed["project_resources"] = [
        {"project_id": project.provider_id, **member}
        for project in state.of("projects")
        for member in bodies.project_members(project.provider_id, state)
    ]
    listed["backups"] = [
        {"droplet_id": backup.droplet_id, **machines.backup_body(backup, state)}
        for backup in state.backups
    ]
    for droplet in listed["droplets"]:
        droplet.pop("next_backup_window")
    return {name: json.dumps(found, sort_keys=True) for name, found in listed.items()}
