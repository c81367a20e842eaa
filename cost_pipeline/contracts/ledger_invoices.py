"""The ledger of issued documents: invoices, lines, adjustments, voids."""

from cost_pipeline.contracts.base import Contract

CONTRACTS: tuple[Contract, ...] = ()
