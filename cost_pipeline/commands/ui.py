"""`ui`: the guarded webserver and the daemon, two processes that live and end together.

This module starts, watches and stops them. What the webserver lets through is
`guard.py`; how it is put together is `webserver.py`.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import quote

from cost_pipeline.commands.demo import ENVIRONMENT, ISSUE_FROM
from cost_pipeline.commands.history import PROJECT, open_history
from cost_pipeline.commands.orphans import parent_of_children
from cost_pipeline.commands.webserver import Address
from cost_pipeline.settings import Settings, WrongSetting

LOOPBACK = ("127.0.0.1", "localhost", "::1")
ANYWHERE = ("0.0.0.0", "::")  # noqa: S104 - named here in order to be refused
SHORTEST_TOKEN = 16
STOP_WITHIN_S = 6.0
TICK_S = 0.1


class UiEnded(Exception):
    """The webserver or the daemon ended by itself."""


def serve(
    settings: Settings,
    *,
    host: str = "127.0.0.1",
    port: int = 3000,
    is_read_only: bool = False,
    token: str | None = None,
    has_daemon: bool = True,
) -> None:
    """Open the UI and keep it open until a signal ends it, leaving no process."""
    address = checked_address(host, port, is_read_only, token, os.environ)
    make_storage(settings)
    commands = {"webserver": [sys.executable, "-m", "cost_pipeline.commands.webserver"]}
    if has_daemon:
        workspace = str(PROJECT / "workspace.yaml")
        daemon = [sys.executable, "-m", "cost_pipeline.commands.daemon", "run"]
        commands["daemon"] = [*daemon, "-w", workspace, "--log-level", "warning"]
    environment = environment_of(settings, os.environ)
    with stop_signals() as is_stopping, Processes(address, environment) as processes:
        for name, command in commands.items():
            processes.start(name, command)
        is_announced = False
        while not is_stopping():
            processes.check()
            if not is_announced and address_answers(address):
                is_announced = True
                say(f"Open {link(address)}  (Ctrl-C stops it)")
            time.sleep(TICK_S)


def environment_of(settings: Settings, given: Mapping[str, str]) -> dict[str, str]:
    """What both processes get: with the demo account also the demo's instant.

    Its past ends there. A job launched from its UI at the wall clock would find every
    rate too old, and a decision would come after all that the demo shows.
    """
    environment = {**given, "PYTHONWARNINGS": "ignore"}
    if settings.provider_name == "demo" and settings.now is None:
        environment["COST_PIPELINE_NOW"] = ENVIRONMENT["COST_PIPELINE_NOW"]
        if settings.issue_from is None:
            environment["COST_PIPELINE_ISSUE_FROM"] = ISSUE_FROM
    return environment


def make_storage(settings: Settings) -> None:
    """Make Dagster's tables before anybody is started who would make them too.

    Webserver, daemon and their code servers start at the same moment; in a new home
    each made the tables and marked them as made, and none could read the marks.
    """
    with open_history(settings):
        pass


def checked_address(
    host: str,
    port: int,
    is_read_only: bool,
    token: str | None,
    environment: Mapping[str, str],
) -> Address:
    """Refuse what would leave the UI open to others."""
    if host not in LOOPBACK and not token:
        raise WrongSetting(
            "COST_PIPELINE_UI_TOKEN: is needed to listen on another address than "
            "127.0.0.1, because the UI itself asks nobody who they are"
        )
    if token and (len(token) < SHORTEST_TOKEN or not token.isascii()):
        raise WrongSetting(
            f"COST_PIPELINE_UI_TOKEN: needs {SHORTEST_TOKEN} or more ASCII characters"
        )
    if not is_free(host, port):
        raise WrongSetting(f"--port: {port} cannot be listened on; choose another")
    proxies = environment.get("COST_PIPELINE_UI_HOSTS", "").replace(",", " ").split()
    hosts = allowed_hosts(host, port) | {name.lower() for name in proxies}
    return Address(host, port, frozenset(hosts), is_read_only, token or None)


def allowed_hosts(host: str, port: int) -> set[str]:
    """The names a browser may have used to come here."""
    names = {"127.0.0.1", "localhost", "[::1]"}
    if host not in (*LOOPBACK, *ANYWHERE):
        names.add(bracketed(host))
    return {f"{name}:{port}" for name in names} | (names if port == 80 else set())


def bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host.lower()


def is_free(host: str, port: int) -> bool:
    """Whether the port can be had; asked before Dagster spends seconds on loading."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError):
            return False
    return True


def address_answers(address: Address) -> bool:
    host = "127.0.0.1" if address.host in ANYWHERE else address.host
    with suppress(OSError), socket.create_connection((host, address.port), timeout=1):
        return True
    return False


def link(address: Address) -> str:
    """What to open; the token is named and not printed, for screens are recorded."""
    host = "127.0.0.1" if address.host in ANYWHERE else bracketed(address.host)
    token = f"/?token={quote('<COST_PIPELINE_UI_TOKEN>', safe='<>')}"
    return f"http://{host}:{address.port}{token if address.token else ''}"


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@contextmanager
def stop_signals() -> Iterator[Callable[[], bool]]:
    """Turn SIGINT and SIGTERM into an answer to `is it time to stop?`."""
    received: list[int] = []

    def remember(number: int, _frame: object) -> None:
        received.append(number)

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, remember) for number in numbers}
    try:
        yield lambda: bool(received)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@dataclass
class Processes:
    """Our children and theirs.

    Each gets a session of its own: the code server and the runs it starts then share
    its process group, and can be ended with it even when they would rather finish.
    """

    address: Address
    environment: Mapping[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, command: Sequence[str]) -> None:
        # Only the webserver may know the token: runs inherit what the daemon knows.
        known = {**self.environment, **parent_of_children()}
        known.pop("COST_PIPELINE_UI_TOKEN", None)
        if name == "webserver":
            known |= self.address.environment()
        self.running[name] = subprocess.Popen(  # noqa: S603 - our own commands
            list(command), env=known, stdin=subprocess.DEVNULL, start_new_session=True
        )

    def check(self) -> None:
        """Say so when one of them ended by itself; half a UI is no UI."""
        for name, process in self.running.items():
            if process.poll() is not None:
                raise UiEnded(f"the {name} ended with code {process.returncode}")

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *_: object) -> None:
        """Ask, ask their children too, and then end whatever is left."""
        for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
            for process in self.running.values():
                end_group(process, number)
            if self._are_gone():
                return

    def _are_gone(self) -> bool:
        until = time.monotonic() + STOP_WITHIN_S / 2
        while time.monotonic() < until:
            for process in self.running.values():
                process.poll()
            if not any(has_members(process.pid) for process in self.running.values()):
                return True
            time.sleep(TICK_S)
        return False


def end_group(process: subprocess.Popen[bytes], number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def has_members(group: int) -> bool:
    """Whether a process of the group is still there."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
