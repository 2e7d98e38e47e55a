"""Staff passwords: Argon2id (RFC 9106, second recommended option) with a salt of its own each; off the event loop.

Hashes of an earlier version (scrypt) still fit, and are replaced at the next sign-in (``outdated``).
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_FULL = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=4)
_LIGHT = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
_N, _R, _P = 2**14, 8, 1
_NOBODYS: list[str] = []


async def hash_password(password: str, *, light: bool = False) -> str:
    """The hash to store. ``light`` is for tests alone: it protects nothing."""
    return await asyncio.to_thread((_LIGHT if light else _FULL).hash, password.encode("utf-8", "replace"))


async def password_fits(password: str, stored: str) -> bool:
    """Whether the password belongs to the hash; a missing hash (``""``) costs the same and never fits."""
    return await asyncio.to_thread(_fits, password, stored)


def outdated(stored: str) -> bool:
    """Whether this hash was made in an earlier way, or with less than is asked for now. Tests' light hashes stay."""
    if not stored.startswith("$argon2id$"):
        return True
    return _FULL.check_needs_rehash(stored) and _LIGHT.check_needs_rehash(stored)


def _fits(password: str, stored: str) -> bool:
    given = password.encode("utf-8", "replace")
    if stored.startswith("scrypt$"):
        return _fits_scrypt(given, stored)
    if not stored and not _NOBODYS:
        _NOBODYS.append(_FULL.hash(b"nobody's password"))
    try:
        _FULL.verify(stored or _NOBODYS[0], given)
    except (VerificationError, InvalidHashError):
        return False
    return bool(stored)


def _fits_scrypt(given: bytes, stored: str) -> bool:
    _, _, rest = stored.partition("$")
    salt, _, kept = rest.partition("$")
    made = hashlib.scrypt(given, salt=base64.b64decode(salt), n=_N, r=_R, p=_P, dklen=32)
    return hmac.compare_digest(base64.b64encode(made), kept.encode())
