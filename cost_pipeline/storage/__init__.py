"""Bytes on disk: connection, files, landing, ledger. No rule about cost is here."""
