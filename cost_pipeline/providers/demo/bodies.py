"""How the demo account's resources look in an answer of the API.

One function per listing, from what exists to the documents of the envelope; machines
are `machines.py`. Fields that a client must drop (passwords, zone files) are here on
purpose.
"""

from collections.abc import Callable

from cost_pipeline.domain.json_types import Json
from cost_pipeline.providers.demo.machines import (
    Body,
    droplet_body,
    made_uuid,
    region,
    sizes_by_slug,
)
from cost_pipeline.providers.demo.timeline import AccountState, Resource, iso

TEAM = "5df3e3004a17e242b7c20ca6c9fc25b701a47ece"
NOT_A_SECRET = "EXAMPLE-NOT-A-SECRET"  # noqa: S105


def account() -> Body:
    return {
        "droplet_limit": 25,
        "floating_ip_limit": 5,
        "email": "ops@arcadia.example",
        "name": "Arcadia Operations",
        "uuid": made_uuid("account").replace("-", ""),
        "email_verified": True,
        "status": "active",
        "status_message": "",
        "team": {"uuid": TEAM, "name": "Arcadia"},
    }


def _project(project: Resource, state: AccountState) -> Body:
    shown = ("name", "description", "purpose", "environment", "is_default")
    return {
        "id": project.provider_id,
        "owner_uuid": TEAM,
        "owner_id": 258992,
        **{name: project.fields[name] for name in shown},
        "created_at": iso(project.created_at),
        "updated_at": iso(project.changed_at),
    }


def _domain(domain: Resource, state: AccountState) -> Body:
    name = domain.provider_id
    return {
        "name": name,
        "ttl": domain.fields["ttl"],
        "zone_file": f"$ORIGIN {name}.\n{name}. 1800 IN A 198.51.100.1\n",
    }


def _volume(volume: Resource, state: AccountState) -> Body:
    return {
        "id": volume.provider_id,
        "region": region(volume.fields["region"]),
        "droplet_ids": volume.fields["droplet_ids"],
        "name": volume.fields["name"],
        "description": "",
        "size_gigabytes": volume.fields["size_gigabytes"],
        "created_at": iso(volume.created_at),
        "filesystem_type": "ext4",
        "filesystem_label": "",
        "tags": [],
    }


def _snapshot(snapshot: Resource, state: AccountState) -> Body:
    shown = ("name", "resource_id", "resource_type", "size_gigabytes")
    return {
        "id": snapshot.provider_id,
        **{name: snapshot.fields[name] for name in shown},
        "created_at": iso(snapshot.created_at),
        "regions": [snapshot.fields["region"]],
        "min_disk_size": snapshot.fields["min_disk_size"],
        "tags": None,
    }


def _reserved_ip(address: Resource, state: AccountState) -> Body:
    holder = address.fields["droplet_id"]
    droplets = state.resources["droplets"]
    return {
        "ip": address.provider_id,
        "droplet": droplet_body(droplets[str(holder)], state) if holder else None,
        "region": region(address.fields["region"]),
        "locked": False,
        "project_id": _project_id(address, state),
    }


def _project_id(member: Resource, state: AccountState) -> Json:
    for project in state.of("projects"):
        if project.fields["alias"] == member.project:
            return project.provider_id
    return None


def _firewall(firewall: Resource, state: AccountState) -> Body:
    anywhere: Json = ["0.0.0.0/0", "::/0"]
    return {
        "id": firewall.provider_id,
        "name": firewall.fields["name"],
        "status": "succeeded",
        "inbound_rules": [
            {"protocol": "tcp", "ports": port, "sources": {"addresses": anywhere}}
            for port in ("22", "443")
        ],
        "outbound_rules": [
            {
                "protocol": "tcp",
                "ports": "all",
                "destinations": {"addresses": anywhere},
            }
        ],
        "created_at": iso(firewall.created_at),
        "droplet_ids": firewall.fields["droplet_ids"],
        "tags": [],
        "pending_changes": [],
    }


def _load_balancer(balancer: Resource, state: AccountState) -> Body:
    rule: Body = {
        "entry_protocol": "https",
        "entry_port": 443,
        "target_protocol": "http",
        "target_port": 80,
        "certificate_id": "",
        "tls_passthrough": False,
    }
    return {
        "id": balancer.provider_id,
        "name": balancer.fields["name"],
        "ip": balancer.fields["ip"],
        "size": balancer.fields["size"],
        "algorithm": "round_robin",
        "status": "active",
        "type": "REGIONAL",
        "created_at": iso(balancer.created_at),
        "forwarding_rules": [rule],
        "region": region(balancer.fields["region"]),
        "tag": "",
        "droplet_ids": balancer.fields["droplet_ids"],
        "project_id": _project_id(balancer, state),
    }


def _connection(host: str) -> Body:
    return {
        "uri": f"postgres://doadmin:{NOT_A_SECRET}@{host}:25060/defaultdb",
        "database": "defaultdb",
        "host": host,
        "port": 25060,
        "user": "doadmin",
        "password": NOT_A_SECRET,
        "ssl": True,
    }


def _database(database: Resource, state: AccountState) -> Body:
    shown = ("name", "engine", "version", "size", "num_nodes", "region")
    host = f"{database.fields['name']}.db.example"
    return {
        "id": database.provider_id,
        **{name: database.fields[name] for name in shown},
        "connection": _connection(host),
        "private_connection": _connection(f"private-{host}"),
        "users": [{"name": "doadmin", "role": "primary", "password": NOT_A_SECRET}],
        "db_names": ["defaultdb"],
        "status": "online",
        "created_at": iso(database.created_at),
        "storage_size_mib": database.fields["storage_size_mib"],
        "project_id": _project_id(database, state),
        "tags": [],
    }


BUILDERS: dict[str, Callable[[Resource, AccountState], Body]] = {
    "projects": _project,
    "droplets": droplet_body,
    "domains": _domain,
    "volumes": _volume,
    "snapshots": _snapshot,
    "reserved_ips": _reserved_ip,
    "firewalls": _firewall,
    "load_balancers": _load_balancer,
    "databases": _database,
}


def documents(listing: str, state: AccountState) -> list[Body]:
    """Return what the API lists of a kind; kinds nobody ever had are empty."""
    if listing == "sizes":
        return [dict(size) for size in sizes_by_slug().values()]
    build = BUILDERS.get(listing)
    return [build(each, state) for each in state.of(listing)] if build else []


def project_members(project_id: str, state: AccountState) -> list[Body]:
    """Return the members of one project, as URNs."""
    project = state.resources["projects"][project_id]
    return [
        {
            "urn": member.urn,
            "assigned_at": iso(member.assigned_at or member.created_at),
            "links": {"self": f"https://api.digitalocean.com/v2/{member.listing}"},
            "status": "ok",
        }
        for of_kind in state.resources.values()
        for member in of_kind.values()
        if member.project == project.fields["alias"]
    ]
