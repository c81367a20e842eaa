"""`export`: names from outside stay names, and months are months."""

from datetime import date
from pathlib import Path

import pytest

from cost_pipeline.commands.exporting import NotAMonth, folder_of, month_of, safe
from cost_pipeline.warehouse.exporting import Chosen


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("pilot", "pilot", id="as it is"),
        pytest.param("../../etc/passwd", "_.._etc_passwd", id="points elsewhere"),
        pytest.param("..", "_", id="the folder above"),
        pytest.param("a/b\\c:d", "a_b_c_d", id="separators"),
        pytest.param("", "_", id="nothing"),
    ],
)
def test_a_name_from_outside_is_one_part_of_a_path(name, expected):
    assert safe(name) == expected


def test_each_choice_has_a_folder_of_its_own():
    exports = Path("exports")
    chosen = [
        Chosen(),
        Chosen("pilot"),
        Chosen(None, date(2026, 4, 1)),
        Chosen("pilot", date(2026, 4, 1)),
        Chosen("all"),
    ]
    folders = [folder_of(exports, one) for one in chosen]
    assert len(set(folders)) == len(chosen)
    assert {folder.parent for folder in folders} == {exports}


def test_a_month_is_read_and_anything_else_is_refused():
    assert month_of("2026-04") == date(2026, 4, 1)
    assert month_of(None) is None
    with pytest.raises(NotAMonth):
        month_of("April")
