"""A counter's device outside a browser: a P-256 key and what it signs. For the story in the terminal, and for tests."""

from __future__ import annotations

import base64
import secrets
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from config.floor.ids import new_id
from server.domain.terminals.signatures import enrolment_text, hash_of, signed_text

_ES256 = ec.ECDSA(SHA256())


class Device:
    """One key. ``terminal_id`` is told by the enrolment."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, terminal_id: UUID | None = None) -> None:
        self._key = key
        self.terminal_id = terminal_id or new_id()

    @classmethod
    def fresh(cls) -> Device:
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @property
    def public_key(self) -> bytes:
        """The uncompressed point, 65 bytes."""
        return self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def enrolment(self, code: str) -> dict[str, str]:
        """The body that registers this key with a one-time code (in its two groups, or plain)."""
        point = _b64(self.public_key)
        proof = self._sign(enrolment_text(code.replace("-", ""), point))
        return {"code": code, "public_key": point, "proof": _b64(proof)}

    def signature(
        self, method: str, target: str, body: bytes, *, time: float, key: str = "", nonce: str = ""
    ) -> dict[str, str]:
        """The four headers of a signed request; a fresh nonce where none is given."""
        nonce = nonce or secrets.token_urlsafe(16)
        text = signed_text(self.terminal_id, method, target, hash_of(body), int(time), nonce, key)
        return {
            "X-Yima-Terminal": str(self.terminal_id),
            "X-Yima-Time": str(int(time)),
            "X-Yima-Nonce": nonce,
            "X-Yima-Signature": _b64(self._sign(text)),
        }

    def _sign(self, text: bytes) -> bytes:
        r, s = decode_dss_signature(self._key.sign(text, _ES256))
        return r.to_bytes(32) + s.to_bytes(32)


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
