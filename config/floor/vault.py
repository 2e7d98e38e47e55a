"""The vault's shape: how a room hides a personal value without knowing any key.

Its adapter is ``server/adapters/keyring.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Search:
    """Under what a value is kept and found. A column of search has another one beside it, ``<column>_next``; while the
    key of search is changed both are filled, both are unique, and a row is found by either:

    ``WHERE (phone_index = $2 OR phone_index_next = $3)`` with ``here`` and ``beside``. Otherwise ``beside`` is None.
    """

    here: bytes
    beside: bytes | None = None
    other: bytes | None = None
    """For rows that live for a day at most and have one column: what another process may have written."""

    def is_in(self, row: Mapping[str, Any], column: str) -> bool:
        """Whether a row carries this value in ``column`` or in the one beside it."""
        here, beside = row[column], row[f"{column}_next"]
        return (here is not None and bytes(here) == self.here) or (
            self.beside is not None and beside is not None and bytes(beside) == self.beside
        )

    @property
    def both(self) -> tuple[bytes, bytes]:
        """``WHERE key IN ($1, $2)``, for rows with one column."""
        return self.here, self.other or self.here


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

    def header(self, place: str) -> bytes:
        """How every value begins that is sealed at this place now: suite and key id."""
        ...

    def index(self, text: str, place: str) -> bytes:
        """A 32-byte keyed blind index (HMAC) for equality; differs from place to place. A change of the key changes it:
        for what lives for minutes. What is kept is looked for with ``search``."""
        ...

    def search(self, text: str, place: str) -> Search:
        """The blind index of a value that is kept, also while its key is changed. ``Busy`` in a process that has not
        been able to learn for too long which keys there are."""
        ...
