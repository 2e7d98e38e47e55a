"""The vault's shape: how a room hides a personal value without knowing any key.

Its adapter is ``server/adapters/keyring.py``.
"""

from __future__ import annotations

from typing import Protocol


class Vault(Protocol):
    """Field encryption and keyed search. ``place`` is ``table.column`` and is bound to the ciphertext."""

    def seal(self, text: str, place: str) -> bytes:
        """Encrypt ``text``; the answer carries suite and key id, and opens only at the same place."""
        ...

    def open(self, sealed: bytes, place: str) -> str:
        """The text again; ``ValueError`` if it was changed, moved from another place, or its key is gone."""
        ...

    def seal_bytes(self, content: bytes, place: str) -> bytes:
        """As ``seal``, for file content."""
        ...

    def open_bytes(self, sealed: bytes, place: str) -> bytes:
        """As ``open``, for file content."""
        ...

    def is_current(self, sealed: bytes) -> bool:
        """Whether a value was sealed with the key and suite that new ones are sealed with."""
        ...

    def index(self, text: str, place: str) -> bytes:
        """A 32-byte keyed blind index (HMAC-SHA256) for equality search; differs from place to place."""
        ...
