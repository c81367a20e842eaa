"""All models and audits, read once: parsing every query takes longer than most runs.

What came of parsing is kept beside the files, as Python keeps its bytecode, under a key
made of everything it depends on. Where nothing can be written it is parsed each time.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cost_pipeline.models.headers import Header
from cost_pipeline.models.model import SQL_FOLDER, Audit, Model
from cost_pipeline.storage.files import write_whole

CACHE = "__sqlcache__"
# What parsing depends on besides the queries: our own reading of them, and contracts,
# whose words are inherited.
READERS = ("models", "contracts")


@dataclass(frozen=True)
class Library:
    """Models upstream before downstream, and audits by name."""

    models: dict[str, Model]
    audits: tuple[Audit, ...]


def all_models(folder: Path = SQL_FOLDER) -> dict[str, Model]:
    """Every model by table name, upstream before downstream."""
    return library_of(folder).models


def all_audits(folder: Path = SQL_FOLDER) -> tuple[Audit, ...]:
    """Every audit, by name."""
    return library_of(folder).audits


def provenance(table: str) -> Mapping[str, str]:
    """For each column of a model the upstream columns it is computed from."""
    return all_models()[table].sources


def host_of(audit: Audit) -> str:
    """The table an audit names, or the last one it reads that is made from it."""
    models = all_models()
    below = {audit.table}
    for name, model in models.items():
        if below & set(model.upstream):
            below.add(name)
    later = [name for name in models if name in below and name in audit.upstream]
    return (audit.table, *later)[-1]


@cache
def library_of(folder: Path) -> Library:
    """What a folder holds, parsed now or before."""
    path = folder / CACHE / f"{key_of(folder)}.json"
    kept = _kept(path, folder)
    if kept is not None:
        return kept
    from cost_pipeline.models.parse import parse_audits, parse_models

    models, audits = parse_models(folder), parse_audits(folder)
    _keep(path, folder, models, audits)
    return Library({model.table: model for model in models}, tuple(audits))


def key_of(folder: Path) -> str:
    """The hash of everything that parsing depends on."""
    package = Path(__file__).resolve().parents[1]
    files = [
        *sorted(folder.rglob("*.sql")),
        *(p for room in READERS for p in sorted((package / room).rglob("*.py"))),
    ]
    found = hashlib.sha256(version("sqlglot").encode())
    for path in files:
        body = path.read_bytes()
        found.update(f"{path.name} {len(body)}\n".encode())
        found.update(body)
    return found.hexdigest()[:32]


def _kept(path: Path, folder: Path) -> Library | None:
    try:
        kept = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    models = [Model(**_restored(one, folder)) for one in kept["models"]]
    audits = [Audit(**_restored(one, folder)) for one in kept["audits"]]
    return Library({model.table: model for model in models}, tuple(audits))


def _restored(one: dict[str, Any], folder: Path) -> dict[str, Any]:
    return {
        **one,
        "path": folder / one["path"],
        "header": Header(**one["header"]),
        "upstream": tuple(one["upstream"]),
    }


def _keep(
    path: Path, folder: Path, models: Iterable[Model], audits: Iterable[Audit]
) -> None:
    """Write what was parsed; the older ones go. Where nobody may write, nobody does."""

    def plain(one: Model | Audit) -> dict[str, Any]:
        return {**asdict(one), "path": str(one.path.relative_to(folder))}

    body = {"models": [*map(plain, models)], "audits": [*map(plain, audits)]}
    try:
        write_whole(path, json.dumps(body).encode())
        for older in path.parent.glob("*.json"):
            if older != path:
                older.unlink(missing_ok=True)
    except OSError:
        return
