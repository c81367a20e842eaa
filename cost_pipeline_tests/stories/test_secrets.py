"""No token and no password is found anywhere, however it is spelled.

`.env` itself is left out: it is where secrets are kept. What is searched is every byte
that a run leaves behind, database files included, and every line that it says.
"""

import pytest

from cost_pipeline_tests.conftest import command
from cost_pipeline_tests.stories.fake_account import TOKEN
from cost_pipeline_tests.stories.odd_world import SECRETS, spellings

pytestmark = pytest.mark.slow

PASSWORD = "test-postgres@password-not-a-secret"
UNREACHABLE = "postgresql://reader:test-postgres%40password-not-a-secret@127.0.0.1:9/x"


def leaks(folder, secrets):
    """Which secrets stand in which files of a folder."""
    wanted = {name: list(spellings(secret)) for name, secret in secrets.items()}
    found = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.name == ".env":
            continue
        content = path.read_bytes()
        found += [
            f"{name} in {path.relative_to(folder)}"
            for name, spelled in wanted.items()
            if any(text in content for text in spelled)
        ]
    return found


def test_a_secret_would_be_found_in_each_spelling(tmp_path):
    for number, text in enumerate(spellings(TOKEN)):
        (tmp_path / str(number)).write_bytes(b"before" + text + b"after")
    assert len(leaks(tmp_path, {"token": TOKEN})) == 5


def test_no_secret_is_on_disk_after_a_run(odd_home):
    assert any(path.name == ".env" for path in odd_home.path.iterdir())
    assert leaks(odd_home.path, SECRETS) == []


def test_no_secret_is_said(odd_home):
    said = odd_home.said.encode()
    found = [
        name
        for name, secret in SECRETS.items()
        if any(text in said for text in spellings(secret))
    ]
    assert found == []


def test_what_env_says_was_used(odd_home):
    # Mail was tried, so `.env` of the working directory was read.
    assert "not delivered" in odd_home.said


def test_an_item_that_may_hold_a_password_is_not_kept_as_it_came(odd_home):
    assert odd_home.code == 1
    assert "GET /v2/databases: 1 items set aside" in odd_home.said


def test_the_demo_leaves_no_password_of_its_account(demo_home):
    assert leaks(demo_home, {"password": "EXAMPLE-NOT-A-SECRET"}) == []


@pytest.mark.parametrize(
    "arguments", [["run", "--select", "landing"], ["health"]], ids=" ".join
)
def test_an_unreachable_database_is_named_without_its_password(tmp_path, arguments):
    done = command(tmp_path, *arguments, COST_PIPELINE_SOURCES=UNREACHABLE)
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert "COST_PIPELINE_SOURCES" in said
    assert "Traceback" not in said
    (tmp_path / "said").write_text(said)
    assert leaks(tmp_path, {"password": PASSWORD}) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SMTP_URL", "test-pasted-secret"),
        ("DIGITALOCEAN_API_URL", "https://user:test-pasted-secret@api.invalid"),
        ("COST_PIPELINE_NOW", "test-pasted-secret"),
        ("DIGITALOCEAN_TOKEN", "test-pasted-secret with a space"),
        ("COST_PIPELINE_SOURCES", "/nowhere/test-pasted-secret"),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_is_not(tmp_path, name, value):
    done = command(tmp_path, "run", "--select", "landing", **{name: value})
    said = done.stdout + done.stderr
    assert done.returncode in (1, 2), said
    assert name in said
    assert "Traceback" not in said
    assert "test-pasted-secret" not in said
    assert leaks(tmp_path, {"pasted": "test-pasted-secret"}) == []
