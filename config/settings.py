"""Every setting of the program: defaults < ``YIMA_CONFIG`` file < environment ``YIMA_*`` < secret files.

Unknown keys are errors. A nested setting is written with two underscores: ``YIMA_LIMITS__OTP_PER_PHONE_HOUR=5``.
"""

from __future__ import annotations

import base64
import os
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from config.channel_settings import ChannelSettings
from config.notice_settings import NoticeSettings
from config.proof_settings import ProofSettings
from config.vault_settings import VaultSettings
from config.way_settings import WaySettings

Profile = Literal["demo", "test", "production"]


_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # NIST SP 800-186


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Secrets(_Group):
    """Keys. In the demo profile they are made on first start into an ignored 0600 file."""

    vault_keys: dict[str, SecretStr] = Field(
        {}, description="key id → 32 bytes, base64: encrypts personal fields and files"
    )
    vault_current: str = Field("", description="id of the vault key that new values are sealed with")
    suite: Literal["aes", "sm"] = Field(
        "aes",
        description="aes: AES-256-GCM and HMAC-SHA256; sm: SM4-GCM and HMAC-SM3. Values of either open; after a change "
        "run rotate-keys, and rotate-index if the key of search is a row (python -m server keys adopt)",
    )
    index_key: SecretStr = Field(SecretStr(""), description="32 bytes, base64: blind indexes for search")
    code_keys: dict[str, SecretStr] = Field({}, description="key id → 32 bytes, base64: master keys of dynamic codes")
    code_current: str = Field("", description="id of the code master key that new handles are derived from")
    credential_root: SecretStr = Field(
        SecretStr(""),
        description="32 bytes, base64: the P-256 root that signs the key set of offline credentials (python -m server "
        "make-root); empty = no offline credentials are issued",
    )
    audit_key: SecretStr = Field(
        SecretStr(""),
        description="32 bytes, base64: the Ed25519 key that signs the seals of the audit record (python -m server "
        "make-audit-key); empty = seals are chained but not signed",
    )
    metrics_token: SecretStr = Field(SecretStr(""), description="bearer token that /metrics asks for outside the demo")

    @field_validator("vault_keys", "code_keys")
    @classmethod
    def _long_enough(cls, keys: dict[str, SecretStr]) -> dict[str, SecretStr]:
        for name, key in keys.items():
            if len(base64.b64decode(key.get_secret_value(), validate=True)) != 32:
                raise ValueError(f"key {name} must be 32 bytes in base64")
        return keys

    @field_validator("credential_root")
    @classmethod
    def _below_the_order(cls, key: SecretStr) -> SecretStr:
        number = int.from_bytes(base64.b64decode(key.get_secret_value() or "AQ==", validate=True), "big")
        if not 0 < number < _P256_ORDER:
            raise ValueError("is no P-256 key: python -m server make-root prints one")
        return key

    @field_validator("index_key", "credential_root", "audit_key")
    @classmethod
    def _whole(cls, key: SecretStr) -> SecretStr:
        text = key.get_secret_value()
        if text and len(base64.b64decode(text, validate=True)) != 32:
            raise ValueError("must be 32 bytes in base64")
        return key

    @model_validator(mode="after")
    def _current_is_listed(self) -> Secrets:
        for name, keys, current in (
            ("VAULT", self.vault_keys, self.vault_current),
            ("CODE", self.code_keys, self.code_current),
        ):
            if keys and current not in keys:
                raise ValueError(f"YIMA_SECRETS__{name}_CURRENT must name one of YIMA_SECRETS__{name}_KEYS")
        return self


