"""Closing an account: asked, a time in which it can be undone, then everything that gave access ends and what the law
does not keep is erased.

At the due time one unit ends the account: her row is locked, so an application, a word or another closing of hers
comes before it or finds her gone. Erasing follows, table by table, in short units of its own; nothing remembers how far
it came, and it is over only when a whole pass finds nothing any more after every unit that had begun before the end is
over too. Whatever dies in between is begun again by the next run.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol, TypeVar
from uuid import UUID

from tortoise.exceptions import IntegrityError

from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import Missing
from config.floor.unit import SYSTEM, Actor, Unit
from server.domain.audit.service import Audit
from server.domain.privacy.errors import ClosingCasesOpen, ClosingDone, ClosingNotAsked
from server.domain.privacy.holdings import HOLDINGS, Held

T = TypeVar("T")
_STRAGGLERS = timedelta(minutes=10)
"""No unit of work lives that long: what began before the end of the account has written by then."""
_IS_OPEN = "status NOT IN ('draft','delivered','not_accepted','returned','withdrawn')"
_OPEN_CASES = (
    f"SELECT case_no, item_name FROM cases WHERE resident_id = $1 AND portal = $2 AND {_IS_OPEN} ORDER BY id LIMIT 50"
)
_LIVE = (
    "SELECT id, asked_at, due_at, closed_at FROM account_closings"
    " WHERE resident_id = $1 AND portal = $2 AND undone_at IS NULL"
)
_FORGET_PERSON = (
    "UPDATE residents SET phone_sealed = NULL, phone_index = NULL, phone_index_next = NULL, name_sealed = NULL,"
    " id_number_sealed = NULL, id_number_index = NULL, id_number_index_next = NULL, id_kind = '', birth_year = NULL,"
    " loa = 2, verified_at = NULL, closed_at = $1 WHERE id = $2 AND portal = $3 AND closed_at IS NULL"
)
_FORGET_MERGED = (
    "UPDATE residents SET phone_sealed = NULL, phone_index = NULL, phone_index_next = NULL, name_sealed = NULL"
    " WHERE portal = $1 AND merged_into = $2"
)
"""Accounts of hers that were merged into this one: their phones let nobody in any more."""
_UNNAME: Mapping[str, str] = {
    "hall_tickets": (
        "UPDATE hall_tickets SET resident_id = NULL, visit_id = NULL WHERE resident_id = $1 AND portal = $2"
    ),
}
"""How rows forget whose they were. (The resident's own row does when the account ends.)"""


class Run(Protocol):
    """The database's unit of work."""

    def __call__(self, portal: str, decide: Callable[[Unit], Awaitable[T]], /) -> Awaitable[T]: ...


class Endings(Protocol):
    """The rooms whose things of hers end with the account; each call ends all of one kind."""

    async def end_access(self, unit: Unit, resident_id: UUID) -> None:
        """Sessions, codes, credentials, delegations, browsers: whatever lets somebody in or speaks for her."""
        ...

    async def drop_files(self, portal: str, resident_id: UUID, drafts: Sequence[UUID]) -> int:
        """Uploads, content and all, that belong to no application that stays; ``drafts`` are those that do not. How
        many. In units of its own."""
        ...

    async def tell(
        self, unit: Unit, resident_id: UUID, region: str, what: Literal["asked", "undone"], day: str
    ) -> None:
        """A notice to her, by every channel."""
        ...


@dataclass(frozen=True, slots=True)
class ClosingStands:
    """Whether closing was asked for, until when it can be undone, and what stands in its way."""

    asked_at: datetime | None
    due_at: datetime | None
    open_cases: Sequence[tuple[str, str]]


class Closings:
    """``days``: how long it can be undone."""

    def __init__(self, run: Run, audit: Audit, endings: Endings, *, days: int) -> None:
        self._run, self._audit, self._endings = run, audit, endings
        self._days = timedelta(days=days)

    @property
    def days(self) -> int:
        return self._days.days

    async def stands(self, unit: Unit, resident_id: UUID) -> ClosingStands:
        """How it stands with her."""
        live = await sql.row(_LIVE, resident_id, unit.portal)
        cases = await _open_cases(unit, resident_id)
        if live is None:
            return ClosingStands(None, None, cases)
        return ClosingStands(sql.instant(live["asked_at"]), sql.instant(live["due_at"]), cases)

    async def ask(self, unit: Unit, actor: Actor, resident_id: UUID) -> ClosingStands:
        """Close it when the time to undo is over. Asked again, the first time stands. ``ClosingCasesOpen`` while an
        application is under way."""
        region = await _locked(unit, resident_id)
        cases = await _open_cases(unit, resident_id)
        if await sql.row(_LIVE, resident_id, unit.portal) is None:
            if cases:
                raise ClosingCasesOpen(count=len(cases), case_no=cases[0][0], item=cases[0][1])
            due = unit.now + self._days
            await sql.execute(
                "INSERT INTO account_closings (id, portal, region, resident_id, asked_at, due_at)"
                " VALUES ($1,$2,$3,$4,$5,$6)",
                new_id(), unit.portal, region, resident_id, unit.now, due,
            )  # fmt: skip
            await self._record(unit, actor, resident_id, region, "account.ask_closing")
            await self._endings.tell(unit, resident_id, region, "asked", due.isoformat())
        return await self.stands(unit, resident_id)

    async def undo(self, unit: Unit, actor: Actor, resident_id: UUID) -> ClosingStands:
        """Keep the account. ``ClosingNotAsked`` where there is nothing to undo."""
        region = await _locked(unit, resident_id)
        undone = await sql.execute(
            "UPDATE account_closings SET undone_at = $1 WHERE resident_id = $2 AND portal = $3"
            " AND undone_at IS NULL AND closed_at IS NULL",
            unit.now, resident_id, unit.portal,
        )  # fmt: skip
        if not undone:
            raise ClosingNotAsked()
        await self._record(unit, actor, resident_id, region, "account.undo_closing")
        await self._endings.tell(unit, resident_id, region, "undone", "")
        return await self.stands(unit, resident_id)

    async def close_due(self) -> int:
        """End the accounts whose time has come, one unit each; how many. One with an application under way waits."""
        due = await self._run("", _due)
        closed = 0
        for portal, closing_id, resident_id in due:
            closed += await self._run(portal, self._closing(closing_id, resident_id))
        return closed

    def _closing(self, closing_id: UUID, resident_id: UUID) -> Callable[[Unit], Awaitable[int]]:
        return lambda unit: self._close(unit, closing_id, resident_id)

    async def _close(self, unit: Unit, closing_id: UUID, resident_id: UUID) -> int:
        try:
            region = await _locked(unit, resident_id)
        except ClosingDone:
            return 0
        if await _open_cases(unit, resident_id):
            return 0
        ended = await sql.execute(
            "UPDATE account_closings SET closed_at = $1 WHERE id = $2 AND undone_at IS NULL AND closed_at IS NULL"
            " AND due_at <= $1",
            unit.now, closing_id,
        )  # fmt: skip
        if not ended:
            return 0
        await self._endings.end_access(unit, resident_id)
        await sql.execute(
            "DELETE FROM otps WHERE portal = $1 AND phone_index IN"
            " (SELECT phone_index FROM residents WHERE id = $2 AND portal = $1"
            " UNION SELECT phone_index_next FROM residents WHERE id = $2 AND portal = $1)",
            unit.portal, resident_id,
        )  # fmt: skip
        await sql.execute(_FORGET_PERSON, unit.now, resident_id, unit.portal)
        await sql.execute(_FORGET_MERGED, unit.portal, resident_id)
        await self._record(unit, SYSTEM, resident_id, region, "account.close")
        return 1

    async def erase_closed(self) -> int:
        """Erase what accounts that ended have left behind; how many rows went. 0 = there is nothing to do now."""
        gone = 0
        for portal, closing_id, resident_id in await self._run("", _erasing):
            rows = await self._erase(portal, resident_id)
            gone += rows
            if not rows:
                await self._run(portal, self._over(closing_id, resident_id))
        return gone

    async def _erase(self, portal: str, resident_id: UUID) -> int:
        drafts = await self._run(portal, lambda unit: _drafts(unit, resident_id))
        gone = await self._endings.drop_files(portal, resident_id, drafts)
        for last in (False, False, True):
            try:
                return gone + await self._pass(portal, resident_id)
            except IntegrityError:  # a part was written after its like had gone: the sender noted a try of a notice
                if last:
                    raise
        return gone

    async def _pass(self, portal: str, resident_id: UUID) -> int:
        """Table by table, parts before what they belong to and what finds them; how many rows went."""
        gone = 0
        for held in HOLDINGS:
            for text in _statements(held):
                while rows := await self._run(portal, _doing(text, resident_id)):
                    gone += rows
        return gone

    def _over(self, closing_id: UUID, resident_id: UUID) -> Callable[[Unit], Awaitable[None]]:
        async def over(unit: Unit) -> None:
            erased = await sql.row(
                "UPDATE account_closings SET erased_at = $1 WHERE id = $2 AND erased_at IS NULL AND closed_at <= $3"
                " RETURNING region",
                unit.now, closing_id, unit.now - _STRAGGLERS,
            )  # fmt: skip
            if erased is not None:
                await self._record(unit, SYSTEM, resident_id, erased["region"], "account.erase")

        return over

    async def _record(self, unit: Unit, actor: Actor, resident_id: UUID, region: str, action: str) -> None:
        await self._audit.record(
            unit, actor, action, subject_kind="resident", subject=str(resident_id), resident_id=resident_id,
            region=region,
        )  # fmt: skip


def _statements(held: Held) -> list[str]:
    """What is run for a table until it touches nothing any more: ``$1`` the resident, ``$2`` the portal."""
    if held.closing == "unname":
        return [text] if (text := _UNNAME.get(held.table)) else []
    if held.closing == "keep":
        return []
    spared = f" AND NOT ({held.kept})" if held.kept else ""
    chosen = f"SELECT id FROM {held.table} WHERE ({held.whose}){spared} LIMIT {sql.SWEPT}"
    return [f"DELETE FROM {held.table} WHERE id IN ({chosen})"]


def _doing(text: str, resident_id: UUID) -> Callable[[Unit], Awaitable[int]]:
    return lambda unit: sql.execute(text, resident_id, unit.portal)


async def _open_cases(unit: Unit, resident_id: UUID) -> list[tuple[str, str]]:
    rows = await sql.rows(_OPEN_CASES, resident_id, unit.portal)
    return [(row["case_no"], row["item_name"]) for row in rows]


async def _drafts(unit: Unit, resident_id: UUID) -> list[UUID]:
    rows = await sql.rows(
        "SELECT id FROM cases WHERE resident_id = $1 AND portal = $2 AND status = 'draft'", resident_id, unit.portal
    )
    return [sql.uid(row["id"]) for row in rows]


async def _locked(unit: Unit, resident_id: UUID) -> str:
    """Her region; nothing else of hers is decided until this unit ends."""
    tail = " FOR UPDATE" if sql.is_postgres() else ""
    row = await sql.row(
        f"SELECT region, closed_at FROM residents WHERE id = $1 AND portal = $2{tail}", resident_id, unit.portal
    )
    if row is None:
        raise Missing()
    if row["closed_at"] is not None:
        raise ClosingDone()
    return str(row["region"])


async def _due(unit: Unit) -> list[tuple[str, UUID, UUID]]:
    """Without those that wait for an application: many of them would hold back everybody after them."""
    rows = await sql.rows(
        "SELECT portal, id, resident_id FROM account_closings a WHERE undone_at IS NULL AND closed_at IS NULL"
        " AND due_at <= $1 AND NOT EXISTS (SELECT 1 FROM cases WHERE resident_id = a.resident_id"
        f" AND portal = a.portal AND {_IS_OPEN}) ORDER BY due_at LIMIT 100",
        unit.now,
    )
    return [(row["portal"], sql.uid(row["id"]), sql.uid(row["resident_id"])) for row in rows]


async def _erasing(unit: Unit) -> list[tuple[str, UUID, UUID]]:
    rows = await sql.rows(
        "SELECT portal, id, resident_id FROM account_closings WHERE closed_at IS NOT NULL AND erased_at IS NULL"
        " ORDER BY closed_at LIMIT 100"
    )
    return [(row["portal"], sql.uid(row["id"]), sql.uid(row["resident_id"])) for row in rows]
