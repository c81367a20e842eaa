"""The import law, and the shape of the repository. Needs no dependency of ours."""

import ast
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "cost_pipeline"
OURS = "cost_pipeline"
TESTS = "cost_pipeline_tests"

# What each room may import: rooms of ours, and libraries beside the standard one. Rooms
# stand in the order data walks through them; each may import the ones it names and none
# that those import.
Law = tuple[set[str], set[str]]
DECLARED = {"domain", "contracts"}
LAW: dict[str, Law] = {
    "domain": (set(), set()),
    "contracts": ({"domain"}, {"pandera", "pandas"}),
    "providers": ({"domain"}, {"httpx", "httpcore"}),
    "sources": ({"domain"}, {"psycopg2"}),
    "gateways": ({"domain"}, {"httpx", "jinja2", "stripe", "nostr_sdk"}),
    "storage": (DECLARED, {"duckdb"}),
    "models": ({*DECLARED, "storage"}, {"duckdb", "sqlglot"}),
    "fetch": ({*DECLARED, "providers", "sources", "storage"}, {"duckdb"}),
    # What is loaded with more than a line of SQL reads it from its file.
    "load": ({*DECLARED, "storage", "models.query_files"}, {"duckdb"}),
    "books": ({*DECLARED, "models", "storage", "gateways"}, {"duckdb"}),
    "publish": (
        {*DECLARED, "models", "storage", "gateways"},
        {"duckdb", "jinja2", "xlsxwriter"},
    ),
    "settings": (set(), {"pydantic", "pydantic_settings"}),
}
BELOW_DAGSTER = set(LAW)
LAW |= {
    # dagster_shared and sqlalchemy: Dagster's own storage is made of them.
    "automation": (set(), {"dagster", "dagster_shared", "sqlalchemy"}),
    "resources": (BELOW_DAGSTER, {"dagster", "duckdb", "httpx", "pydantic"}),
    "assets": (
        {*BELOW_DAGSTER, "resources", "automation"},
        {"dagster", "duckdb", "pydantic"},
    ),
}
# Nothing below this line is imported by anybody above it; they import everything.
ASSEMBLY = ("definitions", "commands", "cli", "__main__")
MAY_IMPORT_ASSEMBLY = {
    "definitions": {"commands"},
    "commands": {"commands", "cli"},
    "cli": {"__main__"},
    "__main__": set(),
}
PURE = {
    *("domain", "contracts", "storage", "models", "fetch", "load", "books", "publish"),
}
LARGEST_SHARE = 0.25
TOP_LEVEL_FOLDERS = {"cost_pipeline", "cost_pipeline_tests", "dbt_like_sql"}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(source: str) -> list[tuple[int, str]]:
    """Every imported name with its line, wherever in the file it stands.

    `from a import b` names both `a.b`, which may be a module, and is about `a`.
    """
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level:
            found.append((node.lineno, "." * node.level))
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [(node.lineno, f"{node.module}.{a.name}") for a in node.names]
    return found


def room_named(name: str) -> str:
    return name.split(".")[1] if "." in name else "__init__"


def is_allowed(room: str, name: str) -> bool:
    """Whether a law names the room of a module, or the module alone."""
    asked = f"{name}.".removeprefix(f"{OURS}.")
    return any(asked.startswith(f"{allowed}.") for allowed in LAW[room][0])


def broken_laws(room: str, source: str) -> list[str]:
    """The imports of a module that its room does not allow."""
    broken = []
    for line, name in imports(source):
        top = name.split(".")[0]
        if top == OURS:
            asked = room_named(name)
            if asked in ASSEMBLY:
                fits = room in MAY_IMPORT_ASSEMBLY[asked]
            else:
                fits = room in ASSEMBLY or asked == room or is_allowed(room, name)
        elif room in ASSEMBLY:
            fits = top != TESTS
        else:
            fits = top in sys.stdlib_module_names or top in LAW[room][1]
        if not fits:
            broken.append(f"line {line}: {room} may not import {name}")
    return list(dict.fromkeys(broken))


def circle_in(sources: Mapping[str, str]) -> list[str]:
    """One circle among modules by name and source; an import in a function counts."""
    graph: dict[str, set[str]] = {}
    for name, source in sources.items():
        named = {found for _, found in imports(source)}
        # A name that is no module is something inside the one before its last dot.
        modules = {n if n in sources else n.rpartition(".")[0] for n in named}
        graph[name] = {module for module in modules if module in sources} - {name}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def repeated_classes(sources: Mapping[str, str]) -> dict[str, list[str]]:
    """Class names that more than one module uses."""
    where = defaultdict(list)
    for name, source in sources.items():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ClassDef):
                where[node.name].append(name)
    return {cls: found for cls, found in where.items() if len(set(found)) > 1}


def too_large(lines: Mapping[str, int]) -> Collection[str]:
    """The rooms that hold more of the product than one room should."""
    whole = sum(lines.values())
    return [room for room, count in lines.items() if count >= LARGEST_SHARE * whole]