class Limits(_Group):
    """Budgets and sizes. Sources: the project's own defaults; a city sets its own."""

    body_bytes: int = Field(262_144, description="largest JSON body, bytes")
    body_seconds: float = Field(10.0, description="longest time a request body may take to arrive, seconds")
    upload_bytes: int = Field(10 * 1024 * 1024, description="largest uploaded material, bytes")
    upload_pixels: int = Field(25_000_000, description="largest picture, pixels, read from its header")
    requests_per_minute: int = Field(
        600, description="coarse limit for each caller or address, requests a minute; 0 = off"
    )
    units_at_once: int = Field(16, description="units of work that may be open at once in this process")
    unit_wait_seconds: float = Field(2.0, description="longest wait for a free unit of work before 503")
    keys_at_once: int = Field(
        6, ge=1, description="code keys issued at once in this process; the rest of units_at_once is left to counters"
    )
    keys_waiting: int = Field(
        5_000, description="phones that may wait for their turn to fetch a code key; more get 503"
    )
    key_wait_seconds: float = Field(15.0, description="longest wait of a phone for its turn before 503")
    statement_seconds: float = Field(10.0, description="longest single database statement, seconds")
    otp_digits: int = Field(6, description="digits of a sign-in code")
    otp_seconds: int = Field(300, description="life of a sign-in code, seconds")
    otp_attempts: int = Field(5, description="guesses that are compared before a sign-in code dies")
    otp_per_phone_hour: int = Field(5, description="sign-in codes sent to one phone in an hour")
    otp_per_phone_day: int = Field(10, description="sign-in codes sent to one phone in a day")
    otp_per_address: int = Field(25, description="sign-in codes asked for from one address in five minutes")
    otp_per_portal_day: int = Field(50_000, description="sign-in codes a portal pays for in a day: the hard stop")
    otp_resend_seconds: int = Field(60, description="wait before another sign-in code for the same phone")
    password_attempts: int = Field(8, description="wrong staff passwords for one number in fifteen minutes")
    resident_session_days: int = Field(30, description="absolute life of a resident's session, days")
    resident_idle_days: int = Field(7, description="idle life of a resident's session, days")
    staff_session_hours: int = Field(12, description="absolute life of a staff session, hours")
    staff_idle_minutes: int = Field(60, description="idle life of a staff session, minutes")
    idempotency_hours: int = Field(24, description="how long an Idempotency-Key is remembered, hours")
    visit_consent_seconds: int = Field(90, description="how long a counter's question waits for the resident, seconds")
    visit_disclosure_seconds: int = Field(300, description="how long a counter sees what was allowed, seconds")
    visit_ticket_minutes: int = Field(
        30, ge=1, description="how long after a code was shown a number may still be given for it, minutes"
    )
    visit_desk_minutes: int = Field(
        45, ge=1, description="how long after a code was shown a case may still be begun or handed over for it, minutes"
    )
    counter_form_seconds: int = Field(
        300, ge=30, description="how long a form filled in at a counter waits for her yes on the phone, seconds"
    )
    ticket_days: int = Field(
        30, ge=1, description="how long a hall's ticket says whose it was, days; the day's figures stay"
    )
    terminal_scans_per_minute: int = Field(
        120, ge=0, description="scans of one terminal in a minute; 0 = no bound; a terminal may have its own"
    )
    terminal_failures: int = Field(
        10, ge=1, description="refused scans in a minute before a terminal is locked; a terminal may have its own"
    )
    terminal_lock_seconds: int = Field(
        300, ge=1, description="how long a locked terminal stays locked, seconds; a terminal may have its own"
    )
    terminal_clock_seconds: int = Field(
        60, ge=5, description="how far a terminal's clock may be off before its signed requests are refused, seconds"
    )
    terminal_invitation_seconds: int = Field(900, ge=60, description="life of a terminal's one-time enrolment code")
    terminal_enrolments_per_address: int = Field(
        20, description="enrolment codes tried from one address in fifteen minutes"
    )
    terminal_enrolments_per_portal: int = Field(
        200, description="enrolment codes tried in a whole portal in fifteen minutes"
    )
    pending_files: int = Field(40, description="uploads of one resident that wait for a submission")
    export_days: int = Field(7, ge=1, description="how long a resident's copy of her data can be fetched, days")
    closing_days: int = Field(
        15, ge=1, description="how long the closing of an account can be undone before data is erased, days"
    )
    full_view_minutes: int = Field(
        30, ge=1, le=480, description="how long a reason given for a full view stands for that matter, minutes"
    )
    delegation_days: int = Field(1096, ge=1, description="longest period of a delegation, days")
    delegation_answer_days: int = Field(7, ge=1, description="how long an offered delegation waits for an answer, days")


class AuditRecord(_Group):
    """How the audit record is sealed."""

    seal_seconds: int = Field(
        60, ge=1, description="seconds between two seals of the audit record: what is younger can be cut unnoticed"
    )
    heads_dir: Path | None = Field(
        None,
        description="folder to which the newest seal is appended after each sealing, best on storage that this host "
        "can only add to; empty = audit-heads in data_dir",
    )


