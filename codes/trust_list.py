"""Which keys may sign credentials, pure: a list signed by a root key that a verifier is given beforehand.

A COSE_Sign1 of header type ``application/yima-keys+cwt`` over the claims::

    1  iss     who runs the root, text
    4  exp     the next list is due before this, unix seconds
    6  iat     made at
    -65538     version: counts up, a verifier never goes back to a lower one
    -65539     the keys, an array of maps:
        1 kid (8 bytes)   2 COSE_Key   3 alg   4 the issuer (iss) it signs for   5 and 6 signs from and until
        7 what it signed is good until   8 tiers, an array   9 true if it also signs status lists

Every verdict takes the algorithm, the tiers and the windows from here, never from a message. A key is listed before
it signs, signs for a quarter, and is listed until the last paper it signed has expired. Past ``exp`` the list itself
is too old to vouch for anything but tier 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from codes import cose, strict_cbor

MEDIA_TYPE: Final = "application/yima-keys+cwt"
VERSION_CLAIM: Final = -65538
KEYS_CLAIM: Final = -65539
LARGEST: Final = 65536
CLOCK_SECONDS: Final = 120  # how far two honest clocks may be apart


@dataclass(frozen=True, slots=True)
class ListedKey:
    """One key, and what it may do."""

    key: cose.PublicKey
    issuer: str
    signs_from: int
    signs_until: int
    good_until: int
    tiers: frozenset[int]
    lists: bool = False

    @property
    def kid(self) -> bytes:
        """The hint that its messages carry."""
        return self.key.kid

    def signed_in_time(self, issued_at: int) -> bool:
        """Whether it was allowed to sign at that time."""
        return self.signs_from <= issued_at < self.signs_until

    def still_good(self, now: float) -> bool:
        """Whether what it signed is still taken at ``now``."""
        return now < self.good_until


@dataclass(frozen=True, slots=True)
class TrustList:
    """The keys of one list by their hint."""

    issuer: str
    version: int
    issued_at: int
    next_update: int
    keys: tuple[ListedKey, ...]
    _by_kid: dict[bytes, tuple[ListedKey, ...]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for key in self.keys:
            self._by_kid[key.kid] = (*self._by_kid.get(key.kid, ()), key)

    def named(self, kid: bytes) -> tuple[ListedKey, ...]:
        """Every key with this hint, usually one."""
        return self._by_kid.get(kid, ())

    def too_old(self, now: float) -> bool:
        """Whether the next list is overdue."""
        return now >= self.next_update + CLOCK_SECONDS


def write(listed: TrustList, root: cose.Signer) -> bytes:
    """The signed list."""
    claims = {
        1: listed.issuer,
        4: listed.next_update,
        6: listed.issued_at,
        VERSION_CLAIM: listed.version,
        KEYS_CLAIM: [_entry(key) for key in listed.keys],
    }
    return cose.sign1(strict_cbor.encode(claims), root, MEDIA_TYPE)


def _entry(key: ListedKey) -> dict[int, object]:
    return {
        1: key.kid,
        2: key.key.parameters,
        3: key.key.alg,
        4: key.issuer,
        5: key.signs_from,
        6: key.signs_until,
        7: key.good_until,
        8: sorted(key.tiers),
        9: key.lists,
    }


def read(message: bytes, roots: Iterable[cose.PublicKey]) -> TrustList | None:
    """The list, if one of the roots signed it; None otherwise. Keys of an algorithm that is not installed here are
    left out, so that what they signed is ``unknown-key``."""
    try:
        signed = cose.read_sign1(message, largest=LARGEST)
        if signed.kind != MEDIA_TYPE or not any(_made(signed, root) for root in roots):
            return None
        return _listed(strict_cbor.decode(signed.payload, largest=LARGEST))
    except strict_cbor.Unreadable:
        return None


def _made(signed: cose.Sign1, root: cose.PublicKey) -> bool:
    return signed.alg == root.alg and root.verify(signed.signature, signed.to_be_signed)


def _listed(claims: object) -> TrustList | None:
    match claims:
        case {
            1: str(issuer), 4: int(next_update), 6: int(issued_at), -65538: int(version), -65539: list(entries)
        }:  # fmt: skip
            keys = tuple(key for entry in entries if (key := _key(entry)) is not None)
            return TrustList(issuer, version, issued_at, next_update, keys)
    return None


def _key(entry: object) -> ListedKey | None:
    match entry:
        case {
            1: bytes(kid), 2: dict(parameters), 3: int(alg), 4: str(issuer), 5: int(signs_from), 6: int(signs_until),
            7: int(good_until), 8: list(tiers), 9: bool(lists)
        }:  # fmt: skip
            try:
                key = cose.public_key(parameters, alg)
            except ValueError:
                return None
            may = frozenset(tier for tier in tiers if isinstance(tier, int))
            listed = ListedKey(key, issuer, signs_from, signs_until, good_until, may, lists)
            return listed if kid == key.kid else None
    return None
