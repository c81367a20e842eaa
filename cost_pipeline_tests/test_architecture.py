"""The import law, and the shape of the repository. Needs no dependency of ours."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "cost_pipeline"
OURS = "cost_pipeline"
PURE = {
    *("domain", "contracts", "storage", "models", "fetch", "load", "books", "publish"),
}

# What each room may import: rooms of ours, and libraries beside the standard one.
LAW: dict[str, tuple[set[str], set[str]]] = {
    "domain": (set(), set()),
    "contracts": ({"domain"}, {"pandera", "pandas"}),
    "providers": ({"domain"}, {"httpx", "httpcore"}),
    "sources": ({"domain"}, {"psycopg2"}),
    "gateways": ({"domain"}, {"httpx", "stripe", "nostr_sdk", "jinja2"}),
    "storage": ({"domain", "contracts"}, {"duckdb"}),
    "models": ({"domain", "contracts", "storage"}, {"duckdb", "sqlglot"}),
    "fetch": (
        # A provider's answer and a table of a source are landed by protocol.
        {*("domain", "contracts", "providers.base", "sources.base"), "storage", "load"},
        {"duckdb"},
    ),
    "load": (
        {"domain", "contracts", "storage", "models", "providers.base"},
        {"duckdb"},
    ),
    "books": (
        {*("domain", "contracts", "sources.base", "gateways.base", "settings")}
        | {"models", "storage", "fetch"},
        {"duckdb"},
    ),
    "publish": (
        {"domain", "contracts", "models", "storage", "load"},
        {"duckdb", "jinja2", "xlsxwriter"},
    ),
    # sqlalchemy: Dagster's own storage is one of its engines.
    "automation": (set(), {"dagster", "dagster_shared", "sqlalchemy"}),
}
ANYTHING_BELOW = {
    "resources",
    "assets",
    "definitions",
    "cli",
    "commands",
    "settings",
    "__main__",
    "__init__",
}
TOP_LEVEL_FOLDERS = {"cost_pipeline", "cost_pipeline_tests", "dbt_like_sql"}
NOBODY_IMPORTS = {"cost_pipeline.definitions", "cost_pipeline.cli"}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def imports(source: str) -> list[tuple[int, str]]:
    """Every imported module with its line, wherever in the file it stands."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.append((node.lineno, node.module))
    return found


def broken_laws(room: str, source: str) -> list[str]:
    """The imports of a module that its room does not allow."""
    if room in ANYTHING_BELOW:
        return []
    rooms, libraries = LAW[room]
    allowed = {f"{OURS}.{name}" for name in {room, *rooms}}
    broken = []
    for line, name in imports(source):
        top = name.split(".")[0]
        if top == OURS:
            fits = any(name == a or name.startswith(f"{a}.") for a in allowed)
        else:
            fits = top in sys.stdlib_module_names or top in libraries
        if not fits:
            broken.append(f"line {line}: {room} may not import {name}")
    return broken


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_imports_only_what_its_room_may(path):
    assert broken_laws(room_of(path), path.read_text("utf-8")) == []


def test_the_law_is_broken_by_dagster_in_the_domain():
    assert broken_laws("domain", "import dagster as dg\n") == [
        "line 1: domain may not import dagster"
    ]


def test_the_law_sees_imports_inside_functions():
    source = "def late():\n    from cost_pipeline.assets import models\n"
    assert broken_laws("models", source)


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_nobody_imports_the_assembly(path):
    if room_of(path) in {"commands", "cli", "__main__", "definitions"}:
        return
    names = {name for _, name in imports(path.read_text("utf-8"))}
    assert not names & NOBODY_IMPORTS


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_says_what_belongs_in_it_and_stays_short(path):
    text = path.read_text("utf-8")
    assert ast.get_docstring(ast.parse(text)), f"{path.name} has no docstring"
    assert text.count("\n") <= 300, f"{path.name} has {text.count(chr(10))} lines"


def test_nothing_pure_reads_a_clock():
    for path in modules():
        if room_of(path) not in PURE:
            continue
        text = path.read_text("utf-8")
        for call in ("datetime.now(", "date.today(", "time.time(", "utcnow("):
            assert call not in text, f"{path.name} reads a clock: {call}"


def test_the_top_level_holds_only_what_was_agreed():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    folders = {line.split("/")[0] for line in listed.stdout.splitlines() if "/" in line}
    assert {name for name in folders if not name.startswith(".")} <= TOP_LEVEL_FOLDERS
