"""Dagster assets: ask, decide, store."""
