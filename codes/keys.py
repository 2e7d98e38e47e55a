"""Master keys by id, and the key of one handle derived from them. No handle key is ever stored."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping


class MasterKeys:
    """Named 32-byte master keys. New handles use ``current``; every listed key still reads its own handles.

    To rotate without a dead code: list the new key in every process, then make it current in each, and drop the old one
    a day after the last of them did, when its last handle is over.
    """

    def __init__(self, keys: Mapping[str, bytes], current: str) -> None:
        if current not in keys:
            raise ValueError(f"the current code key {current!r} is not listed")
        if any(len(key) != 32 for key in keys.values()):
            raise ValueError("a code master key has 32 bytes")
        self._keys = dict(keys)
        self.current = current

    def __iter__(self) -> Iterator[str]:
        """Key ids, the current one first."""
        yield self.current
        yield from (name for name in self._keys if name != self.current)

    def handle_key(self, key_id: str, handle: str) -> bytes:
        """HMAC-SHA256 of ``handle|<handle>`` under the master key; KeyError if that key is not listed any more."""
        return hmac.digest(self._keys[key_id], f"handle|{handle}".encode("ascii"), hashlib.sha256)
