"""The roster: who works here with which roles, changed by the security administrator alone, never for oneself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from config.floor import sql
from config.floor.refusal import Missing
from config.floor.scope import WHOLE, Placed, Scope
from config.floor.unit import Actor, Unit
from server.domain.audit.service import Audit
from server.domain.sessions.service import Sessions
from server.domain.staff import scopes
from server.domain.staff.errors import AdministratorsApart, OwnAccount
from server.domain.staff.permissions import APART
from server.domain.staff.scopes import Given

PAGE = 50
MEMBERS = 50
PLACED = Placed("staff", key="staff_no")


@dataclass(frozen=True, slots=True)
class Colleague:
    """One line of the roster."""

    id: UUID
    staff_no: str
    name: str
    department: str
    roles: tuple[str, ...]
    has_second_factor: bool
    recovery_asked: bool
    disabled_at: datetime | None
    region: str
    given: Given


@dataclass(frozen=True, slots=True)
class Member:
    """One of a department."""

    staff_no: str
    name: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Members:
    """How many there are of a department, and the ``first`` ``MEMBERS`` of them by staff number."""

    count: int
    first: tuple[Member, ...]


def _holding(roles: Sequence[str], values: list[Any]) -> str:
    """Who works in the portal that is the first value, with one of these roles; they are added to the values."""
    start = len(values) + 1
    values += [f'%"{role}"%' for role in roles]
    wanted = " OR ".join(f"CAST(roles AS TEXT) LIKE ${number}" for number in range(start, start + len(roles)))
    return f"portal = $1 AND disabled_at IS NULL AND ({wanted})"


def check_apart(roles: Sequence[str]) -> None:
    """Raise where one account would be two of the administrators that are kept apart."""
    if len(set(APART) & set(roles)) > 1:
        raise AdministratorsApart()


class Roster:
    """Reads and changes accounts; every change is on record and ends the sessions that it concerns."""

    def __init__(self, audit: Audit, sessions: Sessions) -> None:
        self._audit = audit
        self._sessions = sessions

    async def page(self, unit: Unit, *, after: str = "", scope: Scope = WHOLE) -> list[Colleague]:
        """At most ``PAGE`` by staff number, in two queries; ``after`` is the last number already seen."""
        values: list[Any] = [unit.portal, after]
        inside = scope.where(values, region="s.region")
        rows = await sql.rows(
            "SELECT s.id, s.staff_no, s.name, s.department, s.region, s.roles, s.disabled_at, f.confirmed_at, "
            "f.recovery_by, EXISTS (SELECT 1 FROM staff_passkeys p WHERE p.staff_id = s.id) AS has_passkey "
            "FROM staff s LEFT JOIN staff_second_factors f ON f.staff_id = s.id "
            f"WHERE s.portal = $1 AND s.staff_no > $2{inside} ORDER BY s.staff_no LIMIT {PAGE}",
            *values,
        )
        reach = await scopes.of_many(unit, [sql.uid(row["id"]) for row in rows])
        return [
            Colleague(
                sql.uid(row["id"]), row["staff_no"], row["name"], row["department"],
                tuple(sql.document(row["roles"])), row["confirmed_at"] is not None or sql.flag(row["has_passkey"]),
                row["recovery_by"] is not None,
                sql.instant_or_none(row["disabled_at"]), row["region"], reach.get(sql.uid(row["id"]), Given()),
            )
            for row in rows
        ]  # fmt: skip

    async def departments(self, unit: Unit, roles: Sequence[str]) -> list[str]:
        """The departments in which somebody works with one of these roles, by name: one query."""
        values: list[Any] = [unit.portal]
        rows = await sql.rows(f"SELECT DISTINCT department FROM staff WHERE {_holding(roles, values)}", *values)
        return sorted(row["department"] for row in rows)

    async def holding(self, unit: Unit, roles: Sequence[str], departments: Sequence[str]) -> dict[str, Members]:
        """Who works in each of these departments with one of these roles: one query, whatever their number."""
        values: list[Any] = [unit.portal]
        where = _holding(roles, values)
        named = ",".join(f"${number}" for number in range(len(values) + 1, len(values) + 1 + len(departments)))
        rows = await sql.rows(
            "SELECT * FROM (SELECT staff_no, name, department, roles, count(*) OVER (PARTITION BY department) AS n, "
            "row_number() OVER (PARTITION BY department ORDER BY staff_no) AS place FROM staff "
            f"WHERE {where} AND department IN ({named})) AS held WHERE place <= {MEMBERS} ORDER BY place",
            *values, *departments,
        ) if departments else []  # fmt: skip
        found = {department: Members(0, ()) for department in departments}
        for row in rows:
            one = Member(row["staff_no"], row["name"], tuple(sql.document(row["roles"])))
            found[row["department"]] = Members(int(row["n"]), (*found[row["department"]].first, one))
        return found

    async def give_roles(self, unit: Unit, actor: Actor, staff_no: str, roles: Sequence[str]) -> None:
        """Replace the roles; open sessions end, so that nobody goes on with what was taken away."""
        check_apart(roles)
        staff_id = await self._other(unit, actor, staff_no)
        await sql.execute("UPDATE staff SET roles = $1 WHERE id = $2", sql.to_json(sorted(set(roles))), staff_id)
        await self._sessions.end_all(unit, staff_id)
        await self._record(unit, actor, "staff.roles", staff_no)

    async def give_scope(self, unit: Unit, actor: Actor, staff_no: str, given: Given, *, place: str) -> None:
        """Whose matters this person sees, and where, instead of what was there; nothing at all = the own department
        and region again. Open sessions end. ``place``: the portal's own region, beyond which nobody reaches."""
        given = scopes.checked(given, place)
        staff_id = await self._other(unit, actor, staff_no)
        await scopes.keep(unit, actor, staff_id, given)
        await self._sessions.end_all(unit, staff_id)
        await self._record(unit, actor, "staff.scope", staff_no)

    async def disable(self, unit: Unit, actor: Actor, staff_no: str) -> None:
        """Close an account: every session of it is over with this very unit."""
        staff_id = await self._other(unit, actor, staff_no)
        await sql.execute("UPDATE staff SET disabled_at = $1 WHERE id = $2 AND disabled_at IS NULL", unit.now, staff_id)
        await self._sessions.end_all(unit, staff_id)
        await self._record(unit, actor, "staff.disable", staff_no)

    async def _other(self, unit: Unit, actor: Actor, staff_no: str) -> UUID:
        row = await sql.row("SELECT id FROM staff WHERE portal = $1 AND staff_no = $2", unit.portal, staff_no)
        if row is None:
            raise Missing()
        if sql.uid(row["id"]) == actor.id:
            raise OwnAccount()
        return sql.uid(row["id"])

    async def _record(self, unit: Unit, actor: Actor, action: str, staff_no: str) -> None:
        await self._audit.record(unit, actor, action, subject_kind="staff", subject=staff_no)