class Identity(_Group):
    """The population register behind the identity port."""

    register_url: str = Field(
        "", description="base URL of the register; empty in demo and test = the built-in stand-in"
    )
    timeout_seconds: float = Field(3.0, description="longest wait for the register's answer, seconds")


class OfflineCredentials(_Group):
    """Lives of offline credentials, their keys and lists. Defaults after the paper codes of Chinese cities and the
    EU's certificates; a city sets its own."""

    paper_days: int = Field(180, ge=1, description="life of a paper credential, days")
    full_paper_days: int = Field(30, ge=1, description="life of a paper credential with the whole ID number, days")
    phone_days: int = Field(7, ge=1, description="life of a phone's copy, days")
    list_ttl_hours: int = Field(12, ge=1, description="how long a status list counts as fresh, hours")
    list_days: int = Field(7, ge=1, description="how long a status list may be used at all, days")
    sign_days: int = Field(90, ge=8, description="how long one key signs, days")
    listed_days: int = Field(7, ge=1, description="how long a key is listed before it signs, days")
    list_size: int = Field(131_072, ge=131_072, le=16_777_216, description="entries of a status list")
    conflict_minutes: int = Field(
        10, ge=1, description="one credential at two counters within this many minutes is shown to an administrator"
    )
    read_days: int = Field(
        400, ge=30, description="how long reads of credentials are kept for finding copies, days; looks stay longer"
    )
    paper_font: Path | None = Field(
        None, description="an OpenType font with more characters for paper credentials; empty = the one that is shipped"
    )


class Papers(_Group):
    """Where portraits and electronic licences are asked for."""

    portrait_url: str = Field(
        "", description="base URL of the portraits' source; empty = the stand-in in demo and test, none in production"
    )
    licence_url: str = Field(
        "", description="base URL of the licence system; empty = the stand-in in demo and test, none in production"
    )
    timeout_seconds: float = Field(3.0, description="longest wait for a portrait or a licence, seconds")


class StaffDoor(_Group):
    """How staff come in at the console."""

    second_factor: Literal["auto", "enrolled", "required"] = Field(
        "auto",
        description="required = nobody without an authenticator; enrolled = only those who have one; auto = required in"
        " production, enrolled elsewhere",
    )
    factor_attempts: int = Field(5, ge=1, description="wrong authenticator codes of one person in fifteen minutes")
    networks: tuple[IPv4Network | IPv6Network, ...] = Field(
        (), description="networks that the console opens from, as 10.0.0.0/8; empty = any"
    )
    lock_minutes: int = Field(15, ge=0, description="minutes without anybody at a console before it locks; 0 = never")


class Demo(_Group):
    """Only read in the demo and test profiles."""

    year_shift: int = Field(
        0, description="years added to birth years for rules about age; test people are born before 1910"
    )
    staff_password: SecretStr = Field(
        SecretStr(""), description="password of the demo's staff; made on first start if empty"
    )


