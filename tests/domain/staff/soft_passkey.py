"""A passkey in software: what an authenticator and a browser make together, good or bent on purpose."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from codes import strict_cbor

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
USUAL = PRESENT | VERIFIED


def octets(text: str) -> bytes:
    """Bytes of base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def text(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def client_data(kind: str, challenge: str, origin: str, **more: Any) -> bytes:
    """What a browser signs along."""
    return json.dumps({"type": f"webauthn.{kind}", "challenge": challenge, "origin": origin, **more}).encode()


@dataclass(slots=True)
class SoftPasskey:
    """One ES256 key. ``count``: how often it has signed; stays 0 where it does not count."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    count: int = 0

    @property
    def public_key(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        return strict_cbor.encode({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def data(self, domain: str, flags: int, *, attested: bytes = b"") -> bytes:
        """Authenticator data."""
        return hashlib.sha256(domain.encode()).digest() + bytes((flags,)) + self.count.to_bytes(4, "big") + attested

    def attestation(
        self, domain: str, *, flags: int = USUAL | ATTESTED, form: str = "none", rest: bytes = b""
    ) -> bytes:
        """An attestation object that says nothing about the make."""
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + self.public_key + rest
        data = self.data(domain, flags, attested=attested)
        return strict_cbor.encode({"fmt": form, "attStmt": {}, "authData": data})

    def made(self, wanted: dict[str, Any], origin: str, name: str = "办公电脑") -> dict[str, Any]:
        """The body of ``addPasskey``."""
        return {
            "challenge_id": wanted["challenge_id"],
            "name": name,
            "client_data": text(client_data("create", wanted["challenge"], origin)),
            "attestation": text(self.attestation(wanted["domain"])),
            "transports": ["internal"],
        }

    def shown(self, asked: dict[str, Any], origin: str, *, flags: int = USUAL, holder: str = "") -> dict[str, Any]:
        """The ``passkey`` of a sign-in."""
        said = client_data("get", asked["challenge"], origin)
        data = self.data(asked["domain"], flags)
        return {
            "challenge_id": asked["challenge_id"],
            "credential_id": text(self.credential_id),
            "client_data": text(said),
            "authenticator_data": text(data),
            "signature": text(self.signature(data, said)),
            "user_handle": holder,
        }

    def signature(self, data: bytes, said: bytes) -> bytes:
        return self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(SHA256()))
