"""What the catalogue answers with, and how a row is read."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from config.floor import sql
from server.domain.catalogue.guide import Guide, Limit

T = TypeVar("T")

SUMMARY_COLUMNS = (
    "code, name, name_en, department, region, theme, item_type, local_code, online, version, source, "
    "legal_days, legal_unit, promised_days, promised_unit"
)
ITEM_COLUMNS = f"{SUMMARY_COLUMNS}, guide"


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a list; ``next_cursor`` is None at its end."""

    items: tuple[T, ...]
    next_cursor: str | None
    total: int


@dataclass(frozen=True, slots=True)
class ItemSummary:
    """One line of a list of items. ``complete``: it has a guide, so it can be applied for online."""

    code: str
    name: str
    name_en: str
    department: str
    region: str
    theme: str
    item_type: str
    local_code: str
    online: bool
    version: int
    complete: bool
    legal_limit: Limit | None
    promised_limit: Limit | None


@dataclass(frozen=True, slots=True)
class Item:
    """One item; ``guide`` is None where only its name is known: hall and consultation only."""

    summary: ItemSummary
    guide: Guide | None

    @property
    def code(self) -> str:
        return self.summary.code

    @property
    def name(self) -> str:
        return self.summary.name

    @property
    def department(self) -> str:
        return self.summary.department

    @property
    def region(self) -> str:
        return self.summary.region

    @property
    def version(self) -> int:
        return self.summary.version


def derived_code(local_code: str) -> str:
    """The URL-safe code of an item that has no written guide: its catalogue part and eight signs of a hash.

    Stable: the same local code always gives the same code, whatever else the list holds.
    """
    head = re.sub(r"[^a-z0-9]", "", local_code.split("-")[0].lower())[:24] or "x"
    digest = int.from_bytes(hashlib.sha256(local_code.encode()).digest()[:8], "big")
    alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
    tail = "".join(alphabet[digest >> shift & 31] for shift in range(0, 40, 5))
    return f"{head}-{tail}"


def content_hash(value: object) -> str:
    """SHA-256 of the canonical JSON text."""
    return hashlib.sha256(sql.to_json(value).encode()).hexdigest()


@lru_cache(maxsize=256)
def parse_guide(text: str) -> Guide:
    """A stored guide. Cached by its text: published guides do not change."""
    return Guide.model_validate_json(text)


def read_summary(row: sql.Row) -> ItemSummary:
    return ItemSummary(
        code=row["code"],
        name=row["name"],
        name_en=row["name_en"],
        department=row["department"],
        region=row["region"],
        theme=row["theme"],
        item_type=row["item_type"],
        local_code=row["local_code"],
        online=sql.flag(row["online"]),
        version=row["version"],
        complete=row["source"] == "guide",
        legal_limit=_limit(row["legal_days"], row["legal_unit"]),
        promised_limit=_limit(row["promised_days"], row["promised_unit"]),
    )


def read_item(row: sql.Row) -> Item:
    guide = row["guide"]
    return Item(read_summary(row), parse_guide(guide) if guide is not None else None)


def _limit(days: int | None, unit: str | None) -> Limit | None:
    return None if days is None else Limit.model_validate({"days": days, "unit": unit})
