"""Texts inside a statement of SQL where no parameter can stand: paths, comments."""


def literal(text: object) -> str:
    """The text in quotes, whatever quotes it holds itself."""
    return "'" + str(text).replace("'", "''") + "'"
