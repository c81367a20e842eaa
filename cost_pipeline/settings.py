"""The environment, read once and frozen.

Every variable of the public contract is a field here and nowhere else. A wrong value
is reported by the variable's name, never by the value: it may be a secret that was
pasted into the wrong line.
"""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

DIGITALOCEAN_ORIGIN = "https://api.digitalocean.com"
ECB_ORIGIN = "https://www.ecb.europa.eu"


class WrongSetting(Exception):
    """A variable that cannot be used; the message names it and says what fits."""


class WrongUsage(Exception):
    """An argument that cannot be read; the message says which form it has."""


def _as_utc(moment: datetime) -> datetime:
    """An instant without a zone is UTC: the whole pipeline knows no other."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC)


def _one_word(secret: SecretStr | None) -> SecretStr | None:
    """Said here, because the HTTP library would quote the token."""
    if secret is not None and not re.fullmatch("[!-~]+", secret.get_secret_value()):
        raise ValueError("holds a space or a line break")
    return secret


def _mail_address(secret: SecretStr | None) -> SecretStr | None:
    fitting = "is not smtp://host or smtps://host, with :port and user:password@ or not"
    if secret is not None:
        try:
            parts = urlsplit(secret.get_secret_value())
            is_mail = parts.scheme in ("smtp", "smtps") and bool(parts.hostname)
            is_mail = is_mail and parts.port != 0
        except ValueError:
            raise ValueError(fitting) from None
        if not is_mail:
            raise ValueError(fitting)
    return secret


def _postgres_address(secret: SecretStr | None) -> SecretStr | None:
    fitting = r"postgresql(\+psycopg2)?://\S+"
    if secret is not None and not re.fullmatch(fitting, secret.get_secret_value()):
        raise ValueError("is not postgresql+psycopg2://user@host/database")
    return secret


Instant = Annotated[datetime, AfterValidator(_as_utc)]


class Settings(BaseSettings):
    """One field per variable; see the table in the README."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    home: Path = Field(Path("data"), validation_alias="COST_PIPELINE_HOME")
    now: Instant | None = Field(None, validation_alias="COST_PIPELINE_NOW")
    issue_from: date | None = Field(None, validation_alias="COST_PIPELINE_ISSUE_FROM")
    provider: Literal["demo", "digitalocean"] | None = Field(
        None, validation_alias="COST_PIPELINE_PROVIDER"
    )
    account: str = Field(
        "main",
        validation_alias="COST_PIPELINE_ACCOUNT",
        pattern=r"^[a-z0-9][a-z0-9-]{0,30}$",
    )
    digitalocean_token: Annotated[SecretStr | None, AfterValidator(_one_word)] = Field(
        None, validation_alias="DIGITALOCEAN_TOKEN", repr=False
    )
    digitalocean_api_url: str = Field(
        DIGITALOCEAN_ORIGIN,
        validation_alias="DIGITALOCEAN_API_URL",
        pattern=r"^https?://[^/?#@]+/?$",
    )
    ecb_url: str = Field(
        ECB_ORIGIN, validation_alias="ECB_URL", pattern=r"^https?://[^/?#@]+/?$"
    )
    sources: SecretStr | None = Field(
        None, validation_alias="COST_PIPELINE_SOURCES", repr=False
    )
    report_currency: str = Field(
        "AUD", validation_alias="COST_PIPELINE_REPORT_CURRENCY", pattern=r"^[A-Z]{3}$"
    )
    spend_alert_interval_s: int = Field(
        86_400, validation_alias="SPEND_ALERT_INTERVAL_SECS", ge=60
    )
    memory_limit: str | None = Field(
        None,
        validation_alias="COST_PIPELINE_MEMORY_LIMIT",
        pattern=r"^[0-9]+ ?(MB|MiB|GB|GiB)$",
    )
    smtp_url: Annotated[SecretStr | None, AfterValidator(_mail_address)] = Field(
        None, validation_alias="SMTP_URL", repr=False
    )
    mail_from: str = Field("billing@localhost", validation_alias="MAIL_FROM")
    operator_email: str | None = Field(None, validation_alias="OPERATOR_EMAIL")
    stripe_api_key: SecretStr | None = Field(
        None, validation_alias="STRIPE_API_KEY", repr=False
    )
    stripe_api_url: str | None = Field(None, validation_alias="STRIPE_API_URL")
    nwc_url: SecretStr | None = Field(None, validation_alias="NWC_URL", repr=False)
    dagster_postgres_url: Annotated[
        SecretStr | None, AfterValidator(_postgres_address)
    ] = Field(None, validation_alias="DAGSTER_POSTGRES_URL", repr=False)

    @field_validator("*", mode="before")
    @classmethod
    def empty_is_unset(cls, value: object, field: ValidationInfo) -> object:
        """`NAME=` in a file is what people write for none, for every variable."""
        if value == "" and field.field_name:
            return cls.model_fields[field.field_name].default
        return value

    @classmethod
    def load(cls, **overrides: object) -> Self:
        """Read the environment and `.env`, or say which variable is wrong."""
        try:
            return cls(**overrides)  # type: ignore[arg-type]
        except ValidationError as error:
            raise WrongSetting(_named_problems(error)) from None

    @property
    def provider_name(self) -> str:
        """The demo account answers unless there is a token to ask the real one."""
        if self.provider:
            return self.provider
        return "digitalocean" if self.digitalocean_token else "demo"

    @property
    def landing_path(self) -> Path:
        return self.home / "landing"

    @property
    def warehouse_path(self) -> Path:
        return self.home / "warehouse.duckdb"

    @property
    def ledger_path(self) -> Path:
        return self.home / "ledger.duckdb"

    @property
    def segments_path(self) -> Path:
        return self.home / "ledger"

    @property
    def published_path(self) -> Path:
        return self.home / "published" / "cost.duckdb"

    @property
    def exports_path(self) -> Path:
        return self.home / "exports"


def _named_problems(error: ValidationError) -> str:
    problems = (
        f"{problem['loc'][0]}: {problem['msg'].removeprefix('Value error, ')}"
        for problem in error.errors(include_input=False, include_url=False)
    )
    return "; ".join(sorted(problems))
