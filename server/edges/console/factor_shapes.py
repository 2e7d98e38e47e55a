"""What the calls about authenticators and passkeys carry; bytes are base64url without padding, as in browsers."""

from __future__ import annotations

import base64
from typing import Annotated
from uuid import UUID

from pydantic import Field

from server.domain.staff import webauthn
from server.domain.staff.passkeys import Challenge, Made, Passkey, Shown
from server.web.shapes import Instant, Wire

_OCTETS = r"^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2,3})?$"
Octets = Annotated[str, Field(min_length=2, max_length=6000, pattern=_OCTETS)]
Few = Annotated[str, Field(min_length=2, max_length=1400, pattern=_OCTETS)]
Transport = Annotated[str, Field(pattern=r"^[a-z-]{1,20}$")]


def octets(text: str) -> bytes:
    """The bytes behind a text that has the form above."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class PasskeyAnswer(Wire):
    """What ``navigator.credentials.get`` brought for a challenge."""

    challenge_id: UUID
    credential_id: Few
    client_data: Octets
    authenticator_data: Octets
    signature: Few
    user_handle: Annotated[str, Field(max_length=88, pattern=_OCTETS)] = ""

    def shown(self) -> Shown:
        return Shown(
            challenge=self.challenge_id, credential_id=octets(self.credential_id),
            client_data=octets(self.client_data), authenticator_data=octets(self.authenticator_data),
            signature=octets(self.signature), holder=octets(self.user_handle),
        )  # fmt: skip


class NewPasskey(Wire):
    """What ``navigator.credentials.create`` brought for a challenge, and what its holder calls it."""

    challenge_id: UUID
    name: Annotated[str, Field(min_length=1, max_length=64, pattern=r"\S")]
    client_data: Octets
    attestation: Octets
    transports: Annotated[list[Transport], Field(max_length=6)] = Field(default_factory=list)

    def made(self) -> Made:
        return Made(
            challenge=self.challenge_id, client_data=octets(self.client_data), attestation=octets(self.attestation),
            transports=tuple(self.transports), name=self.name.strip(),
        )  # fmt: skip


class KnownPasskey(Wire):
    """One that the browser is to look for, or to leave alone."""

    credential_id: str
    transports: list[str]


class PasskeyAsked(Wire):
    """What ``navigator.credentials.get`` is given: one of these passkeys signs the challenge, its holder checked."""

    challenge_id: UUID
    challenge: str
    domain: str
    expires_at: Instant
    passkeys: list[KnownPasskey]


class PasskeyWanted(PasskeyAsked):
    """What ``navigator.credentials.create`` is given; ``passkeys`` are there already. ``algorithms``: COSE numbers."""

    site: str
    user_handle: str
    account: str
    holder: str
    algorithms: list[int]


class PasskeyShown(Wire):
    """One line of one's own passkeys. ``doubted_at``: since when it opens nothing, because it may have been copied."""

    id: UUID
    name: str
    domain: str
    created_at: Instant
    last_used_at: Instant | None
    doubted_at: Instant | None


class Factors(Wire):
    """With what one signs in beside the password. ``domain``: what a new passkey would be bound to; none = this address
    is no name, so that none can be made here."""

    authenticator_since: Instant | None
    passkeys: list[PasskeyShown]
    most: int
    domain: str | None


class Digits(Wire):
    """What the authenticator shows now."""

    otp: Annotated[str, Field(min_length=1, max_length=8, pattern=r"^[0-9]+$")]


def asked(challenge: Challenge, domain: str) -> PasskeyAsked:
    return PasskeyAsked(
        challenge_id=challenge.id, challenge=webauthn.encoded(challenge.value), domain=domain,
        expires_at=challenge.expires_at, passkeys=_known(challenge),
    )  # fmt: skip


def wanted(challenge: Challenge, domain: str, *, site: str, staff_id: UUID, account: str, holder: str) -> PasskeyWanted:
    return PasskeyWanted(
        challenge_id=challenge.id, challenge=webauthn.encoded(challenge.value), domain=domain,
        expires_at=challenge.expires_at, passkeys=_known(challenge), site=site,
        user_handle=webauthn.encoded(staff_id.bytes), account=account, holder=holder,
        algorithms=list(webauthn.ALGORITHMS),
    )  # fmt: skip


def line(passkey: Passkey) -> PasskeyShown:
    return PasskeyShown(
        id=passkey.id, name=passkey.name, domain=passkey.domain, created_at=passkey.created_at,
        last_used_at=passkey.last_used_at, doubted_at=passkey.doubted_at,
    )  # fmt: skip


def _known(challenge: Challenge) -> list[KnownPasskey]:
    return [
        KnownPasskey(credential_id=webauthn.encoded(one.credential_id), transports=list(one.transports))
        for one in challenge.known
    ]
