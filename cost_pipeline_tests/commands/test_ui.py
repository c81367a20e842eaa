"""The UI over real sockets: what a browser, a script and a stranger get."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from cost_pipeline.cli import WRONG_USAGE
from cost_pipeline.commands.ui import checked_address, environment_of
from cost_pipeline.commands.webserver import Address
from cost_pipeline.settings import Settings, WrongSetting
from cost_pipeline_tests.waiting import PATIENCE_S, free_port

TOKEN = "a-test-token-of-some-length"
MUTATION = "mutation{reloadWorkspace{__typename}}"


def test_another_address_is_refused_without_a_token() -> None:
    with pytest.raises(WrongSetting, match="COST_PIPELINE_UI_TOKEN"):
        checked_address("0.0.0.0", free_port(), False, None, {})
    with pytest.raises(WrongSetting, match="16 or more"):
        checked_address("127.0.0.1", free_port(), False, "short", {})


def test_the_command_names_the_variable_and_exits_with_wrong_usage(
    tmp_path: Path,
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cost_pipeline", "ui", "--host", "0.0.0.0"],
        env={**os.environ, "COST_PIPELINE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == WRONG_USAGE
    assert "COST_PIPELINE_UI_TOKEN" in done.stderr
    assert not (tmp_path / "dagster").exists()


def test_a_port_that_is_taken_is_said_before_anything_starts() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(WrongSetting, match=f"{port} cannot be listened on"):
            checked_address("127.0.0.1", port, False, None, {})


def test_a_proxy_s_name_is_served_when_it_is_listed() -> None:
    environment = {"COST_PIPELINE_UI_HOSTS": "Costs.example.org, 10.0.0.7:8443"}
    address = checked_address("127.0.0.1", free_port(), False, None, environment)
    assert {"costs.example.org", "10.0.0.7:8443"} < address.hosts


def start_ui(home: Path, port: int) -> "subprocess.Popen[bytes]":
    """The whole UI with its daemon on an empty home; what it says goes to a file."""
    environment = {k: v for k, v in os.environ.items() if k != "DAGSTER_HOME"}
    with (home / "output").open("w") as stream:
        return subprocess.Popen(
            [sys.executable, "-m", "cost_pipeline", "ui", "--port", str(port)],
            env={
                **environment,
                "COST_PIPELINE_HOME": str(home),
                "COST_PIPELINE_UI_TOKEN": TOKEN,
            },
            stdout=stream,
            stderr=stream,
            cwd=home,
        )


def wait_until(is_so: Callable[[], bool], home: Path) -> None:
    until = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < until, (home / "output").read_text()
        time.sleep(0.1)


def test_the_ui_of_the_demo_account_stays_at_the_demo_s_instant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COST_PIPELINE_PROVIDER", "demo")
    shown = environment_of(Settings.load(), {})
    assert shown["COST_PIPELINE_NOW"] == "2026-05-20T00:00:00+00:00"
    assert shown["COST_PIPELINE_ISSUE_FROM"] == "2026-02-01"
    monkeypatch.setenv("COST_PIPELINE_NOW", "2026-05-21")
    assert "COST_PIPELINE_NOW" not in environment_of(Settings.load(), {})


def test_the_ui_of_a_real_account_follows_the_wall_clock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DIGITALOCEAN_TOKEN", "test-token-of-nobody")
    monkeypatch.setenv("COST_PIPELINE_PROVIDER", "digitalocean")
    assert "COST_PIPELINE_NOW" not in environment_of(Settings.load(), {})


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """The UI, ended as an operator would."""
    home, port = tmp_path_factory.mktemp("home"), free_port()
    process = start_ui(home, port)
    children: list[int] = []
    try:
        shown = f"Open http://127.0.0.1:{port}/?token="
        wait_until(lambda: shown in (home / "output").read_text(), home)
        children = children_of(process.pid)
        assert len(children) >= 2
        yield f"http://127.0.0.1:{port}", port
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=PATIENCE_S)
    assert code == 0
    assert TOKEN not in (home / "output").read_text()
    assert not [pid for pid in children if is_alive(pid)]


@pytest.mark.slow
def test_a_ui_that_is_killed_leaves_neither_webserver_nor_daemon_behind(
    tmp_path: Path,
) -> None:
    process = start_ui(tmp_path, free_port())
    # Webserver and daemon, and the code server that each of them starts.
    wait_until(lambda: len(children_of(process.pid)) >= 4, tmp_path)
    children = children_of(process.pid)
    process.kill()
    process.wait()
    wait_until(lambda: not any(map(is_alive, children)), tmp_path)


def children_of(pid: int) -> list[int]:
    """All processes below one, by the groups that the UI's own children lead."""
    found = subprocess.run(
        ["ps", "-eo", "pid,ppid,pgid"], capture_output=True, text=True, check=True
    )
    rows = [tuple(map(int, line.split())) for line in found.stdout.splitlines()[1:]]
    groups = {child for child, parent, _ in rows if parent == pid}
    return [child for child, _, group in rows if group in groups]


