"""A small account for the matrix of faults, honest and spoiled for one sync.

Put here how a fault is stated and how an account answers through it. Which faults
there are is `fault_matrix.py`, what must come of them `test_fault_matrix.py`.
"""

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug import Request, Response

from cost_pipeline_tests.inventory_world import droplet
from cost_pipeline_tests.providers.fake_cloud import page

Answers = list[Any]
# Name, size in GB, status and tenant of a resource; None = gone.
Row = tuple[str, int | None, str, str] | None

DROPLETS = "/v2/droplets"
PROJECTS = "/v2/projects"
MEMBERS = "/v2/projects/p1/resources"
OTHERS = "/v2/projects/p2/resources"
URNS = [f"do:droplet:{number}" for number in range(1, 9)]


def machine(number: int, **fields: Any) -> dict[str, Any]:
    return dict(droplet(number, disk=25, **fields)[str(number)])


MACHINES = [machine(number) for number in range(1, 9)]
GOOD = page("droplets", MACHINES, 8)


def member(urn: Any, **fields: Any) -> dict[str, Any]:
    """One member of a project; in March it was taken into it."""
    return {"urn": urn, "assigned_at": "2026-03-01T00:00:00Z", "status": "ok", **fields}


@dataclass(frozen=True)
class Fault:
    """What is wrong in each of three syncs, and what must come of it."""

    name: str
    outcome: str
    # In each sync the path is answered with these in turn, with the last for ever.
    answers: Answers = field(default_factory=list)
    # Words of the problem, of the reason in quarantine, or of the finding.
    says: str = ""
    # What is so instead of the truth, by the provider's id.
    becomes: Mapping[str, Row] = field(default_factory=dict)
    path: str = DROPLETS
    # Bytes on a bare socket instead of answers.
    talk: Callable[[socket.socket], None] | None = None

    @property
    def listing(self) -> str:
        return "droplets" if self.path == DROPLETS else "project_resources"


def honest() -> dict[str, Answers]:
    """An account of eight machines, all of them in one of its two projects."""
    projects = [{"id": "p1", "name": "one"}, {"id": "p2", "name": "two"}]
    return {
        DROPLETS: [in_turn([GOOD])],
        f"{DROPLETS}/8": [{"droplet": MACHINES[7]}],
        PROJECTS: [page("projects", projects, 2)],
        MEMBERS: [page("resources", [member(urn) for urn in URNS], 8)],
        OTHERS: [page("resources", [], 0)],
    }


def spoil(fault: Fault) -> dict[str, Answers]:
    """The same account for one sync through a fault."""
    return {**honest(), fault.path: [in_turn(list(fault.answers))]}


def in_turn(waiting: Answers) -> Callable[[Request], Any]:
    """The next answer in line; of machines with a GPU there are none."""

    def reply(request: Request) -> Any:
        if request.args.get("type") == "gpus":
            return page("droplets", [], 0)
        found = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        # An answer can be called too, but not with a request.
        is_plain = isinstance(found, Response | dict | str)
        return found if is_plain else found(request)

    return reply
