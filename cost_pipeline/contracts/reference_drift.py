"""Constants of drift: how a field is compared."""

from cost_pipeline.contracts.base import Contract

CONTRACTS: tuple[Contract, ...] = ()
