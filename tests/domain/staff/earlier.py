"""A password's hash as an earlier version of the program stored it."""

from __future__ import annotations

import base64
import hashlib


def scrypt_hash(password: str) -> str:
    """``scrypt$<salt>$<hash>`` (RFC 7914; N = 2**14, r = 8, p = 1)."""
    salt = bytes(range(16))
    made = hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)
    return f"scrypt${base64.b64encode(salt).decode()}${base64.b64encode(made).decode()}"
