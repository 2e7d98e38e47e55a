"""Settings: what a city may set, where it comes from, and what is refused."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from config.settings import Settings, described

KEY = base64.b64encode(bytes(32)).decode()
REAL: dict[str, Any] = {
    "profile": "production",
    "database_url": "postgres://app@db/yima",
    "migration_database_url": "postgres://owner@db/yima",
    "secrets": {
        "vault_keys": {"a": KEY}, "vault_current": "a", "index_key": KEY, "code_keys": {"a": KEY}, "code_current": "a",
    },
    "identity": {"register_url": "http://register.internal"},
}  # fmt: skip


def test_production_opens_with_everything_it_needs() -> None:
    assert Settings(**REAL).profile == "production"


@pytest.mark.parametrize(
    "change",
    [
        {"database_url": ""},
        {"migration_database_url": ""},
        {"secrets": {}},
        {"identity": {}},
        {"demo": {"year_shift": 120}},
    ],
)
def test_production_refuses_to_open_without(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings(**{**REAL, **change})


def test_the_demo_stays_on_loopback() -> None:
    with pytest.raises(ValidationError, match="loopback"):
        Settings(profile="demo", host="0.0.0.0")


def test_a_short_key_is_refused_and_not_shown() -> None:
    with pytest.raises(ValidationError) as caught:
        Settings(profile="test", secrets={"vault_keys": {"a": base64.b64encode(b"short").decode()}})  # type: ignore[arg-type]
    assert "32 bytes" in str(caught.value)


def test_environment_over_file_over_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    named = tmp_path / "yima.toml"
    named.write_text('port = 9001\nlog_level = "WARNING"\n[limits]\notp_digits = 8\n')
    monkeypatch.setenv("YIMA_CONFIG", str(named))
    monkeypatch.setenv("YIMA_PORT", "9002")
    monkeypatch.setenv("YIMA_LIMITS__OTP_SECONDS", "120")
    settings = Settings()
    assert (settings.port, settings.log_level) == (9002, "WARNING")
    assert (settings.limits.otp_digits, settings.limits.otp_seconds, settings.limits.otp_attempts) == (8, 120, 5)


def test_an_unknown_key_in_the_file_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    named = tmp_path / "yima.toml"
    named.write_text("prot = 9001\n")
    monkeypatch.setenv("YIMA_CONFIG", str(named))
    with pytest.raises(ValidationError, match="prot"):
        Settings()


def test_storage(tmp_path: Path) -> None:
    assert Settings(profile="test", data_dir=tmp_path).storage_url() == f"sqlite://{tmp_path}/yima.sqlite3"
    assert Settings(**REAL).storage_url(migrating=True) == "postgres://owner@db/yima"
    assert Settings(**REAL).storage_url() == "postgres://app@db/yima"


def test_every_setting_is_listed_with_its_meaning() -> None:
    listed = described(Settings)
    assert len(listed) > 40
    assert all(meaning for _, _, meaning in listed)
    assert "YIMA_LIMITS__OTP_PER_PHONE_HOUR" in {name for name, _, _ in listed}
