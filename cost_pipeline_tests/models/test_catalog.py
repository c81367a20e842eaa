"""The data dictionary is what the models say, and the published words are short."""

import pytest

from cost_pipeline.contracts.registry import all_contracts
from cost_pipeline.models.catalog import CATALOG, catalog
from cost_pipeline.models.library import all_models


def test_the_catalog_is_what_the_models_say():
    assert CATALOG.read_text("utf-8") == catalog(), "run `make catalog`"


@pytest.mark.parametrize("contract", all_contracts().values(), ids=lambda c: c.table)
def test_every_column_that_enters_from_outside_has_words(contract):
    assert contract.description
    assert all(column.description for column in contract.all_columns)
    names = [column.name for column in contract.all_columns]
    assert set(contract.key) <= set(names)


def test_no_declared_column_near_money_is_a_double():
    for contract in all_contracts().values():
        for column in contract.columns:
            assert "double" not in column.type
            assert "float" not in column.type


def test_every_published_table_has_words_for_every_column():
    for model in all_models().values():
        if model.layer == "marts":
            assert all(model.columns.values()), model.table
