"""What a terminal signs, and whether a signature is its own. Pure: no database, no clock.

ES256 as JWS has it (RFC 7518 §3.4: ECDSA on P-256 with SHA-256, the signature as 32 bytes r and 32 bytes s), which is
also what WebCrypto makes. The signed text is eight lines, joined by a line feed, without one at the end:

    YIMA-TERMINAL-1
    <terminal id>
    <METHOD>
    <path, with ?query where there is one, exactly as in the request line>
    <SHA-256 of the body, lower-case hex; of nothing where there is none>
    <unix time, whole seconds>
    <nonce: 16 to 64 characters of base64url>
    <Idempotency-Key, or nothing>
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

VERSION = "YIMA-TERMINAL-1"
ENROLMENT = "YIMA-ENROL-1"
_ES256 = ec.ECDSA(SHA256())
_HALF = 32
_B64 = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """One request as its headers describe it. ``body_hash`` is our own SHA-256 of the body that arrived, in hex."""

    terminal_id: UUID
    method: str
    target: str
    body_hash: str
    time: int
    nonce: str
    key: str
    signature: bytes

    @property
    def text(self) -> bytes:
        """What the terminal has signed."""
        return signed_text(self.terminal_id, self.method, self.target, self.body_hash, self.time, self.nonce, self.key)


def signed_text(
    terminal_id: UUID, method: str, target: str, body_hash: str, time: int, nonce: str, key: str = ""
) -> bytes:
    """The eight lines of one request."""
    return "\n".join((VERSION, str(terminal_id), method, target, body_hash, str(time), nonce, key)).encode()


def enrolment_text(code: str, public_key: str) -> bytes:
    """What a device signs to show that it holds the key which it registers: version, plain code, key in base64url."""
    return f"{ENROLMENT}\n{code}\n{public_key}".encode()


def hash_of(body: bytes) -> str:
    """The body's line."""
    return hashlib.sha256(body).hexdigest()


@lru_cache(maxsize=4096)
def read_key(point: bytes) -> ec.EllipticCurvePublicKey | None:
    """A P-256 point of 65 bytes as a key; None if it is none. Kept, because reading it costs as much as using it."""
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point) if len(point) == 65 else None
    except ValueError:
        return None


def fits(point: bytes, signature: bytes, text: bytes) -> bool:
    """Whether ``signature`` (64 bytes, r and s) over ``text`` was made with the key of ``point``."""
    key = read_key(point)
    if key is None or len(signature) != 2 * _HALF:
        return False
    r, s = int.from_bytes(signature[:_HALF]), int.from_bytes(signature[_HALF:])
    try:
        key.verify(encode_dss_signature(r, s), text, _ES256)
    except InvalidSignature:
        return False
    return True


def decoded(text: str) -> bytes:
    """Base64url without padding; nothing where it is none."""
    if not _B64.fullmatch(text) or len(text) % 4 == 1:
        return b""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
