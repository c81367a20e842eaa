"""Dagster checks: report what the models and contracts found."""
