"""The guarded webserver itself: one process, started by `ui.py`.

What it needs to know comes in the environment, because a token in the arguments could
be read by everybody on the machine.
"""

import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field

from cost_pipeline.commands.orphans import ending_with_parent


@dataclass(frozen=True)
class Address:
    """Where to listen, and who may speak there."""

    host: str
    port: int
    hosts: frozenset[str]
    is_read_only: bool = False
    token: str | None = field(default=None, repr=False)

    def environment(self) -> dict[str, str]:
        """The address as variables of the webserver's process."""
        return {
            "COST_PIPELINE_UI_LISTEN": f"{self.host} {self.port}",
            "COST_PIPELINE_UI_ALLOWED": " ".join(sorted(self.hosts)),
            "COST_PIPELINE_UI_READ_ONLY": "yes" if self.is_read_only else "",
            "COST_PIPELINE_UI_TOKEN": self.token or "",
        }

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Address":
        host, port = environment["COST_PIPELINE_UI_LISTEN"].split()
        return cls(
            host,
            int(port),
            frozenset(environment["COST_PIPELINE_UI_ALLOWED"].split()),
            bool(environment["COST_PIPELINE_UI_READ_ONLY"]),
            environment["COST_PIPELINE_UI_TOKEN"] or None,
        )


def main() -> None:
    """Serve until told to stop."""
    warnings.simplefilter("ignore")
    address = Address.of(os.environ)
    # Runs are started from this process; they have no business with the token.
    os.environ.pop("COST_PIPELINE_UI_TOKEN", None)
    with ending_with_parent(os.environ):
        _serve(address)


def _serve(address: Address) -> None:
    import uvicorn
    from dagster import DagsterInstance
    from dagster._core.workspace.context import WorkspaceProcessContext
    from dagster._core.workspace.load_target import WorkspaceFileTarget
    from dagster_webserver.app import create_app_from_workspace_process_context

    from cost_pipeline.commands.guard import Guard
    from cost_pipeline.commands.history import PROJECT

    with (
        DagsterInstance.get() as instance,
        WorkspaceProcessContext(
            instance,
            WorkspaceFileTarget(paths=[str(PROJECT / "workspace.yaml")]),
            read_only=address.is_read_only,
            code_server_log_level="WARNING",
        ) as workspace,
    ):
        app = create_app_from_workspace_process_context(workspace)
        uvicorn.run(
            Guard(app, address.hosts, address.token),
            host=address.host,
            port=address.port,
            log_level="warning",
            # The address of a first visit holds the token.
            access_log=False,
            server_header=False,
            # An open page holds a websocket, and would be waited for.
            timeout_graceful_shutdown=1,
        )


if __name__ == "__main__":
    main()
