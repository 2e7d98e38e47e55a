"""The vault's keys: AES-256-GCM for values, HMAC-SHA256 for search (``config/floor/vault.py`` has the promises).

Sealed form: ``0x01`` suite, one byte length of the key id, key id, 12-byte random nonce, ciphertext with tag.
The place (table.column) and the header are authenticated with it (NIST SP 800-38D additional data).
"""

from __future__ import annotations

import base64
import hmac
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_SUITE_AES_GCM = 1
_NONCE = 12


class KeyringVault:
    """A vault over named 32-byte keys. New values use ``current``; any listed key still opens."""

    def __init__(self, keys: Mapping[str, bytes], current: str, index_key: bytes) -> None:
        if current not in keys:
            raise ValueError(f"the current vault key {current!r} is not listed")
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}
        self._current = current
        self._index_key = index_key
        self._header = bytes([_SUITE_AES_GCM, len(current)]) + current.encode("ascii")

    def seal_bytes(self, content: bytes, place: str) -> bytes:
        nonce = os.urandom(_NONCE)
        bound = self._header + place.encode()
        return self._header + nonce + self._ciphers[self._current].encrypt(nonce, content, bound)

    def open_bytes(self, sealed: bytes, place: str) -> bytes:
        try:
            if sealed[0] != _SUITE_AES_GCM:
                raise ValueError("unknown suite")
            end = 2 + sealed[1]
            header, nonce, rest = sealed[:end], sealed[end : end + _NONCE], sealed[end + _NONCE :]
            cipher = self._ciphers[header[2:].decode("ascii")]
            return cipher.decrypt(nonce, bytes(rest), bytes(header) + place.encode())
        except (InvalidTag, KeyError, IndexError, UnicodeDecodeError) as error:
            raise ValueError(f"cannot open a sealed value at {place}") from error

    def seal(self, text: str, place: str) -> bytes:
        return self.seal_bytes(text.encode(), place)

    def open(self, sealed: bytes, place: str) -> str:
        return self.open_bytes(sealed, place).decode()

    def index(self, text: str, place: str) -> bytes:
        return hmac.digest(self._index_key, f"{place}\0{text}".encode(), "sha256")


def decode_keys(keys: Mapping[str, str]) -> dict[str, bytes]:
    """Base64 settings → raw keys."""
    return {name: base64.b64decode(key, validate=True) for name, key in keys.items()}
