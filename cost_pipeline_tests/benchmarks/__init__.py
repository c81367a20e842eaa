"""Ratios against bare SQL and bare loops, measured side by side. Asserts no time."""
