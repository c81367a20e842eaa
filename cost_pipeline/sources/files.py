"""The platform's tables as a directory of CSV, JSON lines or Parquet files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cost_pipeline.sources.base import SourceUnreachable, TableBytes

FORMATS = ("csv", "jsonl", "parquet")
DEMO = Path(__file__).parent / "demo"


@dataclass(frozen=True)
class FileSources:
    """`<table>.csv`, `<table>.jsonl` or `<table>.parquet` in one folder."""

    folder: Path

    def fetch(self, tables: Sequence[str]) -> dict[str, TableBytes]:
        """Return the files that are there; two files for one table are refused."""
        if not self.folder.is_dir():
            raise SourceUnreachable(
                "COST_PIPELINE_SOURCES is neither a directory that exists "
                "nor a postgresql:// address"
            )
        found = {}
        for table in tables:
            files = [self.folder / f"{table}.{suffix}" for suffix in FORMATS]
            present = [path for path in files if path.is_file()]
            if len(present) > 1:
                names = ", ".join(path.name for path in present)
                raise SourceUnreachable(f"more than one file for a table: {names}")
            if present:
                found[table] = TableBytes(present[0].suffix[1:], path=present[0])
        return found
