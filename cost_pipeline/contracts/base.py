"""What a table that enters from outside must look like, declared once.

One declaration has three uses: the table's DDL, the check that holds it, and its
documentation. The declarations themselves live beside this file, one module per
subject.
"""

from dataclasses import dataclass

TEXT = "varchar"
INTEGER = "bigint"
INSTANT = "timestamp"
DAY = "date"
FLAG = "boolean"
JSON = "json"
CENTS = "bigint"
UNIT_PRICE = "decimal(16,8)"
QUANTITY = "decimal(20,6)"


@dataclass(frozen=True)
class Column:
    """One column: its type, what it means, and what a value must satisfy.

    `rule` is a SQL condition over the row, true for good values; null passes unless
    the column is required. `joined_later`: rows of the ledger were written before there
    was such a column, so it may be null for ever and counts in their hash where given.
    """

    name: str
    type: str
    description: str
    required: bool = False
    one_of: tuple[str, ...] = ()
    rule: str = ""
    default: str = ""
    joined_later: bool = False


@dataclass(frozen=True)
class Contract:
    """One table: its columns in order, its key, and where rows come from if not given.

    `strict`: a single bad row refuses the whole file, because a partly read ledger is
    worse than none. `append_only`: customers are billed from it, so that one that lost
    rows waits for an operator. `has_seed`: rows of `dbt_like_sql/seeds/` stand in while
    the platform has no table of that name.
    """

    table: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    subject: str
    strict: bool = False
    append_only: bool = False
    has_seed: bool = False
    has_provenance: bool = True

    @property
    def name(self) -> str:
        return self.table.split(".")[1]

    @property
    def all_columns(self) -> tuple[Column, ...]:
        return self.columns + (PROVENANCE if self.has_provenance else ())

    def ddl(self, *, or_replace: bool = False) -> str:
        """The statement that makes the table; keys are checked by query, not index."""
        columns = ",\n    ".join(
            f"{column.name} {column.type}" + (" not null" if column.required else "")
            for column in self.all_columns
        )
        how = "create or replace table" if or_replace else "create table if not exists"
        return f"{how} {self.table} (\n    {columns}\n)"

    def rules(self) -> dict[str, str]:
        """Each rule by name, as a SQL condition that is true for a good row."""
        found: dict[str, str] = {}
        for column in self.columns:
            if column.required:
                found[f"{column.name} is given"] = f"{column.name} is not null"
            if column.one_of:
                allowed = ", ".join(f"'{value}'" for value in column.one_of)
                condition = f"{column.name} is null or {column.name} in ({allowed})"
                found[f"{column.name} is one of {allowed}"] = condition
            if column.rule:
                condition = f"{column.name} is null or ({column.rule})"
                found[f"{column.name}: {column.rule}"] = condition
        return found


PROVENANCE = (
    Column("source_file", TEXT, "SHA-256 of the landed file the row was read from."),
    Column("source_row", INTEGER, "Row in that file, the first data row being 1."),
)
