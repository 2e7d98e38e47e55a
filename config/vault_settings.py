"""Where the key-encryption key lies that every data key is wrapped under."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator


class VaultSettings(BaseModel):
    """A file or a key management service; neither = the keys of YIMA_SECRETS__VAULT_KEYS alone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kek_file: Path | None = Field(
        None,
        description="file with key-encryption keys, one `id base64` a line, the first wraps, all unwrap; mode 0600 "
        "(python -m server make-kek FILE writes one)",
    )
    kms_url: str = Field(
        "",
        description="base URL of a key management service that wraps and unwraps data keys; beside kek_file "
        "while the key-encryption key moves from one to the other",
    )
    kms_key: str = Field(
        "", description="name of the key-encryption key in that service; empty beside kek_file = the file wraps"
    )
    kms_token: SecretStr = Field(SecretStr(""), description="bearer token for that service")
    kms_timeout_seconds: float = Field(3.0, gt=0, description="longest wait for that service, seconds")
    refresh_seconds: float = Field(
        20.0, gt=0, le=60, description="how often a process looks for new data keys; a new one seals three times later"
    )

    @field_validator("kms_url")
    @classmethod
    def _closed_way(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
            raise ValueError("keys travel over https only")
        return url

    @model_validator(mode="after")
    def _whole(self) -> VaultSettings:
        if self.kms_url and not (self.kms_key or self.kek_file):
            raise ValueError("KMS_URL needs KMS_KEY, the name of the key-encryption key there")
        return self

    @property
    def is_set(self) -> bool:
        return bool(self.kek_file or self.kms_url)
