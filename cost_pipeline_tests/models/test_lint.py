"""The lint refuses what was measured to be wrong, with file and line."""

from dataclasses import replace
from pathlib import Path

import pytest

from cost_pipeline.contracts.registry import all_contracts, ledger_tables
from cost_pipeline.models.headers import BadHeader, split_file
from cost_pipeline.models.library import all_audits, all_models
from cost_pipeline.models.lint import _cut_again, lint
from cost_pipeline.models.parse import read_model, table_of

HEADER = """/*
A model for this test.

grain: day

day: The day.
{columns}*/
"""


def findings(tmp_path, select, *, columns="value: A value.\n", rest="from core.given"):
    folder = tmp_path / "core"
    folder.mkdir()
    path = folder / "tested.sql"
    path.write_text(
        HEADER.format(columns=columns) + f"select\n    day,\n    {select}\n{rest}\n"
    )
    return [str(finding) for finding in lint(read_model(path))]


@pytest.mark.parametrize(
    ("select", "said"),
    [
        ("cast(amount_cents / 3 as bigint) as value", "`/` on money"),
        ("cast(total / 3 as bigint) as value", "`/` on money"),
        ("cast(avg(amount_cents) as bigint) as value", "avg() on money"),
        ("cast(amount_cents // 3 as bigint) as value", "`//` stands only"),
        (
            "cast((2 * abs(cents) * part + cast(whole as hugeint)) "
            "// (2 * whole) as bigint) as value",
            "`//` stands only",
        ),
        (
            "cast((2 * abs(cents) * part + whole) // (2 * whole) as bigint) as value",
            "`//` stands only",
        ),
        ("sum(amount_cents) as value", "no explicit cast"),
        ("cast(date_diff('hour', a_at, b_at) as bigint) as value", "date_diff"),
    ],
)
def test_a_measured_fault_is_refused_with_file_and_line(tmp_path, select, said):
    (found,) = findings(tmp_path, select)
    assert said in found
    assert found.startswith("tested.sql:")


def test_the_line_that_is_named_is_the_line_of_the_fault(tmp_path):
    formula = "(2 * cast(a as hugeint) + b) // (2 * b)"
    rest = f"from core.given -- per day / hour\nwhere {formula} > 0"
    (found,) = findings(
        tmp_path, "cast(amount_cents / 3 as bigint) as value", rest=rest
    )
    assert found.startswith("tested.sql:11:")


def test_a_later_branch_of_a_union_may_not_widen_a_column(tmp_path):
    rest = "from core.given\nunion all\nselect day, sum(value) from core.more"
    (found,) = findings(tmp_path, "value", rest=rest)
    assert found == "tested.sql:14: an output column has no explicit cast"


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("from core.given asof join core.rates using (day)", "ASOF"),
        (
            "from core.given union all by name select day, value from core.more",
            "BY NAME",
        ),
    ],
)
def test_what_does_not_run_elsewhere_is_refused(tmp_path, rest, said):
    assert any(said in found for found in findings(tmp_path, "value", rest=rest))


def test_the_one_rounding_formula_is_allowed(tmp_path):
    formula = (
        "cast(sign(amount_cents) * ((2 * abs(cast(amount_cents as hugeint)) * part "
        "+ whole) // (2 * whole)) as bigint) as value"
    )
    assert findings(tmp_path, formula) == []


def test_a_column_without_words_is_refused(tmp_path):
    assert findings(tmp_path, "value", columns="") == [
        "tested.sql:10: column value is not described, nor only passed on"
    ]


def test_words_without_a_column_are_refused(tmp_path):
    found = findings(tmp_path, "value", columns="value: A.\nother: B.\n")
    assert any("which the query does not return" in line for line in found)


@pytest.mark.parametrize("table", sorted(all_models()))
def test_every_model_of_ours_is_clean(table):
    assert [str(finding) for finding in lint(all_models()[table])] == []


@pytest.mark.parametrize("table", sorted(all_models()))
def test_layers_read_downwards_and_only_staging_reads_what_was_loaded(table):
    # What is told is made of core, and shown by staging as what the ledger holds.
    order = ["ref", "raw", "staging", "core", "ledger", "marts"]
    model = all_models()[table]
    for upstream in model.upstream:
        layer = upstream.split(".")[0]
        place = f"{table} reads {upstream}"
        if layer in ("raw", "ledger"):
            assert model.layer == "staging", place
        else:
            assert order.index(layer) <= order.index(model.layer), place


@pytest.mark.parametrize("table", [n for n, m in all_models().items() if m.is_append])
def test_what_is_told_is_what_the_ledger_declares_under_its_natural_key(table):
    model, contract = all_models()[table], all_contracts()[table]
    assert model.layer == "ledger"
    assert list(model.columns) == [column.name for column in contract.columns]
    assert model.header.words("append") == model.grain == contract.key


def test_a_table_of_the_ledger_is_computed_decided_or_what_came_of_telling():
    told = {contract.table for contract in ledger_tables()}
    by_hand = {"ledger.decisions", "ledger.deliveries"}
    assert {n for n, m in all_models().items() if m.is_append} == told - by_hand


def test_a_run_of_the_past_is_known_by_every_table_but_what_people_decide():
    upstream = set(all_models()["staging.told_later"].upstream) - {"ref.clock"}
    told = {f"raw.ledger_{contract.name}" for contract in ledger_tables()}
    assert upstream == told - {"raw.ledger_decisions"}


def test_a_checkout_may_be_called_like_a_layer():
    assert table_of(Path("/ledger/dbt_like_sql/core/usage/x.sql")) == "core.x"
    assert table_of(Path("/core/dbt_like_sql/marts/x.sql")) == "marts.x"


def test_what_staging_cuts_is_not_cut_again():
    again = "select a.activity_id from staging.activities as a, ref.clock as clock"
    model = all_models()["core.activity_findings"]
    cut = replace(model, source=f"{again} where a.created_at <= clock.now_at")
    assert [fault for _, fault in _cut_again(cut)] == [
        "created_at is cut at now in staging already"
    ]
    other = replace(model, source=f"{again} where a.sequence <= clock.now_at")
    assert list(_cut_again(other)) == []


def test_every_audit_names_a_table_that_is_built_or_loaded():
    tables = {*all_models(), *(contract.table for contract in all_contracts().values())}
    assert {audit.table for audit in all_audits()} <= tables


def test_a_header_keeps_continued_lines_and_every_check():
    header, query = split_file(
        "/*\nOne.\nTwo.\n\nMore.\n\ngrain: a, b\ncheck: a > 0\ncheck: b > 0\n\n"
        "a: First\nand on.\nb: Second.\n*/\nselect 1\n",
        "x.sql",
    )
    assert header.description == "One.\nTwo.\n\nMore."
    assert header.words("grain") == ("a", "b")
    assert header.lines("check") == ("a > 0", "b > 0")
    assert header.columns == {"a": "First and on.", "b": "Second."}
    assert query == "select 1"


def test_a_file_without_a_header_is_refused_by_name():
    with pytest.raises(BadHeader, match=r"x\.sql:1"):
        split_file("select 1", "x.sql")
