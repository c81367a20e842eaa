"""What makes the ledger grow: decisions, what is due, the outbox."""
