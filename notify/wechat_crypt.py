"""WeChat's callbacks: signatures, the sealed envelope of "safe mode" (WXBizMsgCrypt), and bodies in JSON or XML.

Source: 消息推送 / 消息加解密说明. Key = base64(EncodingAESKey + "="), IV = its first 16 bytes, AES-256-CBC, PKCS#7 with
blocks of 32; inside: 16 random bytes, the length (4, big endian), the message, the app id.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

from notify.incoming import WrongCallback

LARGEST = 64 * 1024
_BLOCK = 32
_DEPTH = 8


def signed(*parts: str) -> str:
    """SHA-1 over the sorted parts, as WeChat signs."""
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "replace")).hexdigest()  # noqa: S324 (their scheme)


@dataclass(frozen=True, slots=True)
class Envelope:
    """One account's callback setting. ``keys``: the present EncodingAESKey first, then the one before. Hides both."""

    token: str
    app_id: str
    keys: Sequence[str]

    def __repr__(self) -> str:
        return f"Envelope({self.app_id})"

    def is_from_wechat(self, signature: str, *parts: str) -> bool:
        """Whether whoever knows the token signed this; an empty token is known to everybody, so it signs nothing."""
        wanted = signed(self.token, *parts)
        return bool(self.token) and hmac.compare_digest(wanted.encode(), signature.encode("utf-8", "replace"))

    def opened(self, sealed: str) -> bytes:
        """The message; ``WrongCallback`` for a changed one, a foreign app id or an unknown key."""
        for key in self.keys:
            try:
                return _message(_decrypted(_key(key), sealed), self.app_id)
            except WrongCallback:
                continue
        raise WrongCallback("cannot be opened")

    def sealed(self, message: bytes, random16: bytes) -> str:
        """The counterpart, for answers and for stand-ins."""
        key = _key(self.keys[0])
        text = random16 + len(message).to_bytes(4, "big") + message + self.app_id.encode()
        pad = _BLOCK - len(text) % _BLOCK
        cipher = Cipher(AES256(key), CBC(key[:16])).encryptor()
        return base64.b64encode(cipher.update(text + bytes([pad]) * pad) + cipher.finalize()).decode()


def read_body(raw: bytes) -> dict[str, Any]:
    """A callback's body as nested text, whether the account speaks JSON or XML."""
    if len(raw) > LARGEST:
        raise WrongCallback("too long")
    if raw.lstrip()[:1] == b"{":
        return _json(raw)
    if b"<!DOCTYPE" in raw.upper() or b"<!ENTITY" in raw.upper():
        raise WrongCallback("declares entities")
    try:
        root = ElementTree.fromstring(raw.decode("utf-8"))  # noqa: S314 (no declarations, see above)
    except (ElementTree.ParseError, UnicodeDecodeError) as error:
        raise WrongCallback("not XML") from error
    found = _node(root, 0)
    if not isinstance(found, dict):
        raise WrongCallback("empty")
    return found


def _json(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise WrongCallback("not JSON") from error
    if not isinstance(found, dict):
        raise WrongCallback("not an object")
    return found


def _node(node: ElementTree.Element, depth: int) -> Any:
    """Text, or a dict whose repeated children are a list."""
    if depth > _DEPTH:
        raise WrongCallback("too deep")
    children = list(node)
    if not children:
        return node.text or ""
    found: dict[str, Any] = {}
    for child in children:
        value = _node(child, depth + 1)
        if child.tag in found:
            before = found[child.tag]
            found[child.tag] = [*(before if isinstance(before, list) else [before]), value]
        else:
            found[child.tag] = value
    return found


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text + "=", validate=True)
    except (binascii.Error, ValueError) as error:
        raise WrongCallback("key") from error
    if len(key) != 32:
        raise WrongCallback("key")
    return key


def _decrypted(key: bytes, sealed: str) -> bytes:
    try:
        raw = base64.b64decode(sealed, validate=True)
        cipher = Cipher(AES256(key), CBC(key[:16])).decryptor()
        text = cipher.update(raw) + cipher.finalize()
    except (binascii.Error, ValueError) as error:
        raise WrongCallback("not sealed") from error
    pad = text[-1] if text else 0
    if not 1 <= pad <= _BLOCK or text[-pad:] != bytes([pad]) * pad:
        raise WrongCallback("padding")  # never an empty message instead
    return text[:-pad]


def _message(text: bytes, app_id: str) -> bytes:
    length = int.from_bytes(text[16:20], "big")
    message, owner = text[20 : 20 + length], text[20 + length :]
    if len(message) != length or owner != app_id.encode():
        raise WrongCallback("another app's")
    return message


def listed(body: Mapping[str, Any], *wrappers: str) -> list[Mapping[str, Any]]:
    """The entries of an event's ``List``: an object for one and an array for several, in JSON at the top, in XML inside
    a wrapper whose name the samples print wrongly."""
    places: list[Any] = [body, *(body.get(name) for name in wrappers), *body.values()]
    for place in places:
        if isinstance(place, Mapping) and (entries := place.get("List")):
            found = entries if isinstance(entries, list) else [entries]
            return [one for one in found if isinstance(one, Mapping)]
    return []
