"""The ledger of claimed subscription items."""

from cost_pipeline.contracts.base import Contract

CONTRACTS: tuple[Contract, ...] = ()
