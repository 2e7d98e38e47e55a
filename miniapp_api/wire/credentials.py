"""Wire shapes of offline credentials."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from server.web.shapes import Instant, Wire

Tier = Literal["T0", "T1", "T2"]
Form = Literal["paper", "phone"]
_COORDINATE = r"^[A-Za-z0-9_-]{43}$"


class DeviceKey(Wire):
    """The P-256 key that the phone keeps to itself: its public point, as in a JWK (RFC 7518 §6.2)."""

    x: str = Field(pattern=_COORDINATE, description="32 bytes, base64url without padding")
    y: str = Field(pattern=_COORDINATE, description="32 bytes, base64url without padding")


class NewCredential(Wire):
    """What is ordered. A phone's copy names the phone's key."""

    tier: Tier = Field(description="T0 masked name; T1 name, last four, birth year; T2 is printed at counters only")
    form: Form
    device_key: DeviceKey | None = None


class CredentialShown(Wire):
    """One credential of mine."""

    id: UUID
    tier: Tier
    tier_label: str
    form: Form
    state: Literal["valid", "suspended", "revoked", "expired"]
    state_label: str
    issued_at: Instant
    expires_at: Instant
    ended_at: Instant | None = Field(description="when it was suspended or taken back")


class IssuedCredential(CredentialShown):
    """A fresh one. ``text`` is told once and kept nowhere here; a phone shows it with a proof in front."""

    text: str = Field(description="GZ1:…")
    name: str = Field(description="the name as this tier tells it")


class MyCredentials(Wire):
    """Newest first, at most a hundred; also those that are over."""

    credentials: list[CredentialShown]


class PaperQuery(Wire):
    """How it is laid out."""

    layout: Annotated[Literal["a6", "stickers"], Field(description="a card to fold, or a strip of stickers")] = "a6"
