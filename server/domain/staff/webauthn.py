"""What a browser brings of a passkey, judged: Web Authentication Level 3, §7.1 and §7.2. Pure: no database, no clock.

Attestation is "none": nobody is asked which make an authenticator is of, so a statement about it is taken only where
it says nothing (``none``) or is signed by the new key itself (``packed`` without certificates, §8.2), and believed in
neither case. Keys: ES256, EdDSA with Ed25519, and RS256, which Windows Hello makes. A ceremony inside another site's
frame is refused. Every fault is one ``Unfit``: what exactly did not fit is for a test, not for whoever tries.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from codes import strict_cbor

ES256: Final = -7
EDDSA: Final = -8
RS256: Final = -257
ALGORITHMS: Final = (ES256, EDDSA, RS256)
"""COSE algorithms that are offered, best first."""
LONGEST_ID: Final = 1023
"""Bytes of a credential's id (§4, Credential ID)."""
_PRESENT, _VERIFIED, _MAY_BE_COPIED, _IS_COPIED, _ATTESTED, _EXTENDED = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80
_HEAD = 37
_RSA_BITS = 2048
_COORDINATE = 32
PublicKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey


class Unfit(ValueError):
    """Not what this site asked for, or not signed by this key."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where a ceremony takes place: the domain that keys are bound to, and the origins of our own pages."""

    domain: str
    origins: frozenset[str]


@dataclass(frozen=True, slots=True)
class NewKey:
    """A passkey as an authenticator made it. ``public_key`` is its COSE_Key, as it came."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


@dataclass(frozen=True, slots=True)
class _Data:
    """Authenticator data (§6.1)."""

    domain_hash: bytes
    flags: int
    sign_count: int
    credential_id: bytes
    public_key: bytes


def new_key(site: Site, challenge: bytes, client_data: bytes, attestation: bytes, *, verified: bool = True) -> NewKey:
    """The passkey that was made for this challenge (§7.1), or ``Unfit``. ``verified``: of a person whose face, finger
    or PIN the authenticator has checked."""
    _check_client_data(client_data, "webauthn.create", site, challenge)
    data, raw, form, statement = _opened(attestation)
    _check_flags(data, site, verified)
    if not data.credential_id:
        raise Unfit("no key in it")
    key, algorithm = _read_key(data.public_key)
    if form == "packed":
        _check_self(statement, key, algorithm, raw + hashlib.sha256(client_data).digest())
    elif form != "none" or statement:
        raise Unfit("a statement that nobody asked for")
    return NewKey(data.credential_id, data.public_key, data.sign_count)


def sign_count(
    site: Site, challenge: bytes, public_key: bytes, client_data: bytes, authenticator_data: bytes, signature: bytes,
    *, verified: bool = True,
) -> int:  # fmt: skip
    """How often this passkey says that it has signed, after it signed this challenge (§7.2); ``Unfit`` if it did not.
    Whether the number went backwards is for whoever knows the last one."""
    _check_client_data(client_data, "webauthn.get", site, challenge)
    data = _data(authenticator_data)
    _check_flags(data, site, verified)
    key, _ = _read_key(public_key)
    _check_signature(key, signature, authenticator_data + hashlib.sha256(client_data).digest())
    return data.sign_count


def encoded(data: bytes) -> str:
    """base64url without padding, as browsers write it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _check_client_data(raw: bytes, kind: str, site: Site, challenge: bytes) -> None:
    try:
        said: Any = json.loads(raw.decode())
    except (ValueError, RecursionError):
        raise Unfit("client data that cannot be read") from None
    if not isinstance(said, dict):
        raise Unfit("client data of another form")
    if said.get("type") != kind or said.get("challenge") != encoded(challenge):
        raise Unfit("for another challenge")
    if said.get("origin") not in site.origins or said.get("crossOrigin", False) is not False or "topOrigin" in said:
        raise Unfit("from another page")


