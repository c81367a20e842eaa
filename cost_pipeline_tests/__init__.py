"""Tests: they mirror the package, and their names are true sentences."""
