"""From the landing into `raw` and `ref`."""
