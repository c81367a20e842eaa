"""Which endpoints a DigitalOcean listing reads and which fields of it are kept.

Data, no code: a new listing is a new entry. `fields` is an allow-list, so a password
that the provider adds to an answer tomorrow is not landed tomorrow. Left out on
purpose: connections, users, zone files, kubeconfigs and app environments (secrets),
`next_backup_window`, `pending_changes` and node states (they change by themselves).
"""

from dataclasses import dataclass, field
from typing import TypeAlias

# Names to keep, each with the names to keep below it; none below = all of it.
Fields: TypeAlias = "dict[str, Fields]"

# An answer to this says that the account has no such thing, not that it failed.
ABSENT = frozenset({403, 404})


@dataclass(frozen=True)
class Source:
    """One endpoint with one list in it."""

    path: str
    envelope: str
    id_field: str = "id"
    params: tuple[tuple[str, str], ...] = ()
    is_paged: bool = True
    # The list is an object whose values are the items.
    is_keyed: bool = False
    # Statuses at which the next source in line is asked, or the list is empty.
    absent_at: frozenset[int] = frozenset()
    instead: "Source | None" = None


@dataclass(frozen=True)
class Single:
    """Where one item is asked for, and the envelope and id it answers with."""

    path: str
    envelope: str
    id_field: str = "id"
    # Only ids in which this text occurs, or does not occur, are asked for here.
    has_text: str = ""
    lacks_text: str = ""

    def fits(self, provider_id: str) -> bool:
        is_lacking = not self.lacks_text or self.lacks_text not in provider_id
        return self.has_text in provider_id and is_lacking


@dataclass(frozen=True)
class Kind:
    """A listing: its sources merged, its fields, how one id is asked for."""

    sources: tuple[Source, ...]
    fields: tuple[str, ...]
    singles: tuple[Single, ...] = ()
    # Text of an item that is no object is not kept where it may hold a secret.
    has_secrets: bool = False
    fields_tree: Fields = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields_tree", tree(self.fields))


def tree(paths: tuple[str, ...]) -> Fields:
    """Dotted paths as nested names; the last name of a path has nothing below it."""
    root: Fields = {}
    for path in paths:
        node = root
        for name in path.split("."):
            node = node.setdefault(name, {})
    return root


def _listing(name: str, *fields: str, path: str = "", id_field: str = "id") -> Kind:
    """The common case: envelope, path and single path follow from one name."""
    where = path or f"/v2/{name}"
    return Kind(
        sources=(Source(where, name, id_field),),
        fields=fields,
        singles=(Single(f"{where}/{{id}}", name.removesuffix("s"), id_field),),
    )


RULE_PEERS = (
    *("addresses", "tags", "droplet_ids", "load_balancer_uids", "kubernetes_ids"),
)
BACKUP_FIELDS = (
    "id",
    "name",
    "created_at",
    "regions",
    "min_disk_size",
    "size_gigabytes",
    "type",
)

