"""The key-encryption key: in a file that only its owner can read, or in a key management service.

Wrapped form: as a sealed value where the file's key did it (suite, key id, nonce, ciphertext, tag); from a service one
byte 0, one byte length, the key's name as the service answered it, and the service's own bytes.

The service's wire shape is our own small one; a city puts its KMS or its cipher machine's gateway behind it:
``POST {base}/v1/wrap`` ``{"request_id", "key", "context", "plaintext"}`` → 200 ``{"key", "ciphertext"}`` and
``POST {base}/v1/unwrap`` ``{"request_id", "key", "context", "ciphertext"}`` → 200 ``{"plaintext"}``, bytes in base64.
``context`` must be authenticated with the key (AAD, encryption context). 400, 401, 403, 404, 409 and 422 are a no.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import secrets
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from config.floor.ids import new_id
from server.adapters.keyring import KeyringVault, Ring, SearchKey, SearchKeys, Suite
from server.domain.keys.service import KekRefused, KekUnavailable

_LONGEST = 8192
_NO = (400, 401, 403, 404, 409, 422)


class FileKek:
    """Keys of a file: the first line's wraps, every line's unwraps."""

    def __init__(self, path: Path, suite: Suite = "aes") -> None:
        self._path, self._suite = path, suite

    async def wrap(self, key: bytes, label: str) -> bytes:
        return (await self._vault()).seal_bytes(key, label)

    async def unwrap(self, wrapped: bytes, label: str) -> bytes:
        try:
            return (await self._vault()).open_bytes(wrapped, label)
        except ValueError:
            raise KekRefused(f"no key of {self._path} unwraps {label.rsplit('/', 2)[-2]}") from None

    async def _vault(self) -> KeyringVault:
        keys = await asyncio.to_thread(read_kek, self._path)  # each time: a key that was added below is known at once
        return KeyringVault.of(Ring(keys, {"": next(iter(keys))}, SearchKeys(SearchKey(b"")), self._suite))


def read_kek(path: Path) -> dict[str, bytes]:
    """The keys of a file, the wrapping one first; ``KekUnavailable`` names what is wrong with it."""
    try:
        mode = path.stat().st_mode & 0o777
        lines = path.read_text("ascii").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise KekUnavailable(f"the key file {path} cannot be read: {type(error).__name__}") from None
    if mode & 0o077:
        raise KekUnavailable(f"the key file {path} can be read by others (mode {mode:04o}): chmod 600 {path}")
    keys: dict[str, bytes] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, text = line.strip().partition(" ")
        try:
            key = base64.b64decode(text, validate=True)
        except ValueError:
            key = b""
        if len(key) != 32 or not 1 <= len(name) <= 64:
            raise KekUnavailable(f"line {number} of the key file {path} is no `id base64` of 32 bytes")
        keys[name] = key
    if not keys:
        raise KekUnavailable(f"the key file {path} holds no key")
    return keys


def write_kek(path: Path, name: str) -> None:
    """A fresh key becomes the first line (0600); what was there stays below it, so that it goes on unwrapping."""
    before = path.read_text("ascii") if path.exists() else ""
    beside = path.with_name(f"{path.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{name} {base64.b64encode(secrets.token_bytes(32)).decode()}\n{before}")
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


class HttpKek:
    """A key management service. Bounded times and sizes, no redirects; asked only when a key is made or first met."""

    def __init__(self, base_url: str, key: str, token: str, *, timeout: float = 3.0) -> None:
        self._base, self.key, self._token = base_url.rstrip("/"), key, token
        self._timeout = ClientTimeout(total=timeout, connect=min(1.0, timeout))
        self._session: ClientSession | None = None

    async def open(self) -> None:
        self._session = ClientSession(timeout=self._timeout, trust_env=False)

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    async def wrap(self, key: bytes, label: str) -> bytes:
        asked = {"key": self.key, "context": label, "plaintext": base64.b64encode(key).decode()}
        answer = await self._ask("wrap", asked)
        name, wrapped = _text(answer, "key").encode(), _bytes(answer, "ciphertext")
        if not 1 <= len(name) <= 255 or not wrapped:
            raise KekUnavailable(f"the answer of {self._base} cannot be read")
        made = bytes([0, len(name)]) + name + wrapped
        if await self.unwrap(made, label) != key:  # nothing may ever be sealed with a key that does not come back
            raise KekRefused(f"{self._base} does not give back what it wrapped")
        return made

    async def unwrap(self, wrapped: bytes, label: str) -> bytes:
        if wrapped[:1] != b"\0":
            raise KekRefused(f"{label.rsplit('/', 2)[-2]} was not wrapped by a key management service")
        end = 2 + wrapped[1]
        name, rest = wrapped[2:end].decode(errors="replace"), base64.b64encode(wrapped[end:]).decode()
        key = _bytes(await self._ask("unwrap", {"key": name, "context": label, "ciphertext": rest}), "plaintext")
        if len(key) != 32:
            raise KekRefused(f"{self._base} gave back no key of 32 bytes")
        return key

    async def _ask(self, what: str, facts: dict[str, str]) -> dict[str, Any]:
        assert self._session is not None
        asked, headers = {"request_id": str(new_id()), **facts}, {"Authorization": f"Bearer {self._token}"}
        try:
            async with self._session.post(
                f"{self._base}/v1/{what}", json=asked, headers=headers, allow_redirects=False
            ) as answer:
                status, raw = answer.status, await answer.content.read(_LONGEST)
        except (ClientError, TimeoutError, OSError) as error:
            raise KekUnavailable(f"{self._base} does not answer: {type(error).__name__}") from None
        if status in _NO:
            raise KekRefused(f"{self._base} refuses to {what} with key {facts['key']}: {status}")
        try:
            found = json.loads(raw) if status == 200 else None
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise KekUnavailable(f"{self._base} does not answer as it should: {status}")
        return found


class EitherKek:
    """While the key-encryption key moves between a file and a service: either unwraps its own; the service wraps, or
    the file where the service is given no key to wrap with."""

    def __init__(self, service: HttpKek, file: FileKek) -> None:
        self._service, self._file = service, file

    async def wrap(self, key: bytes, label: str) -> bytes:
        return await (self._service if self._service.key else self._file).wrap(key, label)

    async def unwrap(self, wrapped: bytes, label: str) -> bytes:
        return await (self._service if wrapped[:1] == b"\0" else self._file).unwrap(wrapped, label)


def _text(answer: dict[str, Any], name: str) -> str:
    value = answer.get(name)
    return value if isinstance(value, str) else ""


def _bytes(answer: dict[str, Any], name: str) -> bytes:
    try:
        return base64.b64decode(_text(answer, name), validate=True)
    except ValueError:
        return b""
