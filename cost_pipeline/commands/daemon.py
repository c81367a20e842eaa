"""The daemon as a part of `ui`: Dagster's own, that ends with whoever started it.

One process, started by `ui.py`. A daemon of its own needs none of this; systemd
runs `dagster-daemon` and watches it.
"""

import os

from cost_pipeline.commands.orphans import ending_with_parent


def main() -> None:
    """Run until told to stop, or until the parent is gone."""
    with ending_with_parent(os.environ):
        from dagster._daemon.cli import main as run_daemon

        run_daemon()


if __name__ == "__main__":
    main()
