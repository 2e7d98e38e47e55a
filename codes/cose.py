"""COSE_Sign1 (RFC 9052 §4.2) with the keys that may sign a credential, pure.

Written: tag 18, ``alg`` and an 8-byte ``kid`` in the protected header, nothing unprotected, the 64 bytes of ``r||s``
(or of Ed25519) as signature. Read strictly, or ``relaxed`` for what others write: untagged, tag 61, a header that is
not protected. The algorithm a message names is only compared with that of the listed key (``trust_list``), never
obeyed; a ``kid`` is a hint where to look. ES256 binds P-256 and SHA-256 (RFC 9053 §2.1), EdDSA binds Ed25519.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils
from cryptography.hazmat.primitives.hashes import SHA256

from codes import sm2, strict_cbor

ES256: Final = -7
EDDSA: Final = -8
SM2_SM3: Final = sm2.ALG
ALGORITHMS: Final = {ES256: "ES256", EDDSA: "EdDSA", SM2_SM3: "SM2-SM3"}

HEADER_ALG: Final = 1
HEADER_CRITICAL: Final = 2
HEADER_KID: Final = 4
HEADER_TYPE: Final = 16
KID_BYTES: Final = 8
SIGNATURE_BYTES: Final = 64
_OPENING: Final = b"\xd2\x84"  # tag 18, an array of four
_NO_HEADER: Final = b"\xa0"
_TAG_CWT: Final = b"\xd8\x3d"
_CONTEXT: Final = b"\x84\x6aSignature1"
_NO_BYTES: Final = b"\x40"
_ECDSA: Final = ec.ECDSA(SHA256())
_REPEATABLE: Final = ec.ECDSA(SHA256(), deterministic_signing=True)


class _Verifier(Protocol):
    def verify(self, signature: bytes, message: bytes) -> bool: ...


@dataclass(frozen=True, slots=True)
class _P256:
    key: ec.EllipticCurvePublicKey

    def verify(self, signature: bytes, message: bytes) -> bool:
        number = int.from_bytes
        der = utils.encode_dss_signature(number(signature[:32], "big"), number(signature[32:], "big"))
        try:
            self.key.verify(der, message, _ECDSA)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class _Ed25519:
    key: ed25519.Ed25519PublicKey

    def verify(self, signature: bytes, message: bytes) -> bool:
        try:
            self.key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that one algorithm belongs to. ``parameters`` is its COSE_Key: kty, curve and coordinates, nothing else."""

    alg: int
    parameters: dict[int | str, object]
    _verifier: _Verifier

    @property
    def kid(self) -> bytes:
        """The first 8 bytes of its COSE Key Thumbprint (RFC 9679): SHA-256 over its deterministic encoding."""
        return hashlib.sha256(strict_cbor.encode(self.parameters)).digest()[:KID_BYTES]

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Whether this key made this signature over this message."""
        return len(signature) == SIGNATURE_BYTES and self._verifier.verify(signature, message)


class Signer(Protocol):
    """What makes signatures: a key here, or a device that keeps it."""

    @property
    def alg(self) -> int: ...

    @property
    def kid(self) -> bytes: ...

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        ...


class PrivateKey:
    """A signing key from its secret bytes (32; SM2: 96). ECDSA takes no random number: RFC 6979 derives it from the
    message, so that no bad dice give the key away."""

    def __init__(self, alg: int, secret: bytes) -> None:
        self.alg = alg
        self.secret = secret
        self.public = _public_of(alg, secret)
        self.kid = self.public.kid

    def sign(self, message: bytes) -> bytes:
        """The signature, 64 bytes."""
        if self.alg == ES256:
            made = ec.derive_private_key(int.from_bytes(self.secret, "big"), ec.SECP256R1()).sign(message, _REPEATABLE)
            first, second = utils.decode_dss_signature(made)
            return first.to_bytes(32, "big") + second.to_bytes(32, "big")
        if self.alg == EDDSA:
            return ed25519.Ed25519PrivateKey.from_private_bytes(self.secret).sign(message)
        return sm2.sign(self.secret, message)


def generate(alg: int = ES256) -> PrivateKey:
    """A fresh key from the system's randomness."""
    if alg == ES256:
        number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
        return PrivateKey(alg, number.to_bytes(32, "big"))
    if alg == EDDSA:
        return PrivateKey(alg, ed25519.Ed25519PrivateKey.generate().private_bytes_raw())
    return PrivateKey(alg, sm2.generate())


