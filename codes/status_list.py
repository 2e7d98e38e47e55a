"""Which credentials have been withdrawn, pure: a Token Status List as CWT (draft-ietf-oauth-status-list).

A credential carries a place (``idx``) in a list (``uri``); the list is an array of small numbers, packed from the low
bits of each byte upwards, compressed with zlib, signed, and the same for everybody who asks, so that asking tells
nothing. Claims: 2 ``sub`` = the uri, 6 ``iat``, 4 ``exp``, 65534 ``ttl``, 65533 ``{"bits", "lst"}``; header 16
``application/statuslist+cwt``. Read with 1, 2, 4 or 8 bits; written with 2.

A list is *green* until its ttl (12 h), *amber* until it expires (7 d), then *red*: nothing but tier 0 is taken on it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from codes import cose, strict_cbor
from codes.trust_list import CLOCK_SECONDS, TrustList

VALID: Final = 0
INVALID: Final = 1
SUSPENDED: Final = 2
MEDIA_TYPE: Final = "application/statuslist+cwt"
LIST_CLAIM: Final = 65533
TTL_CLAIM: Final = 65534
TTL_SECONDS: Final = 12 * 3600
LIFE_SECONDS: Final = 7 * 86400
SMALLEST: Final = 1 << 17  # entries of a list that is written: a crowd to hide in
LARGEST_BYTES: Final = 1 << 20  # of a list that is read, unpacked: a million entries of 8 bits
_BITS: Final = (1, 2, 4, 8)

Freshness = Literal["green", "amber", "red"]


@dataclass(frozen=True, slots=True)
class StatusList:
    """One list, read and found genuine."""

    uri: str
    issued_at: int
    expires_at: int
    ttl: int
    bits: int
    packed: bytes

    def __len__(self) -> int:
        return len(self.packed) * 8 // self.bits

    def status(self, index: int) -> int | None:
        """The number at this place, or None outside the list."""
        place = index * self.bits
        if not 0 <= place < 8 * len(self.packed):
            return None
        return self.packed[place >> 3] >> (place & 7) & ((1 << self.bits) - 1)

    def freshness(self, now: float) -> Freshness:
        """How far the list can be relied on at ``now``."""
        if now >= self.expires_at:
            return "red"
        return "green" if now < self.issued_at + self.ttl else "amber"


def pack(statuses: Mapping[int, int], entries: int, bits: int = 2) -> bytes:
    """The bytes of ``entries`` places, all valid but those named."""
    packed = bytearray((entries * bits + 7) // 8)
    for index, status in statuses.items():
        if not 0 <= index < entries or not 0 <= status < 1 << bits:
            raise ValueError("a place outside the list, or a status that does not fit")
        at, shift = divmod(index * bits, 8)
        packed[at] |= status << shift
    return bytes(packed)


def write(
    statuses: Mapping[int, int],
    signer: cose.Signer,
    *,
    issuer: str,
    uri: str,
    now: int,
    entries: int = SMALLEST,
    ttl: int = TTL_SECONDS,
    life: int = LIFE_SECONDS,
) -> bytes:
    """The signed list of everything that is not valid. ``ValueError`` for a list too small to hide anybody."""
    if entries < SMALLEST:
        raise ValueError(f"a status list has at least {SMALLEST} places")
    claims = {
        1: issuer,
        2: uri,
        4: now + life,
        6: now,
        TTL_CLAIM: ttl,
        LIST_CLAIM: {"bits": 2, "lst": zlib.compress(pack(statuses, entries), 9)},
    }
    return cose.sign1(strict_cbor.encode(claims), signer, MEDIA_TYPE)


def read(message: bytes, keys: TrustList, now: float) -> StatusList | None:
    """The list, if a key that may sign the lists of its issuer signed it; None otherwise. Its age is for ``freshness``
    to judge, except that one from the future is not taken."""
    try:
        signed = cose.read_sign1(message, largest=LARGEST_BYTES)
        listed = [key for key in keys.named(signed.kid) if key.lists and key.key.alg == signed.alg]
        genuine = [key for key in listed if key.key.verify(signed.signature, signed.to_be_signed)]
        if signed.kind != MEDIA_TYPE or not genuine:
            return None
        claims = strict_cbor.decode(signed.payload, largest=LARGEST_BYTES)
    except strict_cbor.Unreadable:
        return None
    if not isinstance(claims, dict) or not any(
        key.issuer == claims.get(1) and key.still_good(now) and key.signed_in_time(_whole(claims.get(6)))
        for key in genuine
    ):
        return None
    found = of_claims(claims)
    return found if found is not None and found.issued_at <= now + CLOCK_SECONDS else None


def _whole(value: object) -> int:
    return value if type(value) is int else -1


def of_claims(claims: object) -> StatusList | None:
    """The list of these claims, whoever signed them."""
    match claims:
        case {2: str(uri), 4: int(expires), 6: int(issued), 65533: {"bits": int(bits), "lst": bytes(packed)}, **more}:
            ttl = more.get(TTL_CLAIM, expires - issued)
            entries = _unpacked(packed) if bits in _BITS else None
            if entries is not None and type(ttl) is int and ttl > 0 and issued < expires:
                return StatusList(uri, issued, expires, ttl, bits, entries)
    return None


def _unpacked(packed: bytes) -> bytes | None:
    stream = zlib.decompressobj()
    try:
        entries = stream.decompress(packed, LARGEST_BYTES)
    except zlib.error:
        return None
    return entries if stream.eof and not stream.unused_data else None


def newest(lists: Iterable[StatusList]) -> dict[str, StatusList]:
    """By uri, the one issued last: an older list never replaces a newer one."""
    found: dict[str, StatusList] = {}
    for one in lists:
        if one.uri not in found or found[one.uri].issued_at < one.issued_at:
            found[one.uri] = one
    return found
