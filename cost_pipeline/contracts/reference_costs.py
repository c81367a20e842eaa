"""Constants of provider bills: product rules, history types, allocation rules."""

from cost_pipeline.contracts.base import Contract

CONTRACTS: tuple[Contract, ...] = ()
