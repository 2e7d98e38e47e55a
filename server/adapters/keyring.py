"""The vault's keys: authenticated encryption for values, a keyed hash for search (``config/floor/vault.py`` has the
promises). Two suites: AES-256-GCM with HMAC-SHA256, and SM4-GCM with HMAC-SM3 (GB/T 32907, GB/T 32905).

Sealed form: one byte suite, one byte length of the key id, key id, 12-byte random nonce, ciphertext with its 16-byte
tag. The place (table.column) and the header are authenticated with it (NIST SP 800-38D additional data). Values of
either suite open side by side; only new ones take the suite that is set.
"""

from __future__ import annotations

import base64
import hmac
import os
from collections.abc import Mapping
from typing import Literal, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM

Suite = Literal["aes", "sm"]
_SUITES: Mapping[str, int] = {"aes": 1, "sm": 2}
_DIGESTS: Mapping[str, str] = {"aes": "sha256", "sm": "sm3"}
_NONCE, _TAG = 12, 16


class _Aead(Protocol):
    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes: ...


class Sm4Gcm:
    """SM4 in GCM; the 16-byte key is derived from ours of 32 bytes by HMAC-SM3."""

    def __init__(self, key: bytes) -> None:
        self._key = hmac.digest(key, b"yima sm4-gcm", "sm3")[:16]

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        sealing = Cipher(SM4(self._key), GCM(nonce)).encryptor()
        sealing.authenticate_additional_data(associated_data or b"")
        return sealing.update(data) + sealing.finalize() + sealing.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        if len(data) < _TAG:
            raise InvalidTag
        opening = Cipher(SM4(self._key), GCM(nonce, data[-_TAG:])).decryptor()
        opening.authenticate_additional_data(associated_data or b"")
        return opening.update(data[:-_TAG]) + opening.finalize()


class KeyringVault:
    """A vault over named 32-byte keys. New values use ``current`` and ``suite``; any listed key still opens."""

    def __init__(self, keys: Mapping[str, bytes], current: str, index_key: bytes, suite: Suite = "aes") -> None:
        if current not in keys:
            raise ValueError(f"the current vault key {current!r} is not listed")
        self._ciphers: dict[tuple[int, str], _Aead] = {}
        for name, key in keys.items():
            self._ciphers[_SUITES["aes"], name] = AESGCM(key)
            self._ciphers[_SUITES["sm"], name] = Sm4Gcm(key)
        self._index_key, self._digest = index_key, _DIGESTS[suite]
        self._header = bytes([_SUITES[suite], len(current)]) + current.encode("ascii")
        self._sealing = self._ciphers[_SUITES[suite], current]

    def seal_bytes(self, content: bytes, place: str) -> bytes:
        nonce = os.urandom(_NONCE)
        return self._header + nonce + self._sealing.encrypt(nonce, content, self._header + place.encode())

    def open_bytes(self, sealed: bytes, place: str) -> bytes:
        try:
            end = 2 + sealed[1]
            header, nonce, rest = sealed[:end], sealed[end : end + _NONCE], sealed[end + _NONCE :]
            cipher = self._ciphers[sealed[0], header[2:].decode("ascii")]
            return cipher.decrypt(nonce, bytes(rest), bytes(header) + place.encode())
        except (InvalidTag, KeyError, IndexError, ValueError) as error:
            raise ValueError(f"cannot open a sealed value at {place}") from error

    def seal(self, text: str, place: str) -> bytes:
        return self.seal_bytes(text.encode(), place)

    def open(self, sealed: bytes, place: str) -> str:
        return self.open_bytes(sealed, place).decode()

    def is_current(self, sealed: bytes) -> bool:
        return sealed[: len(self._header)] == self._header

    def index(self, text: str, place: str) -> bytes:
        return hmac.digest(self._index_key, f"{place}\0{text}".encode(), self._digest)


def decode_keys(keys: Mapping[str, str]) -> dict[str, bytes]:
    """Base64 settings → raw keys."""
    return {name: base64.b64decode(key, validate=True) for name, key in keys.items()}
