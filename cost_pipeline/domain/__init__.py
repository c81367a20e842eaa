"""Rules about one thing at the edge. Standard library only, no clock, no I/O."""