class Settings(BaseSettings):
    """All of it. ``Settings()`` reads file and environment; ``Settings(profile=…, …)`` is for tests."""

    model_config = SettingsConfigDict(env_prefix="YIMA_", env_nested_delimiter="__", extra="forbid", frozen=True)

    profile: Profile = Field("demo", description="demo (loopback only, its own database), test, or production")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8080, ge=0, le=65535, description="port to listen on; 0 = any free one")
    data_dir: Path = Field(Path("var/demo"), description="where SQLite, uploads and the demo's secrets live")
    portals_dir: Path | None = Field(
        None, description="folder of this deployment's portal files, one <portal>.toml each; empty = config/portals"
    )
    halls_dir: Path | None = Field(
        None, description="folder of this deployment's service halls, one <hall>.toml each; empty = config/halls"
    )
    recognition_dir: Path | None = Field(
        None,
        description="folder of this deployment's recognition agreements, one <agreement>.toml each; empty = none in"
        " production, config/recognition elsewhere",
    )
    database_url: SecretStr = Field(SecretStr(""), description="postgres://… ; empty = SQLite in data_dir")
    migration_database_url: SecretStr = Field(
        SecretStr(""), description="the role that migrates; required in production"
    )
    redis_url: SecretStr = Field(SecretStr(""), description="redis://… ; empty = the in-process store")
    pool_size: int = Field(20, ge=2, description="PostgreSQL connections of this process")
    trusted_proxies: int = Field(0, ge=0, description="proxies in front whose X-Forwarded-For is believed")
    public_origin: str = Field(
        "", description="https://… that residents see; empty = taken from the request in demo and test"
    )
    log_level: str = Field(
        "INFO", description="logging level; DEBUG of the ORM is never switched on (it prints values)"
    )
    fan_out: bool = Field(True, description="run the notice dispatcher and sweepers inside this process")
    secrets: Secrets = Field(Secrets(), description="keys")
    vault: VaultSettings = Field(VaultSettings(), description="the key that data keys are wrapped under")
    limits: Limits = Field(Limits(), description="budgets and sizes")
    audit: AuditRecord = Field(AuditRecord(), description="seals of the audit record")
    identity: Identity = Field(Identity(), description="the population register")
    staff: StaffDoor = Field(StaffDoor(), description="staff at the console")
    ways: WaySettings = Field(WaySettings(), description="ways in beside the short message")
    credentials: OfflineCredentials = Field(OfflineCredentials(), description="offline credentials and paper")
    proofs: ProofSettings = Field(ProofSettings(), description="steps that prove who somebody is")
    papers: Papers = Field(Papers(), description="portraits and licences")
    notices: NoticeSettings = Field(NoticeSettings(), description="the engine that sends notices")
    channels: ChannelSettings = Field(ChannelSettings(), description="channels to residents and their accounts")
    demo: Demo = Field(Demo(), description="demo and test only")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        sources: list[PydanticBaseSettingsSource] = [init_settings, file_secret_settings, env_settings]
        if named := os.environ.get("YIMA_CONFIG"):
            sources.append(TomlConfigSettingsSource(settings_cls, Path(named)))
        return tuple(sources)

    @model_validator(mode="after")
    def _safe(self) -> Settings:
        if self.notices.engine == "cluster" and not (
            self.database_url.get_secret_value() and self.redis_url.get_secret_value()
        ):
            raise ValueError("the cluster engine needs YIMA_DATABASE_URL and YIMA_REDIS_URL")
        if self.profile == "demo" and self.host not in ("127.0.0.1", "::1", "localhost"):
            raise ValueError("the demo profile listens on loopback only")
        if self.profile == "production":
            if self.demo != Demo():
                raise ValueError("demo settings are refused outside the demo and test profiles")
            if not self.database_url.get_secret_value():
                raise ValueError("production needs YIMA_DATABASE_URL")
            if not self.migration_database_url.get_secret_value():
                raise ValueError(
                    "production needs YIMA_MIGRATION_DATABASE_URL: migrations run under a role of their own"
                )
            sealed = self.vault.is_set or (self.secrets.vault_keys and self.secrets.index_key.get_secret_value())
            if not (sealed and self.secrets.code_keys):
                raise ValueError(
                    "production needs YIMA_SECRETS__CODE_KEYS, and a key-encryption key (YIMA_VAULT__KEK_FILE or "
                    "YIMA_VAULT__KMS_URL) or vault and index keys (YIMA_SECRETS__…)"
                )
            if not self.identity.register_url:
                raise ValueError("production needs YIMA_IDENTITY__REGISTER_URL")
        return self

    @property
    def is_demo(self) -> bool:
        return self.profile == "demo"

    def storage_url(self, *, migrating: bool = False) -> str:
        """The database to open, as a URL; SQLite in ``data_dir`` where none is set."""
        if migrating and (named := self.migration_database_url.get_secret_value()):
            return named
        return self.database_url.get_secret_value() or f"sqlite://{self.data_dir / 'yima.sqlite3'}"


def described(model: type[BaseModel], prefix: str = "YIMA_") -> list[tuple[str, Any, str]]:
    """(environment name, default, description) of every setting, for the README and the house test."""
    found: list[tuple[str, Any, str]] = []
    for name, field in model.model_fields.items():
        label = f"{prefix}{name.upper()}"
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            found += described(field.annotation, f"{label}__")
        else:
            found.append((label, field.default, field.description or ""))
    return found
