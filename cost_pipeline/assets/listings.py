"""Inventory as the provider lists it.

Assets here ask and store. They drop nothing but secrets and volatile fields and decide
nothing; types are given in `dbt_like_sql/staging`, history in `core/resources.sql`.
"""

import dagster as dg

from cost_pipeline.assets.check_results import problem_result
from cost_pipeline.assets.groups import FETCH_FIRST, LANDING, OWNERS
from cost_pipeline.fetch.listings import land_listing
from cost_pipeline.providers.base import Provider
from cost_pipeline.storage.connection import RunClock
from cost_pipeline.storage.landing import Landing
from cost_pipeline.storage.receipts import Receipt

COMPLETE = "complete"

# What each listing is for, in the words shown beside the asset in the UI.
LISTINGS = {
    "projects": "The provider's projects, which owners are linked to.",
    "project_resources": "What is in each project: the way to a resource's owner.",
    "droplets": "Virtual machines; the larger part of most bills.",
    "domains": "DNS zones; free, but sold by the zone.",
    "volumes": "Block storage, billed by size whether attached or not.",
    "reserved_ips": "Addresses; billed while they point at nothing.",
    "firewalls": "Free of charge; kept because drift is found in their rules.",
    "load_balancers": "Load balancers, billed by the hour.",
    "databases": "Managed databases; their passwords never reach the disk.",
    "kubernetes_clusters": "Clusters; their workers are droplets and count once.",
    "apps": "Apps of the platform service.",
    "sizes": "Machine sizes and their prices.",
}
# These change slowly, and listing them takes the most requests.
SLOW_LISTINGS = {
    "snapshots": "Snapshots of droplets and volumes, billed by size.",
    "backups": "Automatic backups, which no snapshot listing shows.",
}


def listing_asset(listing: str, purpose: str, subject: str) -> dg.AssetsDefinition:
    """Build the landing asset of one provider listing."""
    # Twenty characters fit the box of an asset in the UI.
    key = ["landing", f"do_{listing.replace('kubernetes', 'k8s')}"]

    @dg.asset(
        key=key,
        group_name=LANDING,
        description=purpose,
        kinds={"python", "json"},
        owners=OWNERS,
        tags={"subject": subject, "layer": "landing"},
        op_tags=FETCH_FIRST,
        check_specs=[dg.AssetCheckSpec(COMPLETE, asset=key)],
    )
    def sync(
        provider: dg.ResourceParam[Provider],
        landing: dg.ResourceParam[Landing],
        clock: dg.ResourceParam[RunClock],
    ) -> dg.MaterializeResult:
        # Only files are written here. The network is slow and the warehouse is locked
        # by whoever writes it, so nothing that waits for a provider may hold it.
        receipt = land_listing(provider, landing, listing, clock.now)
        return receipt_result(key, receipt)

    return sync


def receipt_result(key: list[str], receipt: Receipt) -> dg.MaterializeResult:
    """A fault at the provider is a failed check, not an exception.

    An exception would keep every asset of other kinds downstream from running; the
    receipt says that this listing proves nothing, and the run still exits non-zero.
    """
    return dg.MaterializeResult(
        metadata={
            "items": receipt.items,
            "items_rejected": len(receipt.rejected),
            "sha256": receipt.sha256,
            "received_at": receipt.received_at,
        },
        check_results=[problem_result(key, COMPLETE, receipt.problem)],
    )


assets = [
    *(listing_asset(name, text, "inventory_sync") for name, text in LISTINGS.items()),
    *(listing_asset(n, text, "inventory_slow") for n, text in SLOW_LISTINGS.items()),
]
keys = [asset.key for asset in assets]
