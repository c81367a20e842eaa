"""The platform's own tables: a directory of files, or Postgres."""
