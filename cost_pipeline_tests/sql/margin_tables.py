"""Empty tables that margins are made from, for tests that state only some rows."""

CREDIT_COSTS = """
    month|tenant_id|deployment_id|kind|backend|credits|cost_micros|currency
"""
CREDIT_REVENUE = "month | tenant_id | deployment_id | amount_cents | currency"
