"""From the marts to people: the published file, report, statements, exports."""
