"""The SQL engine: what a model is, how it is built, checked and described."""
