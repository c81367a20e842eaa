"""Constants of spend alerts: thresholds, statuses that accrue."""

from cost_pipeline.contracts.base import Contract

CONTRACTS: tuple[Contract, ...] = ()
