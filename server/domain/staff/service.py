"""Staff: the public door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import Missing, Refusal
from config.floor.unit import Actor, Unit
from config.floor.vault import Search, Vault
from server.domain.audit.service import Audit
from server.domain.sessions import budgets
from server.domain.sessions.errors import SignInLocked, SignInWrong
from server.domain.sessions.service import OpenedSession, Sessions
from server.domain.staff import scopes
from server.domain.staff.errors import HallMissing, NumberTaken, RoleMissing
from server.domain.staff.roster import check_apart
from server.domain.terminals.service import Terminals

_LOCK_WINDOW = 900
_COUNTER_ROLES = frozenset({"clerk", "hall_manager", "agent"})


@dataclass(frozen=True, slots=True)
class StaffProfile:
    """One employee."""

    id: UUID
    staff_no: str
    name: str
    department: str
    region: str
    roles: frozenset[str]
    halls: tuple[str, ...] = ()

    @property
    def actor(self) -> Actor:
        return Actor(kind="staff", id=self.id, label=self.staff_no)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody trying to sign in: the stored hash to compare outside the transaction, if the number exists."""

    profile: StaffProfile | None
    password_hash: str


class Staff:
    """Employees, and their way in."""

    def __init__(
        self, vault: Vault, audit: Audit, sessions: Sessions, terminals: Terminals, *, attempts: int = 8,
        places: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self._vault = vault
        self._audit = audit
        self._sessions = sessions
        self._terminals = terminals
        self._attempts = attempts
        self._places = places or {}

    async def hire(
        self,
        unit: Unit,
        *,
        staff_no: str,
        name: str,
        department: str,
        region: str,
        roles: Sequence[str],
        password_hash: str,
        halls: Sequence[str] = (),
    ) -> UUID:
        """Add an employee; ``NumberTaken`` where somebody has that number in this portal. ``halls``: where she works,
        none = everywhere."""
        check_apart(roles)
        staff_id = new_id()
        added = await sql.row(
            "INSERT INTO staff (id, portal, region, staff_no, name, department, roles, password_hash, created_at, "
            "halls) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10) ON CONFLICT (portal, staff_no) DO NOTHING RETURNING id",
            staff_id, unit.portal, region, staff_no, name, department, sql.to_json(list(roles)), password_hash,
            unit.now, sql.to_json(list(halls)),
        )  # fmt: skip
        if added is None:
            raise NumberTaken
        return staff_id

    async def candidate(self, unit: Unit, staff_no: str) -> Candidate | Refusal:
        """Count one attempt and fetch the hash; the comparison happens outside. Committed either way."""
        if await budgets.spend(unit, "password", self._key(staff_no), seconds=_LOCK_WINDOW) > self._attempts:
            return SignInLocked(retry_after=budgets.seconds_left(unit.now, _LOCK_WINDOW))
        row = await sql.row(
            "SELECT id, staff_no, name, department, region, roles, halls, password_hash FROM staff "
            "WHERE portal = $1 AND staff_no = $2 AND disabled_at IS NULL",
            unit.portal, staff_no,
        )  # fmt: skip
        return Candidate(_profile(row), row["password_hash"]) if row else Candidate(None, "")

    async def rehash(self, unit: Unit, staff_id: UUID, before: str, after: str) -> None:
        """Keep a better hash of the same password, unless the password was changed meanwhile."""
        await sql.execute(
            "UPDATE staff SET password_hash = $1 WHERE id = $2 AND password_hash = $3", after, staff_id, before
        )

    async def give_back(self, unit: Unit, profile: StaffProfile) -> None:
        """The password was right, whatever else is still missing: nobody was guessing."""
        await self._uncount(unit, profile)

    async def enter_console(self, unit: Unit, profile: StaffProfile | None) -> OpenedSession | Refusal:
        """Open a console session for somebody whose password fitted; None = it did not."""
        if profile is None:
            return SignInWrong()
        await self._uncount(unit, profile)
        return await self._open(unit, "console", profile, None)

    async def enter_counter(
        self, unit: Unit, profile: StaffProfile | None, terminal_id: UUID
    ) -> OpenedSession | Refusal:
        """Begin a clerk's shift at an enrolled terminal. Whoever was on shift there has ended: both are recorded."""
        if profile is None:
            return SignInWrong()
        await self._uncount(unit, profile)
        if not profile.roles & _COUNTER_ROLES:
            return RoleMissing()
        if profile.halls and (await self._terminals.get(unit, terminal_id)).hall not in profile.halls:
            return HallMissing()
        await self._terminals.begin_shift(unit, terminal_id, profile.actor)
        return await self._open(unit, "counter", profile, terminal_id)

    async def by_number(self, unit: Unit, staff_no: str) -> StaffProfile:
        """An employee by number; ``Missing`` if unknown."""
        row = await sql.row(
            "SELECT id, staff_no, name, department, region, roles, halls FROM staff"
            " WHERE portal = $1 AND staff_no = $2",
            unit.portal, staff_no,
        )  # fmt: skip
        found = _profile(row)
        if found is None:
            raise Missing()
        return found

    async def staff_id(self, unit: Unit, staff_no: str) -> UUID:
        """The employee behind a number, for what came home from an unplugged counter; ``Missing`` if unknown."""
        return (await self.by_number(unit, staff_no)).id

    async def names(self, unit: Unit, ids: Sequence[UUID]) -> dict[UUID, str]:
        """Names of many employees, by one query."""
        if not ids:
            return {}
        holes = ",".join(f"${n}" for n in range(2, len(ids) + 2))
        rows = await sql.rows(f"SELECT id, name FROM staff WHERE portal = $1 AND id IN ({holes})", unit.portal, *ids)
        return {sql.uid(row["id"]): row["name"] for row in rows}

    async def mark(self, unit: Unit, name: str, value: str) -> None:
        """Write a fact about the whole database, once."""
        await sql.execute(
            "INSERT INTO marks (id, name, value, at) VALUES ($1,$2,$3,$4) ON CONFLICT DO NOTHING",
            new_id(),
            name,
            value,
            unit.now,
        )

    async def marked(self, name: str) -> str | None:
        row = await sql.row("SELECT value FROM marks WHERE name = $1", name)
        return row["value"] if row else None

    async def anybody(self) -> bool:
        """Whether this database has any employee: an empty one has not."""
        return await sql.row("SELECT 1 AS one FROM staff LIMIT 1") is not None

    def _key(self, staff_no: str) -> Search:
        return self._vault.search(staff_no, "staff.sign_in")

    async def _uncount(self, unit: Unit, profile: StaffProfile) -> None:
        """The budget counts wrong passwords: a right one gives its own try back, and nobody else's."""
        await budgets.refund(unit, "password", self._key(profile.staff_no), seconds=_LOCK_WINDOW)

    async def _open(self, unit: Unit, kind: Any, profile: StaffProfile, terminal_id: UUID | None) -> OpenedSession:
        facts = {
            "staff_no": profile.staff_no,
            "name": profile.name,
            "roles": sorted(profile.roles),
            "department": profile.department,
            "halls": list(profile.halls),
            **await scopes.facts(unit, profile.id, profile.region, self._places),
        }
        opened = await self._sessions.open(
            unit, kind, profile.id, region=profile.region, facts=facts, terminal_id=terminal_id
        )
        await self._audit.record(
            unit,
            profile.actor,
            "staff.sign_in",
            subject_kind="session",
            subject=str(opened.id),
            region=profile.region,
            place=kind,
        )
        return opened


def _profile(row: sql.Row | None) -> StaffProfile | None:
    if row is None:
        return None
    return StaffProfile(
        id=sql.uid(row["id"]),
        staff_no=row["staff_no"],
        name=row["name"],
        department=row["department"],
        region=row["region"],
        roles=frozenset(sql.document(row["roles"])),
        halls=tuple(sql.document(row["halls"]) or ()),
    )
