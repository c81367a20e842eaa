"""`export`: names from outside stay names, and months are months."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console

from cost_pipeline.commands.exports import (
    NoSuchTenant,
    export,
    folder_of,
    month_of,
    safe,
)
from cost_pipeline.commands.queries import NothingPublished
from cost_pipeline.publish.exports import Chosen
from cost_pipeline.settings import Settings, WrongUsage


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("pilot", "pilot", id="as it is"),
        pytest.param("../../etc/passwd", "_.._etc_passwd_", id="points elsewhere"),
        pytest.param("..", "_", id="the folder above"),
        pytest.param("a/b\\c:d", "a_b_c_d_", id="separators"),
        pytest.param("", "_", id="nothing"),
    ],
)
def test_a_name_from_outside_is_one_part_of_a_path(name, expected):
    assert safe(name).startswith(expected)
    assert Path("folder", safe(name)).parent == Path("folder")


def test_two_names_never_become_one_file():
    names = ["a/b", "a_b", "a:b", "", "_", ".", "x" * 200, "x" * 201]
    assert len({safe(name) for name in names}) == len(names)


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
    with pytest.raises(WrongUsage):
        month_of("April")


def test_nothing_is_exported_before_anything_was_published(tmp_path, monkeypatch):
    monkeypatch.setenv("COST_PIPELINE_HOME", str(tmp_path))
    with pytest.raises(NothingPublished):
        export(Settings.load(), Console(quiet=True), None, None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_demo_is_exported_for_one_tenant_and_month(
    demo_home, tmp_path, monkeypatch
):
    home = tmp_path / "home"
    shutil.copytree(demo_home / "data", home)
    monkeypatch.setenv("COST_PIPELINE_HOME", str(home))
    folder = export(Settings.load(), Console(quiet=True), "pilot", "2026-04")
    pages = list((folder / "statements").glob("*.html"))
    assert [page.name for page in pages] == ["INV-2026-04-pilot-AUD.html"]
    assert "70.64" in pages[0].read_text("utf-8")
    assert "70.64" in (folder / "ar_journal.csv").read_text("utf-8")
    assert "cost" not in {path.stem for path in folder.rglob("*.csv")}
    with pytest.raises(NoSuchTenant, match="pilto"):
        export(Settings.load(), Console(quiet=True), "pilto", None)
    assert [path.name for path in folder.parent.glob("tenant-*")] == [folder.name]
    leftover = folder / "statements" / "a-draft-that-was.html"
    leftover.write_text("")
    export(Settings.load(), Console(quiet=True), "pilot", "2026-04")
    assert not leftover.exists()