def product() -> dict[str, str]:
    return {name_of(path): path.read_text("utf-8") for path in modules()}


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_imports_only_what_its_room_may(path):
    if path == PACKAGE / "__init__.py":
        assert imports(path.read_text("utf-8")) == []
        return
    assert broken_laws(room_of(path), path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("room", "source", "said"),
    [
        pytest.param(
            "domain", "import dagster as dg\n", "dagster", id="a library in the domain"
        ),
        pytest.param(
            "models",
            "def late():\n    from cost_pipeline.load.tables import load_table\n",
            "cost_pipeline.load.tables.load_table",
            id="an import inside a function",
        ),
        pytest.param(
            "load",
            "from cost_pipeline import fetch\n",
            "cost_pipeline.fetch",
            id="a whole room at once",
        ),
        pytest.param(
            "automation",
            "from cost_pipeline.resources import NOW_TAG\n",
            "cost_pipeline.resources.NOW_TAG",
            id="automation knows Dagster alone",
        ),
        pytest.param(
            "assets",
            "from cost_pipeline.definitions import defs\n",
            "cost_pipeline.definitions.defs",
            id="the assembly",
        ),
        pytest.param(
            "definitions",
            "from cost_pipeline.commands.run import Pipeline\n",
            "cost_pipeline.commands.run.Pipeline",
            id="the assembly knows no command",
        ),
        pytest.param(
            "load",
            "from cost_pipeline.models.model import all_models\n",
            "cost_pipeline.models.model.all_models",
            id="another module than the one allowed",
        ),
        pytest.param("books", "from .ledger import append\n", ".", id="a relative one"),
        pytest.param(
            "commands",
            "from cost_pipeline_tests.tables import give\n",
            "cost_pipeline_tests.tables.give",
            id="a test",
        ),
    ],
)
def test_the_law_is_broken_by(room, source, said):
    assert [line.split(" import ")[1] for line in broken_laws(room, source)] == [said]


def test_the_law_names_every_room_and_no_other():
    rooms = {room_of(path) for path in modules()} - {"__init__"}
    assert rooms == {*LAW, *ASSEMBLY}


def test_no_module_leads_back_to_itself():
    assert circle_in(product()) == []


def test_a_late_import_closes_a_circle_too():
    sources = {
        f"{OURS}.a": f"from {OURS} import b\n",
        f"{OURS}.b": f"def late():\n    from {OURS}.a import A\n",
    }
    assert set(circle_in(sources)) == set(sources)


def test_a_class_has_its_name_alone():
    assert repeated_classes(product()) == {}


def test_two_classes_of_one_name_are_seen():
    sources = {"a": "class Step: ...\n", "b": "class Step: ...\n"}
    assert repeated_classes(sources) == {"Step": ["a", "b"]}


def test_no_room_holds_a_quarter_of_the_product():
    lines: Counter[str] = Counter()
    for path in modules():
        lines[room_of(path)] += path.read_text("utf-8").count("\n")
    assert too_large(lines) == []


def test_a_room_that_swallows_the_others_is_seen():
    assert too_large({"warehouse": 25, "providers": 24, "books": 51}) == [
        "warehouse",
        "books",
    ]


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_says_what_belongs_in_it(path):
    text = path.read_text("utf-8")
    assert ast.get_docstring(ast.parse(text)), f"{path.name} has no docstring"


def missing_files(text: str, present: Collection[str]) -> list[str]:
    """The files that a text names in backticks and that are not there."""
    named = re.findall(r"`([\w/]+[.](?:py|sql))`", text)
    return [
        name
        for name in dict.fromkeys(named)
        if not any(f"/{path}".endswith(f"/{name}") for path in present)
    ]


def files_below(*folders: str, endings: str) -> list[str]:
    return [
        str(path.relative_to(ROOT))
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in endings.split()
    ]


def test_a_file_that_is_named_is_there():
    present = files_below(*TOP_LEVEL_FOLDERS, endings=".py .sql")
    written = [
        *files_below(*TOP_LEVEL_FOLDERS, endings=".py .sql .md"),
        *(path.name for path in ROOT.glob("*.md") if path.name != "CHANGELOG.md"),
    ]
    missing = {
        path: names
        for path in written
        if path != "cost_pipeline_tests/test_architecture.py"
        if (names := missing_files((ROOT / path).read_text("utf-8"), present))
    }
    assert missing == {}


def test_a_file_that_moved_is_missed_where_it_was():
    present = ["cost_pipeline/load/rates.py"]
    text = "`load/rates.py`, `rates.py` and `warehouse/rates.py`"
    assert missing_files(text, present) == ["warehouse/rates.py"]


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


def test_no_test_file_imports_another():
    for path in sorted((ROOT / "cost_pipeline_tests").rglob("*.py")):
        for line, name in imports(path.read_text("utf-8")):
            parts = name.split(".")
            is_test = parts[0] == "cost_pipeline_tests" and any(
                part.startswith("test_") for part in parts
            )
            assert not is_test, f"{path.name}:{line} imports {name}"
