"""Partitions: days for what is metered, one per provider invoice for its lines.

What is due is never read from partitions; they are how a run says what it is for.
"""

import dagster as dg

DAYS = dg.DailyPartitionsDefinition(start_date="2014-01-01", timezone="UTC")
INVOICES = dg.DynamicPartitionsDefinition(name="provider_invoices")
