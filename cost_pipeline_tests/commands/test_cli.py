"""The command line: one clear line for each error, and the right exit code."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from cost_pipeline_tests.conftest import command

NOBODY = "postgresql+psycopg2://dagster:hunter2@127.0.0.1:9/dagster"


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "said"),
    [
        (["run"], {"SPEND_ALERT_INTERVAL_SECS": "5"}, 2, "SPEND_ALERT_INTERVAL_SECS"),
        (["run", "--as-of", "yesterday"], {}, 2, "--as-of"),
        (["run", "--select", "nowhere"], {}, 2, "there are a_landing, b_raw"),
        (["run"], {"COST_PIPELINE_PROVIDER": "digitalocean"}, 2, "DIGITALOCEAN_TOKEN"),
        (["run"], {"COST_PIPELINE_SOURCES": "nowhere"}, 2, "COST_PIPELINE_SOURCES"),
        (["run"], {"DAGSTER_POSTGRES_URL": NOBODY}, 1, "DAGSTER_POSTGRES_URL: "),
        (["nonsense"], {}, 2, "nonsense"),
        (["digest"], {}, 1, "cost-pipeline run"),
        (["rebuild"], {}, 1, "nothing to rebuild from"),
        (["quote", "--plan", "none"], {}, 1, "none"),
        (
            ["quote", "--plan", "studio", "--usage", "droplet_hours"],
            {},
            2,
            "KIND=QUANTITY",
        ),
        (
            ["quote", "--plan", "studio", "--usage", "droplet_hours=1e30"],
            {},
            2,
            "below 10000000000000",
        ),
        (
            ["ui", "--host", "0.0.0.0"],
            {},
            2,
            "COST_PIPELINE_UI_TOKEN",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_an_error_is_one_line_with_its_code(
    tmp_path, arguments, environment, code, said
):
    done = command(tmp_path, *arguments, **environment)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_line_of_the_env_file_is_a_setting_like_any_other(tmp_path):
    (tmp_path / ".env").write_text(f"DAGSTER_POSTGRES_URL={NOBODY}\nSMTP_URL=\n")
    done = command(tmp_path, "run")
    assert done.returncode == 1
    (line,) = done.stderr.strip().splitlines()
    assert "DAGSTER_POSTGRES_URL: Dagster's history is out of reach" in line
    assert "hunter2" not in done.stdout + done.stderr


def test_two_processes_may_be_the_first_in_a_new_home(tmp_path):
    with ThreadPoolExecutor(2) as people:
        asked = [people.submit(command, tmp_path, "health") for _ in range(2)]
    for done in (future.result() for future in asked):
        assert "open checks" in done.stdout, done.stderr
        assert "history" not in done.stdout + done.stderr


def test_a_quote_is_what_an_invoice_would_say(tmp_path):
    done = command(
        tmp_path,
        "quote",
        "--plan=studio",
        "--addon=storage_50gb",
        "--usage=droplet_hours=2000",
        "--usage=droplet_hours=160",
    )
    assert done.returncode == 0, done.stderr
    for figure in ("50.00", "7.50", "6.72", "64.22", "1488 included"):
        assert figure in done.stdout


def test_a_quote_in_two_currencies_has_two_totals(tmp_path):
    done = command(tmp_path, "quote", "--plan=basic", "--addon=storage_50gb")
    assert done.returncode == 0, done.stderr
    in_dollars, in_aussie = (
        line for line in done.stdout.splitlines() if "total" in line
    )
    assert "USD 10.00" in in_dollars
    assert "AUD 7.50" in in_aussie


def test_a_preview_before_the_first_run_says_so_and_writes_nothing(tmp_path):
    done = command(tmp_path, "preview")
    assert done.returncode == 1
    assert "nothing is published yet" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_help_names_every_command(tmp_path):
    done = command(tmp_path, "--help")
    assert done.returncode == 0
    for name in (
        "demo",
        "run",
        "quote",
        "ask",
        "digest",
        "rebuild",
        "preview",
        "health",
    ):
        assert name in done.stdout