KINDS: dict[str, Kind] = {
    "projects": _listing(
        "projects",
        *("id", "name", "description", "purpose", "environment", "is_default"),
        *("owner_uuid", "owner_id", "created_at", "updated_at"),
    ),
    # One list per project; `provider_id` is the project and the URN.
    "project_resources": Kind(
        sources=(Source("/v2/projects/{id}/resources", "resources", "urn"),),
        fields=("urn", "assigned_at", "status"),
    ),
    "droplets": Kind(
        # Machines with a GPU are listed only when asked for by type.
        sources=(
            Source("/v2/droplets", "droplets"),
            Source("/v2/droplets", "droplets", params=(("type", "gpus"),)),
        ),
        fields=(
            *("id", "name", "status", "size_slug", "memory", "vcpus", "disk"),
            *("size.slug", "size.price_monthly", "size.price_hourly", "size.transfer"),
            *("region.slug", "created_at", "tags", "features", "vpc_uuid"),
            *("backup_ids", "snapshot_ids", "volume_ids"),
            *("image.id", "image.name", "image.slug", "networks", "gpu_info"),
        ),
        singles=(Single("/v2/droplets/{id}", "droplet"),),
    ),
    "domains": _listing("domains", "name", "ttl", id_field="name"),
    "volumes": _listing(
        "volumes",
        *("id", "name", "size_gigabytes", "region.slug", "droplet_ids", "tags"),
        *("created_at", "filesystem_type"),
    ),
    "snapshots": _listing(
        "snapshots",
        *("id", "name", "created_at", "regions", "resource_id", "resource_type"),
        *("size_gigabytes", "min_disk_size", "tags"),
    ),
    "reserved_ips": Kind(
        sources=(
            Source(
                "/v2/reserved_ips",
                "reserved_ips",
                "ip",
                absent_at=frozenset({404}),
                instead=Source("/v2/floating_ips", "floating_ips", "ip"),
            ),
            Source("/v2/reserved_ipv6", "reserved_ipv6s", "ip", absent_at=ABSENT),
        ),
        fields=(
            *("ip", "region.slug", "region_slug", "reserved_at"),
            *("droplet.id", "locked", "project_id"),
        ),
        # All of them must say 404: which endpoint exists depends on the account.
        singles=(
            Single("/v2/reserved_ips/{id}", "reserved_ip", "ip", lacks_text=":"),
            Single("/v2/floating_ips/{id}", "floating_ip", "ip", lacks_text=":"),
            Single("/v2/reserved_ipv6/{id}", "reserved_ipv6", "ip", has_text=":"),
        ),
    ),
    "firewalls": _listing(
        "firewalls",
        *("id", "name", "status", "droplet_ids", "tags", "created_at"),
        *(f"inbound_rules.{name}" for name in ("protocol", "ports")),
        *(f"inbound_rules.sources.{name}" for name in RULE_PEERS),
        *(f"outbound_rules.{name}" for name in ("protocol", "ports")),
        *(f"outbound_rules.destinations.{name}" for name in RULE_PEERS),
    ),
    "load_balancers": _listing(
        "load_balancers",
        *("id", "name", "ip", "status", "size", "size_unit", "region.slug", "type"),
        *("algorithm", "project_id", "droplet_ids", "tag", "created_at"),
        *("forwarding_rules",),
    ),
    # Gathered in `digitalocean_nested.py`; `droplet_id` is added there.
    "backups": Kind(
        sources=(Source("/v2/droplets/{id}/backups", "backups"),),
        fields=BACKUP_FIELDS,
        singles=(Single("/v2/images/{id}", "image"),),
    ),
    "databases": Kind(
        sources=(Source("/v2/databases", "databases", is_paged=False),),
        fields=(
            *("id", "name", "engine", "version", "num_nodes", "size", "region"),
            *("status", "storage_size_mib", "project_id", "tags", "created_at"),
        ),
        singles=(Single("/v2/databases/{id}", "database"),),
        has_secrets=True,
    ),
    "kubernetes_clusters": Kind(
        sources=(Source("/v2/kubernetes/clusters", "kubernetes_clusters"),),
        fields=(
            *("id", "name", "region", "version", "status.state", "ha", "tags"),
            *("node_pools.id", "node_pools.name", "node_pools.size"),
            *("node_pools.count", "node_pools.nodes.droplet_id", "created_at"),
        ),
        singles=(Single("/v2/kubernetes/clusters/{id}", "kubernetes_cluster"),),
        has_secrets=True,
    ),
    "apps": Kind(
        sources=(Source("/v2/apps", "apps", params=(("with_projects", "true"),)),),
        fields=(
            *("id", "spec.name", "tier_slug", "region.slug", "project_id"),
            *("created_at", "live_url"),
        ),
        singles=(Single("/v2/apps/{id}", "app"),),
        has_secrets=True,
    ),
    "sizes": Kind(
        sources=(Source("/v2/sizes", "sizes", "slug"),),
        fields=(
            *("slug", "memory", "vcpus", "disk", "transfer", "price_monthly"),
            *("price_hourly", "regions", "available", "description"),
        ),
    ),
}

# What a listing of backups looks at before it asks droplet by droplet.
BACKUP_POLICIES = Source(
    "/v2/droplets/backups/policies",
    "policies",
    "droplet_id",
    is_keyed=True,
    absent_at=ABSENT,
)
PRIVATE_IMAGES = Source(
    "/v2/images", "images", params=(("private", "true"),), absent_at=ABSENT
)
POLICY_FIELDS = ("droplet_id", "backup_enabled")

HISTORY = Source("/v2/customers/my/billing_history", "billing_history")
HISTORY_FIELDS = (
    *("date", "type", "amount", "description", "invoice_id", "invoice_uuid"),
)
INVOICES = Source("/v2/customers/my/invoices", "invoices", "invoice_uuid")
INVOICE_FIELDS = (
    *("invoice_uuid", "invoice_id", "amount", "invoice_period", "updated_at"),
)
INVOICE_ITEMS = Source("/v2/customers/my/invoices/{id}", "invoice_items")
INVOICE_ITEM_FIELDS = (
    *("product", "resource_id", "resource_uuid", "group_description"),
    *("description", "amount", "duration", "duration_unit", "start_time"),
    *("end_time", "project_name", "category"),
)
SUMMARY_FIELDS = (
    *("invoice_uuid", "invoice_id", "billing_period", "amount", "product_charges"),
    *("overages", "taxes", "credits_and_adjustments"),
)
BALANCE_FIELDS = (
    *("month_to_date_balance", "account_balance", "month_to_date_usage"),
    "generated_at",
)
