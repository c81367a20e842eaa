"""The data dictionary: `CATALOG.md`, written from the models and the contracts.

Nothing in it is typed twice; a test fails when the committed file is not what this
module writes.
"""

from collections.abc import Iterable, Mapping

from cost_pipeline.contracts.base import Contract
from cost_pipeline.contracts.registry import all_contracts
from cost_pipeline.models.library import all_models, provenance
from cost_pipeline.models.markdown import table_line
from cost_pipeline.models.model import SQL_FOLDER, Model

CATALOG = SQL_FOLDER / "CATALOG.md"

INTRODUCTION = """# Catalog

Every table, what one row of it is, and what each column means. Written by
`make catalog` from the headers of the SQL models and from the contracts; a test keeps
it true. `marts` is what analysts find in `published/cost.duckdb`.
"""


def catalog() -> str:
    """The whole file."""
    models = all_models()
    parts = [INTRODUCTION, contents(models)]
    for layer in ("marts", "ledger", "core", "staging"):
        parts.append(f"## {layer}\n")
        chosen = sorted(name for name, model in models.items() if model.layer == layer)
        parts += [of_model(models[name]) for name in chosen]
    parts.append("## Tables that enter from outside\n")
    contracts = all_contracts()
    entering = sorted(contracts.keys() - models.keys())
    parts += [of_contract(contracts[name]) for name in entering]
    return "\n".join(parts).rstrip() + "\n"


def contents(models: Mapping[str, Model]) -> str:
    """The published tables at a glance."""
    lines = ["| published table | one row per |", "|---|---|"]
    for name in sorted(models):
        if models[name].layer == "marts":
            grain = ", ".join(models[name].grain)
            lines.append(f"| [{name}](#{anchor(name)}) | {grain} |")
    return "\n".join(lines) + "\n"


def of_model(model: Model) -> str:
    """One model: words, grain, rules, columns with where they come from."""
    sources = provenance(model.table)
    rows = ((name, text, sources.get(name, "")) for name, text in model.columns.items())
    lines = [f"### {model.table}\n", model.description, ""]
    lines.append(f"One row per {', '.join(model.grain)}.")
    if model.volatile:
        lines.append(f"Depends on when a run happened: {', '.join(model.volatile)}.")
    rules = [*model.checks, *(f"{rule} (warns)" for rule in model.warnings)]
    lines += [f"- holds: `{rule}`" for rule in rules]
    return "\n".join([*lines, "", *table(("column", "meaning", "from"), rows), ""])


def of_contract(contract: Contract) -> str:
    """One declared table: words, key, columns with their types."""
    rows = ((c.name, c.type, c.description) for c in contract.all_columns)
    lines = [f"### {contract.table}\n", contract.description, ""]
    lines.append(f"One row per {', '.join(contract.key)}.")
    return "\n".join([*lines, "", *table(("column", "type", "meaning"), rows), ""])


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    """A Markdown table; a bar inside a cell would end it."""
    lines = [table_line(head), "|" + "---|" * len(head)]
    for row in rows:
        cells = (" ".join(value.split()).replace("|", "\\|") for value in row)
        lines.append(table_line(cells))
    return lines


def anchor(name: str) -> str:
    """The anchor that Markdown gives a heading."""
    return name.replace(".", "")
