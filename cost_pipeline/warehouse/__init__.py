"""Functions on a DuckDB connection and on the landing: no Dagster in here."""
