"""All contracts by table name."""

from functools import cache

from cost_pipeline.contracts import (
    billing,
    catalog,
    landed,
    ledger,
    ledger_invoices,
    ledger_margins,
    ledger_messages,
    ledger_spend,
    ledger_subscriptions,
    platform,
    reference,
    reference_costs,
    reference_credits,
    reference_drift,
    reference_margins,
    reference_spend,
    reference_usage,
    usage,
)
from cost_pipeline.contracts.base import Contract

SOURCES = (platform, catalog, usage)
REFERENCE = (
    reference,
    reference_costs,
    reference_usage,
    reference_credits,
    reference_spend,
    reference_drift,
    reference_margins,
)
LEDGER = (
    ledger,
    ledger_invoices,
    ledger_subscriptions,
    ledger_spend,
    ledger_messages,
    ledger_margins,
)
LANDED = (landed, billing)


@cache
def all_contracts() -> dict[str, Contract]:
    """Every declared table: landed, given by the platform, reference, ledger."""
    modules = (*LANDED, *SOURCES, *REFERENCE, *LEDGER)
    return {
        contract.table: contract for module in modules for contract in module.CONTRACTS
    }


def source_tables() -> tuple[Contract, ...]:
    """The tables the platform gives, in order of declaration."""
    return tuple(contract for module in SOURCES for contract in module.CONTRACTS)


def reference_tables() -> tuple[Contract, ...]:
    """The constants: one seed file each."""
    return tuple(contract for module in REFERENCE for contract in module.CONTRACTS)


def ledger_tables() -> tuple[Contract, ...]:
    """What cannot be replayed."""
    return tuple(contract for module in LEDGER for contract in module.CONTRACTS)
