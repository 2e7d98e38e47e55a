"""The catalogue's public door: find items, read one, read the version a case began with, publish the files."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from server.domain.catalogue.errors import ItemUnknown
from server.domain.catalogue.files import ITEMS, read_guides
from server.domain.catalogue.guide import Guide
from server.domain.catalogue.records import (
    ITEM_COLUMNS,
    Item,
    ItemSummary,
    Page,
    content_hash,
    derived_code,
    parse_guide,
    read_item,
    read_summary,
)
from server.domain.catalogue.search import Wanted, build, make_cursor, search_text

_MOST = 100


@dataclass(frozen=True, slots=True)
class ThemeCount:
    name: str
    count: int


class CatalogueService:
    """Items of every portal. Reads are one or two statements, whatever a list's length."""

    def __init__(self, folder: Path = ITEMS) -> None:
        self._folder = folder

    async def search(
        self,
        unit: Unit,
        q: str = "",
        theme: str = "",
        department: str = "",
        region: str = "",
        cursor: str | None = None,
        limit: int = 20,
    ) -> Page[ItemSummary]:
        """Items that answer ``q`` (everyday words welcome), best first; written guides before bare names."""
        size = max(1, min(limit, _MOST))
        query = build(Wanted(unit.portal, q, theme, department, region), cursor, size)
        if query is None:
            return Page((), None, 0)
        found = await sql.rows(query.page, *query.page_values)
        counted = await sql.row(query.count, *query.count_values)
        more = len(found) > size
        last = found[size - 1] if more else None
        return Page(
            items=tuple(read_summary(row) for row in found[:size]),
            next_cursor=make_cursor(last["rank_of"], last["code"]) if last else None,
            total=counted["total"] if counted else 0,
        )

    async def item(self, unit: Unit, code: str) -> Item:
        """The item as it is now, by its code or by the code its local code gives; ``ItemUnknown``."""
        row = await sql.row(
            f"SELECT {ITEM_COLUMNS} FROM catalogue_items WHERE portal = $1 AND (code = $2 OR alias = $2)",
            unit.portal,
            _readable(code),
        )
        if row is None:
            raise ItemUnknown
        return read_item(row)

    async def version(self, unit: Unit, item_code: str, version: int) -> Item:
        """The item as it was published under ``version``; its guide is never None. ``ItemUnknown``."""
        row = await sql.row(
            "SELECT guide FROM item_versions WHERE portal = $1 AND item_code = $2 AND version = $3",
            unit.portal,
            _readable(item_code),
            version,
        )
        if row is None:
            raise ItemUnknown
        guide = parse_guide(row["guide"])
        return Item(_summary_of(guide, version), guide)

    async def names(self, unit: Unit, codes: list[str]) -> dict[str, str]:
        """Names of many items in one query; unknown codes are left out."""
        if not codes:
            return {}
        places = ", ".join(f"${at}" for at in range(2, len(codes) + 2))
        found = await sql.rows(
            f"SELECT code, name FROM catalogue_items WHERE portal = $1 AND code IN ({places})", unit.portal, *codes
        )
        return {row["code"]: row["name"] for row in found}

    async def sensitive(self, unit: Unit, codes: Sequence[str]) -> bool:
        """Whether any of these items is one that is not named outside the inbox."""
        if not codes:
            return False
        places = ", ".join(f"${at}" for at in range(2, len(codes) + 2))
        found = await sql.rows(
            f"SELECT guide FROM catalogue_items WHERE portal = $1 AND code IN ({places}) AND guide IS NOT NULL",
            unit.portal, *codes,
        )  # fmt: skip
        return any(parse_guide(row["guide"]).sensitive for row in found)

    async def themes(self, unit: Unit, region: str = "") -> tuple[ThemeCount, ...]:
        """Every theme that has items, the fullest first."""
        where, values = "portal = $1", [unit.portal]
        if region:
            where, values = f"{where} AND region = $2", [unit.portal, region]
        found = await sql.rows(
            f"SELECT theme, COUNT(*) AS total FROM catalogue_items WHERE {where} AND theme <> '' "
            "GROUP BY theme ORDER BY total DESC, theme",
            *values,
        )
        return tuple(ThemeCount(row["theme"], row["total"]) for row in found)

    async def publish(self, unit: Unit) -> int:
        """Load every guide file into this portal; the number of new versions. Unchanged guides change nothing.

        A file that breaks a rule raises ``GuideFaulty`` and nothing is published.
        """
        guides = await asyncio.to_thread(read_guides, self._folder)
        return sum([await self._publish_one(unit, guide) for guide in guides])

    async def _publish_one(self, unit: Unit, guide: Guide) -> bool:
        document = guide.model_dump(mode="json")
        digest = content_hash(document)
        known = await sql.row(
            "SELECT source, content_hash FROM catalogue_items WHERE portal = $1 AND local_code = $2",
            unit.portal,
            guide.local_code,
        )
        if known and known["source"] == "guide" and known["content_hash"] == digest:
            return False
        newest = await sql.row(
            "SELECT COALESCE(MAX(version), 0) AS newest FROM item_versions WHERE portal = $1 AND item_code = $2",
            unit.portal,
            guide.code,
        )
        version = (newest["newest"] if newest else 0) + 1
        text = sql.to_json(document)
        made = await sql.rows(
            "INSERT INTO item_versions (id, portal, region, item_code, version, guide, content_hash, published_at) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (portal, item_code, version) DO NOTHING RETURNING id",
            new_id(), unit.portal, guide.region, guide.code, version, text, digest, unit.now,
        )  # fmt: skip
        if not made:
            return False  # another process published it at the same moment
        await self._show(unit, guide, version, text, digest)
        return True

    async def _show(self, unit: Unit, guide: Guide, version: int, text: str, digest: str) -> None:
        """Make the list show this version: a written guide takes over the row that an import made."""
        name_en = guide.english.get(guide.name, "")
        row: dict[str, object] = {
            "id": new_id(), "portal": unit.portal, "region": guide.region, "code": guide.code,
            "alias": derived_code(guide.local_code), "local_code": guide.local_code, "name": guide.name,
            "name_en": name_en, "department": guide.department, "theme": guide.theme, "item_type": guide.item_type,
            "online": "online" in guide.channels, "legal_days": guide.legal_limit.days,
            "legal_unit": guide.legal_limit.unit, "promised_days": guide.promised_limit.days,
            "promised_unit": guide.promised_limit.unit, "guide": text, "version": version, "source": "guide",
            "content_hash": digest, "updated_at": unit.now,
            "search_text": search_text(guide.name, name_en, guide.department, *guide.keywords),
        }  # fmt: skip
        kept = ("id", "portal", "local_code", "alias")
        changes = ", ".join(f"{name} = excluded.{name}" for name in row if name not in kept)
        await sql.execute(
            f"INSERT INTO catalogue_items ({', '.join(row)}) "
            f"VALUES ({', '.join(f'${at}' for at in range(1, len(row) + 1))}) "
            f"ON CONFLICT (portal, local_code) DO UPDATE SET {changes}",
            *row.values(),
        )


def _readable(code: str) -> str:
    """A code as a database can compare it; anything else is no item's code."""
    if len(code) > 64 or not code.isascii() or not code.isprintable():
        raise ItemUnknown
    return code


def _summary_of(guide: Guide, version: int) -> ItemSummary:
    return ItemSummary(
        code=guide.code,
        name=guide.name,
        name_en=guide.english.get(guide.name, ""),
        department=guide.department,
        region=guide.region,
        theme=guide.theme,
        item_type=guide.item_type,
        local_code=guide.local_code,
        online="online" in guide.channels,
        version=version,
        complete=True,
        legal_limit=guide.legal_limit,
        promised_limit=guide.promised_limit,
    )


__all__ = ["CatalogueService", "Item", "ItemSummary", "Page", "ThemeCount"]
