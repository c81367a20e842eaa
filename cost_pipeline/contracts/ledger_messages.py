"""The ledger of messages: what was to be told, and each attempt to tell it."""

from cost_pipeline.contracts.base import Contract

CONTRACTS: tuple[Contract, ...] = ()