def _opened(attestation: bytes) -> tuple[_Data, bytes, object, dict[Any, Any]]:
    try:
        found = strict_cbor.decode(attestation)
    except strict_cbor.Unreadable:
        raise Unfit("an attestation that cannot be read") from None
    if not isinstance(found, dict) or found.keys() != {"fmt", "attStmt", "authData"}:
        raise Unfit("an attestation of another form")
    raw, statement = found["authData"], found["attStmt"]
    if not isinstance(raw, bytes) or not isinstance(statement, dict):
        raise Unfit("an attestation of another form")
    return _data(raw), raw, found["fmt"], statement


def _data(raw: bytes) -> _Data:
    if len(raw) < _HEAD:
        raise Unfit("authenticator data that is too short")
    flags, at = raw[32], _HEAD
    credential_id = public_key = b""
    try:
        if flags & _ATTESTED:
            at = _HEAD + 18 + int.from_bytes(raw[_HEAD + 16 : _HEAD + 18], "big")
            credential_id = raw[_HEAD + 18 : at]
            if not credential_id or len(credential_id) > LONGEST_ID or at >= len(raw):
                raise Unfit("an id that is too long or missing")
            _, end = strict_cbor.take(raw, at)
            public_key, at = raw[at:end], end
        if flags & _EXTENDED:
            _, at = strict_cbor.take(raw, at)
    except strict_cbor.Unreadable:
        raise Unfit("authenticator data that cannot be read") from None
    if at != len(raw):
        raise Unfit("bytes after the authenticator data")
    return _Data(raw[:32], flags, int.from_bytes(raw[33:_HEAD], "big"), credential_id, public_key)


def _check_flags(data: _Data, site: Site, verified: bool) -> None:
    if data.domain_hash != hashlib.sha256(site.domain.encode()).digest():
        raise Unfit("for another domain")
    needed = _PRESENT | (_VERIFIED if verified else 0)
    if data.flags & needed != needed:
        raise Unfit("nobody was there, or was checked to be")
    if data.flags & _IS_COPIED and not data.flags & _MAY_BE_COPIED:
        raise Unfit("copied, though it cannot be")


def _read_key(cose: bytes) -> tuple[PublicKey, int]:
    """A COSE_Key (RFC 9053 §7; RFC 8230 §4) as a key, and its algorithm."""
    try:
        found = strict_cbor.decode(cose)
    except strict_cbor.Unreadable:
        raise Unfit("a key that cannot be read") from None
    if not isinstance(found, dict):
        raise Unfit("a key of another form")
    match found:
        case {1: 2, 3: -7, -1: 1, -2: bytes(x), -3: bytes(y)} if len(x) == len(y) == _COORDINATE:
            return _point(b"\x04" + x + y), ES256
        case {1: 1, 3: -8, -1: 6, -2: bytes(x)} if len(x) == _COORDINATE:
            return ed25519.Ed25519PublicKey.from_public_bytes(x), EDDSA
        case {1: 3, 3: -257, -1: bytes(n), -2: bytes(e)} if len(n) <= 512 and len(e) <= 4:
            return _rsa(int.from_bytes(n, "big"), int.from_bytes(e, "big")), RS256
    raise Unfit("a key of another kind")


def _point(encoded_point: bytes) -> ec.EllipticCurvePublicKey:
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), encoded_point)
    except ValueError:
        raise Unfit("no point of the curve") from None


def _rsa(modulus: int, exponent: int) -> rsa.RSAPublicKey:
    if modulus.bit_length() < _RSA_BITS:
        raise Unfit("a key that is too short")
    try:
        return rsa.RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError:
        raise Unfit("no key") from None


def _check_self(statement: dict[Any, Any], key: PublicKey, algorithm: int, signed: bytes) -> None:
    match statement:
        case {"alg": int(said), "sig": bytes(signature)} if len(statement) == 2 and said == algorithm:
            _check_signature(key, signature, signed)
        case _:
            raise Unfit("a statement that nobody asked for")


def _check_signature(key: PublicKey, signature: bytes, signed: bytes) -> None:
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, signed, ec.ECDSA(SHA256()))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, signed, padding.PKCS1v15(), SHA256())
        else:
            key.verify(signature, signed)
    except InvalidSignature:
        raise Unfit("not signed by this key") from None
