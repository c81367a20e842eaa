"""The platform's tables in Postgres: one table or view per name, read only."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from cost_pipeline.sources.base import SourceUnreachable, TableBytes

CONNECT_TIMEOUT_S = 10
STATEMENT_TIMEOUT_MS = 300_000


@dataclass(frozen=True)
class PostgresSources:
    """Tables of the connection's search path, copied out in one read-only snapshot."""

    url: str = field(repr=False)

    def fetch(self, tables: Sequence[str]) -> dict[str, TableBytes]:
        """Copy the tables that exist as CSV, all as of the same moment."""
        # Imported late: the driver loads a native library that file users never need.
        import psycopg2
        from psycopg2 import sql

        try:
            connection = psycopg2.connect(
                self.url,
                connect_timeout=CONNECT_TIMEOUT_S,
                options=f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c TimeZone=UTC",
            )
        except psycopg2.OperationalError as error:
            raise SourceUnreachable(_without_secrets(error)) from None
        try:
            connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
            with connection.cursor() as cursor:
                found = {}
                for table in tables:
                    cursor.execute("select to_regclass(%s)", (table,))
                    if cursor.fetchone() == (None,):
                        continue
                    buffer = io.BytesIO()
                    copy = sql.SQL(
                        "copy (select * from {}) to stdout with (format csv, header)"
                    ).format(sql.Identifier(table))
                    cursor.copy_expert(copy, buffer)
                    found[table] = TableBytes("csv", body=buffer.getvalue())
                return found
        except psycopg2.Error as error:
            raise SourceUnreachable(_without_secrets(error)) from None
        finally:
            connection.close()


def _without_secrets(error: Exception) -> str:
    """The driver's first line names host and reason, never the password."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return f"COST_PIPELINE_SOURCES: Postgres answers: {lines[0]}"
