"""`python -m cost_pipeline` is the same program as `cost-pipeline`."""

from cost_pipeline.cli import main

main()
