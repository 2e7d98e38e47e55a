"""Web Push by hand on ``cryptography``: RFC 8291 (encryption, aes128gcm of RFC 8188) and RFC 8292 (VAPID)."""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

RECORD = 4096
LONGEST = 3993
"""Bytes of plain text that every push service takes: a body of 4096 less header, tag and padding mark (RFC 8291 §4)."""
_CURVE = ec.SECP256R1()
_TOKEN_SECONDS = 12 * 3600
_RENEW_BEFORE = 3600


class SubscriptionWrong(ValueError):
    """Not a subscription that we may write to; the message is the field."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A browser's address and keys. ``repr`` shows none of them."""

    endpoint: str
    p256dh: bytes
    auth: bytes

    def __repr__(self) -> str:
        return f"Subscription({urlsplit(self.endpoint).hostname})"


def unpadded(text: str) -> bytes:
    """Base64url without padding, strictly."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise SubscriptionWrong("base64url") from error


def padless(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def read_subscription(endpoint: str, p256dh: str, auth: str, hosts: tuple[str, ...]) -> Subscription:
    """Judge what a browser sent: an address of a listed push service over https, a point on P-256, 16 bytes.

    The address comes from a stranger and our server will call it: hence the list here, and the check of the addresses
    behind the name at the moment of connecting (``server/adapters/wire.py``).
    """
    if len(endpoint) > 1024 or not endpoint.isascii():
        raise SubscriptionWrong("endpoint")
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError as error:
        raise SubscriptionWrong("endpoint") from error
    if parts.scheme != "https" or parts.username or parts.password or port not in (None, 443) or parts.fragment:
        raise SubscriptionWrong("endpoint")
    if not is_listed(parts.hostname or "", hosts):
        raise SubscriptionWrong("endpoint")
    key, secret = unpadded(p256dh), unpadded(auth)
    if len(secret) != 16:
        raise SubscriptionWrong("auth")
    _point(key)
    return Subscription(endpoint, key, secret)


def is_listed(host: str, hosts: tuple[str, ...]) -> bool:
    """Whether a push service is one of those that are allowed."""
    return any(host == one or (one.startswith("*.") and host.endswith(one[1:])) for one in hosts)


def _point(raw: bytes) -> ec.EllipticCurvePublicKey:
    if len(raw) != 65:
        raise SubscriptionWrong("p256dh")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, raw)
    except (ValueError, InvalidKey) as error:
        raise SubscriptionWrong("p256dh") from error


def _derive(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def raw_public(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def encrypted(
    text: bytes, to: Subscription, *, key: ec.EllipticCurvePrivateKey | None = None, salt: bytes | None = None
) -> bytes:
    """The body of a push: one record, a key and a salt of its own. (Both are parameters for the RFC's example only.)"""
    if len(text) > LONGEST:
        raise ValueError("longer than a push service takes")
    key, salt = key or ec.generate_private_key(_CURVE), salt or os.urandom(16)
    ours = raw_public(key.public_key())
    shared = key.exchange(ec.ECDH(), _point(to.p256dh))
    secret = _derive(to.auth, shared, b"WebPush: info\0" + to.p256dh + ours, 32)
    content_key = _derive(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derive(salt, secret, b"Content-Encoding: nonce\0", 12)
    sealed = AESGCM(content_key).encrypt(nonce, text + b"\x02", None)
    return salt + RECORD.to_bytes(4, "big") + bytes([len(ours)]) + ours + sealed


class Vapid:
    """Who we are to push services: a signed token per service, made anew an hour before it ends."""

    def __init__(self, private_key: str, contact: str, *, seconds: Callable[[], float]) -> None:
        raw = unpadded(private_key)
        if len(raw) != 32:
            raise ValueError("the VAPID key must be 32 bytes in base64url")
        self._key = ec.derive_private_key(int.from_bytes(raw, "big"), _CURVE)
        self._contact = contact
        self._seconds = seconds
        self._made: dict[str, tuple[float, str]] = {}

    @property
    def public_key(self) -> str:
        """``applicationServerKey`` of the browser."""
        return padless(raw_public(self._key.public_key()))

    def authorization(self, endpoint: str) -> str:
        """The Authorization header for this push service."""
        parts = urlsplit(endpoint)
        audience = f"{parts.scheme}://{parts.netloc}"
        now = self._seconds()
        until, token = self._made.get(audience, (0.0, ""))
        if now > until - _RENEW_BEFORE:
            until = now + _TOKEN_SECONDS
            token = self._token(audience, int(until))
            self._made = {name: made for name, made in self._made.items() if made[0] > now}
            self._made[audience] = (until, token)
        return f"vapid t={token},k={self.public_key}"

    def _token(self, audience: str, until: int) -> str:
        claims = {"aud": audience, "exp": until, "sub": self._contact}
        parts = [padless(json.dumps(part, separators=(",", ":")).encode()) for part in (_HEAD, claims)]
        signed = ".".join(parts)
        r, s = decode_dss_signature(self._key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{padless(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


_HEAD = {"typ": "JWT", "alg": "ES256"}
