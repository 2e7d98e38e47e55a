"""A resident's copy of everything held about her: asked for, made in the background, sealed, fetched, gone.

Made outside any unit and written down in one: whoever dies in between leaves an order that the next one makes again,
and of two who made the same one the second writes nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol, TypeVar
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import Missing
from config.floor.unit import SYSTEM, Actor, Unit
from config.floor.vault import Vault
from config.wording import Wording
from server.domain.audit.service import Audit
from server.domain.privacy.code_words import CityNames
from server.domain.privacy.copying import Copier, Value
from server.domain.privacy.errors import ExportNotReady, ExportOver
from server.domain.privacy.holdings import HOLDINGS
from server.domain.privacy.reading_page import CATEGORIES, ReadingPage

T = TypeVar("T")
Form = Literal["json", "html"]
State = Literal["asked", "ready", "over"]
PLACE = "personal_export_parts.content"
_PART = 256 * 1024
_SHOWN = 5
_COLUMNS = "id, resident_id, region, language, state, asked_at, ready_at, expires_at, json_size, page_size"


class Run(Protocol):
    """The database's unit of work."""

    def __call__(self, portal: str, decide: Callable[[Unit], Awaitable[T]], /) -> Awaitable[T]: ...


class City(Protocol):
    """What the city's own data call the codes in these rows."""

    async def names(
        self, unit: Unit, tables: Mapping[str, Sequence[Mapping[str, Value]]], language: str
    ) -> CityNames: ...


@dataclass(frozen=True, slots=True)
class Export:
    """One copy as its resident sees it."""

    id: UUID
    state: State
    asked_at: datetime
    ready_at: datetime | None
    expires_at: datetime | None
    sizes: Mapping[Form, int]


