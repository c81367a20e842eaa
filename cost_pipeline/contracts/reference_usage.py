"""Constants of metering and invoicing."""

from cost_pipeline.contracts.base import Contract

CONTRACTS: tuple[Contract, ...] = ()
