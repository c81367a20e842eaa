"""What the provider bills: balance, history, invoices, lines, exchange rates."""

from cost_pipeline.contracts.base import Contract

CONTRACTS: tuple[Contract, ...] = ()
