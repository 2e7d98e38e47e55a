"""The vault's keys: authenticated encryption for values, a keyed hash for search (``config/floor/vault.py`` has the
promises). Two suites: AES-256-GCM with HMAC-SHA256, and SM4-GCM with HMAC-SM3 (GB/T 32907, GB/T 32905).

Sealed form: one byte suite, one byte length of the key id, key id, 12-byte random nonce, ciphertext with its 16-byte
tag. The place (table.column) and the header are authenticated with it (NIST SP 800-38D additional data). Values of
either suite open side by side; only new ones take the suite that is set.
"""

from __future__ import annotations

import base64
import hmac
import math
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM

from config.floor.personal import family_of
from config.floor.refusal import Busy
from config.floor.vault import Search

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


@dataclass(frozen=True, slots=True)
class SearchKey:
    """A key of search and the hash of its suite."""

    key: bytes
    suite: Suite = "aes"

    def of(self, message: bytes) -> bytes:
        return hmac.digest(self.key, message, _DIGESTS[self.suite])


@dataclass(frozen=True, slots=True)
class SearchKeys:
    """Which keys fill the column of search and the one beside it; ``other``: a key that short-lived rows may carry."""

    here: SearchKey
    beside: SearchKey | None = None
    other: SearchKey | None = None


class Ring:
    """All keys as they were at one moment; never changed, only replaced as a whole. ``current``: family → key id,
    with ``""`` for the families that it does not name."""

    def __init__(
        self, keys: Mapping[str, bytes], current: Mapping[str, str], search: SearchKeys, suite: Suite = "aes"
    ) -> None:
        for name in current.values():
            if name not in keys:
                raise ValueError(f"the current vault key {name!r} is not listed")
        self.ciphers: dict[tuple[int, str], _Aead] = {}
        for name, key in keys.items():
            self.ciphers[_SUITES["aes"], name] = AESGCM(key)
            self.ciphers[_SUITES["sm"], name] = Sm4Gcm(key)
        self.search = search
        self._current, self._suite = dict(current), suite
        self._places: dict[str, tuple[bytes, bytes, _Aead]] = {}

    def sealing(self, place: str) -> tuple[bytes, bytes, _Aead]:
        """The header of what is sealed at this place, what is authenticated with it, and the cipher."""
        found = self._places.get(place)
        if found is None:
            name = self._current.get(family_of(place)) or self._current.get("")
            if name is None:
                raise ValueError(f"no key seals at {place}")
            header = bytes([_SUITES[self._suite], len(name)]) + name.encode("ascii")
            found = self._places[place] = (header, header + place.encode(), self.ciphers[_SUITES[self._suite], name])
        return found


class KeyringVault:
    """A vault over named 32-byte keys. New values use the current key and ``suite``; any listed key still opens.

    ``adopt`` changes the keys of a running process: whoever is in the midst of something goes on with the old ones.
    """

    def __init__(self, keys: Mapping[str, bytes], current: str, index_key: bytes, suite: Suite = "aes") -> None:
        self._ring = Ring(keys, {"": current}, SearchKeys(SearchKey(index_key, suite)), suite)
        self._fresh_until = math.inf

    @classmethod
    def of(cls, ring: Ring) -> KeyringVault:
        """A vault that begins with these keys."""
        made = cls.__new__(cls)
        made._ring, made._fresh_until = ring, math.inf
        return made

    def adopt(self, ring: Ring) -> None:
        """From now on with these keys."""
        self._ring = ring

    def search_until(self, instant: float) -> None:
        """By ``time.monotonic()``: later the key of search may have turned twice without this process knowing."""
        self._fresh_until = instant

    def seal_bytes(self, content: bytes, place: str) -> bytes:
        header, bound, cipher = self._ring.sealing(place)
        nonce = os.urandom(_NONCE)
        return header + nonce + cipher.encrypt(nonce, content, bound)

    def open_bytes(self, sealed: bytes, place: str) -> bytes:
        try:
            end = 2 + sealed[1]
            header, nonce, rest = sealed[:end], sealed[end : end + _NONCE], sealed[end + _NONCE :]
            cipher = self._ring.ciphers[sealed[0], header[2:].decode("ascii")]
            return cipher.decrypt(nonce, bytes(rest), bytes(header) + place.encode())
        except (InvalidTag, KeyError, IndexError, ValueError) as error:
            raise ValueError(f"cannot open a sealed value at {place}") from error

    def seal(self, text: str, place: str) -> bytes:
        return self.seal_bytes(text.encode(), place)

    def open(self, sealed: bytes, place: str) -> str:
        return self.open_bytes(sealed, place).decode()

    def header(self, place: str) -> bytes:
        return self._ring.sealing(place)[0]

    def index(self, text: str, place: str) -> bytes:
        return self._ring.search.here.of(f"{place}\0{text}".encode())

    def search(self, text: str, place: str) -> Search:
        if time.monotonic() > self._fresh_until:  # it would miss who is there, and make her a second time
            raise Busy(retry_after=1)
        keys, message = self._ring.search, f"{place}\0{text}".encode()
        here = keys.here.of(message)
        if keys.other is None:
            return Search(here)
        other = keys.other.of(message)
        beside = None if keys.beside is None else here if keys.beside is keys.here else other
        return Search(here, beside, other)


def decode_keys(keys: Mapping[str, str]) -> dict[str, bytes]:
    """Base64 settings → raw keys."""
    return {name: base64.b64decode(key, validate=True) for name, key in keys.items()}