class Exports:
    """``days``: how long a copy can be fetched. ``names``: portal id → what residents call it."""

    def __init__(
        self,
        run: Run,
        vault: Vault,
        audit: Audit,
        copier: Copier,
        wording: Wording,
        city: City,
        names: Mapping[str, str],
        *,
        days: int,
    ) -> None:
        self._run, self._vault, self._audit, self._copier = run, vault, audit, copier
        self._wording, self._city, self._names = wording, city, names
        self._days = timedelta(days=days)

    async def ask(self, unit: Unit, actor: Actor, resident_id: UUID, *, region: str, language: str) -> Export:
        """Order a copy. While one is being made, asking again is answered with that one."""
        made = await sql.row(
            "INSERT INTO personal_exports (id, portal, region, resident_id, language, state, asked_at, json_size,"
            " page_size) VALUES ($1,$2,$3,$4,$5,'asked',$6,0,0) ON CONFLICT DO NOTHING RETURNING id",
            new_id(), unit.portal, region, resident_id, language, unit.now,
        )  # fmt: skip
        row = await sql.row(
            f"SELECT {_COLUMNS} FROM personal_exports WHERE portal = $1 AND resident_id = $2 ORDER BY id DESC LIMIT 1",
            unit.portal, resident_id,
        )  # fmt: skip
        assert row is not None
        if made is not None:
            await self._record(unit, actor, sql.uid(row["id"]), resident_id, region, "export.ask")
        return _export(unit, row)

    async def of(self, unit: Unit, resident_id: UUID) -> list[Export]:
        """The last few, newest first."""
        rows = await sql.rows(
            f"SELECT {_COLUMNS} FROM personal_exports WHERE portal = $1 AND resident_id = $2"
            f" ORDER BY id DESC LIMIT {_SHOWN}",
            unit.portal, resident_id,
        )  # fmt: skip
        return [_export(unit, row) for row in rows]

    async def fetch(self, unit: Unit, actor: Actor, resident_id: UUID, export_id: UUID, form: Form) -> bytes:
        """The content in one form; that it was taken is on record. ``Missing`` for anybody else's."""
        row = await sql.row(
            f"SELECT {_COLUMNS} FROM personal_exports WHERE id = $1 AND portal = $2 AND resident_id = $3",
            export_id, unit.portal, resident_id,
        )  # fmt: skip
        if row is None:
            raise Missing()
        state = _export(unit, row).state
        if state != "ready":
            raise ExportNotReady() if state == "asked" else ExportOver()
        parts = await sql.rows(
            "SELECT content FROM personal_export_parts WHERE export_id = $1 AND form = $2 AND portal = $3"
            " ORDER BY number",
            export_id, form, unit.portal,
        )  # fmt: skip
        await sql.execute("UPDATE personal_exports SET fetched_at = $1 WHERE id = $2", unit.now, export_id)
        await self._record(unit, actor, export_id, resident_id, row["region"], "export.fetch", form)
        return b"".join(self._vault.open_bytes(bytes(part["content"]), PLACE) for part in parts)

    async def make_waiting(self) -> int:
        """Make the copy that waits longest; 0 = none waits."""
        row = await sql.row(
            "SELECT id, portal, resident_id, region, language FROM personal_exports WHERE state = 'asked'"
            " ORDER BY asked_at LIMIT 1"
        )
        if row is None:
            return 0
        export_id, resident_id, portal = sql.uid(row["id"]), sql.uid(row["resident_id"]), str(row["portal"])
        forms = await self._made(portal, resident_id, row["language"])
        await self._run(portal, lambda unit: self._keep(unit, export_id, resident_id, row["region"], forms))
        return 1

    async def _made(self, portal: str, resident_id: UUID, language: str) -> Mapping[Form, bytes]:
        at = (await self._run(portal, _now)).replace(microsecond=0)
        tables: dict[str, list[Mapping[str, Value]]] = {}
        async for copied in self._copier.read(portal, resident_id):
            tables.setdefault(copied.held.table, []).extend(copied.rows)
        names = await self._run(portal, lambda unit: self._city.names(unit, tables, language))
        page = ReadingPage(self._wording, language, names)
        pages: dict[str, list[str]] = {category: [] for category in CATEGORIES}
        for held in HOLDINGS:
            if rows := tables.get(held.table):
                pages[held.category] += [page.table(held), page.rows(held, rows)]
        left_out = self._copier.left_out()
        document = {
            "format": "yima-personal-copy/1",
            "portal": portal,
            "resident": str(resident_id),
            "made_at": at.isoformat().replace("+00:00", "Z"),
            "holdings": [{"table": table, "rows": rows} for table, rows in tables.items()],
            "left_out": [{"table": one.table, "column": one.column, "why": one.why} for one in left_out],
        }
        name = self._names.get(portal, portal)
        read = page.head(portal=name, made_at=at)
        read += "".join(page.category(one) + ("".join(pages[one]) or page.nothing()) for one in CATEGORIES)
        read += page.tail(Counter(one.why for one in left_out))
        return {"json": json.dumps(document, ensure_ascii=False, indent=1).encode(), "html": read.encode()}

    async def _keep(
        self, unit: Unit, export_id: UUID, resident_id: UUID, region: str, forms: Mapping[Form, bytes]
    ) -> None:
        ready = await sql.execute(
            "UPDATE personal_exports SET state = 'ready', ready_at = $1, expires_at = $2, json_size = $3,"
            " page_size = $4 WHERE id = $5 AND state = 'asked'",
            unit.now, unit.now + self._days, len(forms["json"]), len(forms["html"]), export_id,
        )  # fmt: skip
        if not ready:  # somebody else made it meanwhile, or the account was closed
            return
        await sql.execute_many(
            "INSERT INTO personal_export_parts (id, portal, export_id, form, number, content)"
            " VALUES ($1,$2,$3,$4,$5,$6)",
            [
                (new_id(), unit.portal, export_id, form, number, self._vault.seal_bytes(part, PLACE))
                for form, content in forms.items()
                for number, part in enumerate(_pieces(content))
            ],
        )
        await self._record(unit, SYSTEM, export_id, resident_id, region, "export.make")
        unit.tell(f"resident:{resident_id}", "export", id=str(export_id), state="ready")

    async def sweep(self, unit: Unit) -> int:
        """Forget the content of some copies whose days are over; how many rows that were."""
        await sql.execute(
            "UPDATE personal_exports SET state = 'over' WHERE state = 'ready' AND expires_at <= $1", unit.now
        )
        return await sql.delete_some(
            "personal_export_parts",
            "export_id IN (SELECT id FROM personal_exports WHERE state = 'over')",
        )

    async def _record(
        self, unit: Unit, actor: Actor, export_id: UUID, resident_id: UUID, region: str, action: str, form: str = ""
    ) -> None:
        await self._audit.record(
            unit, actor, action, subject_kind="export", subject=str(export_id), resident_id=resident_id,
            region=region, purpose=form,
        )  # fmt: skip


async def _now(unit: Unit) -> datetime:
    return unit.now


def _pieces(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), _PART):
        yield content[start : start + _PART]


def _export(unit: Unit, row: sql.Row) -> Export:
    expires = sql.instant_or_none(row["expires_at"])
    state: State = row["state"]
    if state == "ready" and expires is not None and expires <= unit.now:
        state = "over"
    sizes: dict[Form, int] = {"json": int(row["json_size"]), "html": int(row["page_size"])}
    return Export(
        sql.uid(row["id"]), state, sql.instant(row["asked_at"]), sql.instant_or_none(row["ready_at"]), expires, sizes
    )