def _public_of(alg: int, secret: bytes) -> PublicKey:
    if alg == ES256 and len(secret) == 32:
        point = ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256R1()).public_key().public_numbers()
        return public_key(_ec2(1, point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big")), alg)
    if alg == EDDSA and len(secret) == 32:
        raw = ed25519.Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
        return public_key({1: 1, -1: 6, -2: raw}, alg)
    if alg == SM2_SM3 and len(secret) == sm2.SECRET_BYTES:
        return public_key(_ec2(sm2.CURVE, secret[32:64], secret[64:]), alg)
    raise ValueError("a signing key is one of the algorithms and its secret bytes")


def _ec2(curve: int, x: bytes, y: bytes) -> dict[int | str, object]:
    return {1: 2, -1: curve, -2: x, -3: y}


def public_key(parameters: object, alg: int) -> PublicKey:
    """The key of a COSE_Key map (RFC 9052 §7) for this algorithm. ``ValueError`` if it is none, or not of its curve."""
    match parameters:
        case {1: 2, -1: 1, -2: bytes(x), -3: bytes(y)} if alg == ES256 and len(x) == len(y) == 32:
            verifier: _Verifier = _P256(ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + x + y))
            return PublicKey(alg, _ec2(1, x, y), verifier)
        case {1: 1, -1: 6, -2: bytes(x)} if alg == EDDSA and len(x) == 32:
            return PublicKey(alg, {1: 1, -1: 6, -2: x}, _Ed25519(ed25519.Ed25519PublicKey.from_public_bytes(x)))
        case {1: 2, -1: sm2.CURVE, -2: bytes(x), -3: bytes(y)} if alg == SM2_SM3 and len(x) == len(y) == 32:
            return PublicKey(alg, _ec2(sm2.CURVE, x, y), sm2.verifier(x + y))
    raise ValueError("not a public key of this algorithm")


class Sign1(NamedTuple):
    """A message taken apart; nothing in it has been verified yet."""

    alg: int
    kid: bytes
    kind: str
    protected: bytes
    payload: bytes
    signature: bytes

    @property
    def to_be_signed(self) -> bytes:
        """The Sig_structure (RFC 9052 §4.4) without external data, as bytes."""
        return _to_be_signed(self.protected, self.payload)


def _to_be_signed(protected: bytes, payload: bytes) -> bytes:
    """``["Signature1", protected, h'', payload]`` in CBOR."""
    return b"".join(
        (_CONTEXT, strict_cbor.bytes_head(protected), protected, _NO_BYTES, strict_cbor.bytes_head(payload), payload)
    )


def sign1(payload: bytes, signer: Signer, kind: str = "") -> bytes:
    """The tagged message. ``kind`` is the media type of its header 16 (RFC 9596), where it has one."""
    header: dict[int, object] = {HEADER_ALG: signer.alg, HEADER_KID: signer.kid}
    if kind:
        header[HEADER_TYPE] = kind
    protected = strict_cbor.encode(header)
    signature = signer.sign(_to_be_signed(protected, payload))
    return _OPENING[:1] + strict_cbor.encode([protected, {}, payload, signature])


def read_sign1(message: bytes, *, relaxed: bool = False, largest: int = strict_cbor.LARGEST) -> Sign1:
    """Take a message apart. ``strict_cbor.Unreadable`` if it is not one."""
    if len(message) > largest:
        raise strict_cbor.Unreadable("too large")
    if relaxed:
        return _relaxed_sign1(message, largest)
    if message[:2] != _OPENING:
        raise strict_cbor.Unreadable("not a tagged COSE_Sign1")
    protected, at = strict_cbor.take_bytes(message, 2)
    if message[at : at + 1] != _NO_HEADER:
        raise strict_cbor.Unreadable("a header that is not protected")
    payload, at = strict_cbor.take_bytes(message, at + 1)
    signature, at = strict_cbor.take_bytes(message, at)
    if at != len(message):
        raise strict_cbor.Unreadable("bytes after the message")
    return Sign1(*_protected_header(protected), protected, payload, signature)


@lru_cache(256)  # the messages of one key share their header
def _protected_header(protected: bytes) -> tuple[int, bytes, str]:
    return _header(strict_cbor.decode(protected), {})


def _header(protected: object, unprotected: dict[Any, object]) -> tuple[int, bytes, str]:
    """``alg``, ``kid`` and type; what is protected outranks what is not."""
    if not isinstance(protected, dict):
        raise strict_cbor.Unreadable("no protected header")
    alg = protected.get(HEADER_ALG, unprotected.get(HEADER_ALG))
    kid = protected.get(HEADER_KID, unprotected.get(HEADER_KID, b""))
    kind = protected.get(HEADER_TYPE, "")
    if type(alg) is not int or type(kid) is not bytes or type(kind) is not str or HEADER_CRITICAL in protected:
        raise strict_cbor.Unreadable("a protected header without alg, or with one that must be understood")
    return alg, kid, kind


def _relaxed_sign1(message: bytes, largest: int) -> Sign1:
    """As other issuers write it: perhaps tagged, the header perhaps not protected."""
    if message.startswith(_TAG_CWT):
        message = message[2:]
    if message[:1] == _OPENING[:1]:
        message = message[1:]
    match strict_cbor.decode(message, relaxed=True, largest=largest):
        case [bytes(protected), dict(unprotected), bytes(payload), bytes(signature)]:
            header = strict_cbor.decode(protected, relaxed=True) if protected else {}
            return Sign1(*_header(header, unprotected), protected, payload, signature)
    raise strict_cbor.Unreadable("not a COSE_Sign1")
