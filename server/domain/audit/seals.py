"""What a seal is: a batch of audit entries under one root, chained to the batch before and signed. Pure.

Whoever can write to the database can change a row; nobody without the key can then make the seals agree with it, and
nobody at all can make them agree with a head that was exported before.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from config.floor import sql
from server.domain.audit.merkle import leaf_hash, root_of

FIRST = bytes(32)
"""What the first seal names as the hash of the one before it."""
COLUMNS = (
    "id", "portal", "region", "at", "actor_kind", "actor_id", "actor_label", "action", "subject_kind", "subject",
    "resident_id", "outcome", "purpose", "fields_seen", "place", "delegation_id",
)  # fmt: skip

FaultKind = Literal[
    "gap",
    "chain",
    "changed-seal",
    "signature",
    "unsigned",
    "entry-missing",
    "count",
    "changed-entry",
    "unsealed",
    "head",
]


@dataclass(frozen=True, slots=True)
class Seal:
    """One batch: how many entries, their root, the seal before, and the signature over all of it."""

    number: int
    count: int
    last_id: UUID
    root: bytes
    previous: bytes
    sealed_at: datetime
    key_id: str
    signature: bytes

    @property
    def hash(self) -> bytes:
        """What is signed, and what the next seal names."""
        lines = (
            "YIMA-AUDIT-1", self.number, self.count, self.last_id, self.root.hex(), self.previous.hex(),
            _instant(self.sealed_at), self.key_id,
        )  # fmt: skip
        return hashlib.sha256("\n".join(str(line) for line in lines).encode()).digest()


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it was sealed. ``seal`` is the batch's number, 0 where it is about none."""

    kind: FaultKind
    seal: int
    entry: UUID | None = None


class SealingKey:
    """The Ed25519 key that signs seals (RFC 8032). ``secret`` empty: seals are chained but not signed."""

    def __init__(self, secret: bytes = b"") -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(secret) if secret else None
        self.public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw) if self._key else b""
        self.id = key_id(self.public) if self.public else ""

    def sign(self, digest: bytes) -> bytes:
        return self._key.sign(digest) if self._key else b""


def key_id(public: bytes) -> str:
    """The name of a public key: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(public).hexdigest()[:16]


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode  # as ``sql.to_json``


def content_of(row: Mapping[str, Any]) -> bytes:
    """An entry's canonical bytes: the same from both databases, and different for any different value."""
    values: list[Any] = []
    for name in COLUMNS:
        value = row[name]
        if name == "at":
            value = _instant(sql.instant(value))
        elif name == "fields_seen":
            value = _document(value) if isinstance(value, str) else sql.document(value)
        elif value is not None and not isinstance(value, str):
            value = str(value)
        values.append(value)
    return _encode(values).encode()


@lru_cache(maxsize=1024)
def _document(text: str) -> Any:
    """A million entries name a few dozen sets of fields; what is read here is only written again."""
    return sql.document(text)


def sealed_root(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The root over these entries in this order."""
    return root_of([leaf_hash(content_of(row)) for row in rows])


def judge_seal(seal: Seal, before: Seal | None, keys: Mapping[str, bytes]) -> list[Fault]:
    """What is wrong with a seal itself. ``keys``: key id → public key, as the auditor has them."""
    faults: list[Fault] = []
    if seal.number != (before.number + 1 if before else 1):
        faults.append(Fault("gap", seal.number))
    elif seal.previous != (before.hash if before else FIRST):
        faults.append(Fault("chain", seal.number))
    if not seal.signature:
        faults.append(Fault("unsigned", seal.number))
    elif not _signed(seal, keys):
        faults.append(Fault("signature", seal.number))
    return faults


def judge_batch(seal: Seal, ids: Sequence[UUID], rows: Sequence[Mapping[str, Any] | None]) -> list[Fault]:
    """What is wrong with a seal's entries. ``ids``: as they were sealed, by position; ``rows``: as they are now."""
    faults = [Fault("entry-missing", seal.number, entry) for entry, row in zip(ids, rows, strict=True) if row is None]
    if len(ids) != seal.count:
        faults.append(Fault("count", seal.number))
    if faults:
        return faults
    there = [row for row in rows if row is not None]
    return [] if sealed_root(there) == seal.root else [Fault("changed-entry", seal.number)]


def _signed(seal: Seal, keys: Mapping[str, bytes]) -> bool:
    public = keys.get(seal.key_id)
    if public is None:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(seal.signature, seal.hash)
    except InvalidSignature:
        return False
    return True


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
