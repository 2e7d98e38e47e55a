"""Staff passwords: scrypt (RFC 7914) with a salt of its own each; always off the event loop."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import secrets

_N, _R, _P = 2**14, 8, 1


async def hash_password(password: str) -> str:
    """``scrypt$<salt>$<hash>``, both base64."""
    return await asyncio.to_thread(_hash, password, secrets.token_bytes(16))


async def password_fits(password: str, stored: str) -> bool:
    """Constant-time check; a missing hash (``""``) costs the same and never fits."""
    return await asyncio.to_thread(_fits, password, stored)


def _hash(password: str, salt: bytes) -> str:
    derived = hashlib.scrypt(password.encode("utf-8", "replace"), salt=salt, n=_N, r=_R, p=_P, dklen=32)
    return f"scrypt${base64.b64encode(salt).decode()}${base64.b64encode(derived).decode()}"


def _fits(password: str, stored: str) -> bool:
    _, _, rest = stored.partition("$")
    salt, _, _ = rest.partition("$")
    made = _hash(password, base64.b64decode(salt) if salt else b"nobody's salt....")
    return hmac.compare_digest(made.encode(), stored.encode())
