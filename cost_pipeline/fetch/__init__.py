"""From the world outside into the landing: files and receipts, no database."""