def is_alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def post(url: str, query: str, **headers: str) -> httpx.Response:
    known = {"authorization": f"Bearer {TOKEN}", **headers}
    return httpx.post(f"{url}/graphql", json={"query": query}, headers=known)


def test_a_known_client_is_answered(ui: tuple[str, int]) -> None:
    url, _ = ui
    until = time.monotonic() + 60
    query = "{repositoriesOrError{... on RepositoryConnection{nodes{name}}}}"

    def names() -> list[str]:
        found = post(url, query).json()["data"]["repositoriesOrError"]
        return [node["name"] for node in found["nodes"]]

    # The port answers before the code location is loaded.
    while not (found := names()):
        assert time.monotonic() < until
        time.sleep(0.2)
    assert found == ["__repository__"]


def test_strangers_are_refused_over_real_sockets(ui: tuple[str, int]) -> None:
    url, _ = ui
    known = {"authorization": f"Bearer {TOKEN}"}
    query = {"query": MUTATION}
    assert httpx.post(f"{url}/graphql", json=query).status_code == 401
    over_get = httpx.get(f"{url}/graphql", params=query, headers=known)
    assert over_get.status_code == 405
    assert post(url, MUTATION, host="evil.example").status_code == 421
    assert post(url, MUTATION, origin="http://evil.example").status_code == 403


def test_the_page_opens_once_the_token_was_shown(ui: tuple[str, int]) -> None:
    url, _ = ui
    with httpx.Client(follow_redirects=True) as browser:
        page = browser.get(f"{url}/overview", params={"token": TOKEN})
        assert page.status_code == 200
        assert "token" not in str(page.url)
        assert browser.get(f"{url}/server_info").status_code == 200
    assert httpx.get(f"{url}/overview").status_code == 401


def test_a_websocket_from_a_foreign_page_is_refused(ui: tuple[str, int]) -> None:
    url, port = ui
    address = f"ws://127.0.0.1:{port}/graphql"
    known = {"authorization": f"Bearer {TOKEN}"}
    protocol = [Subprotocol("graphql-ws")]
    with pytest.raises(InvalidStatus):
        connect(
            address,
            origin=Origin("http://evil.example"),
            additional_headers=known,
            subprotocols=protocol,
        )
    own = connect(
        address, origin=Origin(url), additional_headers=known, subprotocols=protocol
    )
    with own as websocket:
        websocket.send('{"type": "connection_init"}')
        assert "connection_ack" in str(websocket.recv(timeout=10))


def test_the_webserver_s_process_learns_the_whole_address() -> None:
    hosts = frozenset({"127.0.0.1:3000", "[::1]:3000"})
    address = Address("::1", 3000, hosts, is_read_only=True, token=TOKEN)
    assert Address.of(address.environment()) == address
    assert TOKEN not in repr(address)
