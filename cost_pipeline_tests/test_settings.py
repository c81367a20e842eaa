"""Settings: a wrong one names its variable and never shows its value."""

from pathlib import Path

import pytest

from cost_pipeline.settings import Settings, WrongSetting


@pytest.fixture(autouse=True)
def _clean(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("DIGITALOCEAN_TOKEN", "COST_PIPELINE_NOW", "COST_PIPELINE_PROVIDER"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SPEND_ALERT_INTERVAL_SECS", "59"),
        ("COST_PIPELINE_NOW", "secret-looking-nonsense"),
        ("COST_PIPELINE_ISSUE_FROM", "soon"),
        ("COST_PIPELINE_REPORT_CURRENCY", "dollars"),
        ("DIGITALOCEAN_API_URL", "ftp://example.test"),
        ("COST_PIPELINE_PROVIDER", "somewhere"),
        ("SMTP_URL", "smtp://user:hunter2@host:port"),
        ("DAGSTER_POSTGRES_URL", "mysql://user:hunter2@host/dagster"),
    ],
)
def test_a_wrong_setting_names_the_variable_and_not_the_value(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(WrongSetting) as error:
        Settings.load()
    assert name in str(error.value)
    assert value not in str(error.value)


def test_without_a_token_the_demo_answers():
    assert Settings.load().provider_name == "demo"


def test_with_a_token_the_real_provider_answers_and_the_token_is_not_shown(monkeypatch):
    monkeypatch.setenv("DIGITALOCEAN_TOKEN", "test-token-not-a-secret")
    settings = Settings.load()
    assert settings.provider_name == "digitalocean"
    assert "test-token" not in repr(settings)


def test_an_instant_without_a_zone_is_utc(monkeypatch):
    monkeypatch.setenv("COST_PIPELINE_NOW", "2026-05-20T00:00:00")
    now = Settings.load().now
    assert now is not None
    assert now.isoformat() == "2026-05-20T00:00:00+00:00"


def test_an_empty_variable_is_an_unset_one(monkeypatch):
    unset = Settings.load()
    for name in (
        "COST_PIPELINE_HOME",
        "COST_PIPELINE_ISSUE_FROM",
        "SPEND_ALERT_INTERVAL_SECS",
    ):
        monkeypatch.setenv(name, "")
    assert Settings.load() == unset


def test_settings_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        Settings.load().home = Path()  # type: ignore[misc]
