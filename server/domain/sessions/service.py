"""Signing in and staying signed in: opaque tokens stored as hashes, idle and absolute limits."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from server.domain.sessions.callers import Caller, ResidentCaller, StaffCaller
from server.domain.sessions.errors import Unauthenticated

SessionKind = Literal["resident", "console", "counter"]
_SEEN_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long a session lasts."""

    resident: timedelta = timedelta(days=30)
    resident_idle: timedelta = timedelta(days=7)
    staff: timedelta = timedelta(hours=12)
    staff_idle: timedelta = timedelta(minutes=60)
    staff_lock: timedelta | None = None
    """A console without anybody for this long is locked; None = never."""


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A new session; ``token`` (256 random bits, base64url) is known only here and to the client."""

    id: UUID
    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Shift:
    """A clerk at a terminal: who, and since when."""

    staff_id: UUID
    staff_no: str
    name: str
    since: datetime


class Sessions:
    """The public door. Every look-up is one statement on one table."""

    def __init__(self, lifetimes: Lifetimes) -> None:
        self._lifetimes = lifetimes

    async def open(
        self,
        unit: Unit,
        kind: SessionKind,
        subject: UUID,
        *,
        region: str,
        facts: Mapping[str, Any],
        device: str = "",
        terminal_id: UUID | None = None,
    ) -> OpenedSession:
        """Begin a session. ``facts`` are what the caller's class needs and are renewed by ``refresh``."""
        token = base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
        total = self._lifetimes.resident if kind == "resident" else self._lifetimes.staff
        session_id, expires_at = new_id(), unit.now + total
        await sql.execute(
            "INSERT INTO sessions (id, portal, region, kind, token_hash, subject, terminal_id, device, facts, "
            "created_at, seen_at, expires_at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$10,$11)",
            session_id, unit.portal, region, kind, hash_token(token), subject, terminal_id, device,
            sql.to_json(dict(facts)), unit.now, expires_at,
        )  # fmt: skip
        return OpenedSession(session_id, token, expires_at)

    async def renew(self, unit: Unit, session_id: UUID) -> str:
        """A new token for a session whose holder has just proven more; the one before is over (ASVS 5.0, 7.2.4)."""
        token = base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
        await sql.execute(
            "UPDATE sessions SET token_hash = $1, seen_at = $2 WHERE id = $3 AND ended_at IS NULL",
            hash_token(token), unit.now, session_id,
        )  # fmt: skip
        return token

    async def find(self, unit: Unit, kind: SessionKind, token: str) -> Caller | None:
        """Who holds this token now, in this portal; None if nobody, idle too long, ended or expired."""
        if len(token) > 128:
            return None
        row = await sql.row(
            "SELECT id, portal, region, kind, subject, terminal_id, device, facts, seen_at, expires_at, ended_at, "
            "locked_at "
            "FROM sessions WHERE token_hash = $1",
            hash_token(token),
        )
        if row is None or row["kind"] != kind or row["portal"] != unit.portal or row["ended_at"] is not None:
            return None
        seen = sql.instant(row["seen_at"])
        idle = self._lifetimes.resident_idle if kind == "resident" else self._lifetimes.staff_idle
        if unit.now >= sql.instant(row["expires_at"]) or unit.now >= seen + idle:
            return None
        if kind == "console" and self._locked(unit, row, seen):
            return replace(_staff(row), locked=True)
        if unit.now - seen > _SEEN_EVERY:
            await sql.execute(
                "UPDATE sessions SET seen_at = $1 WHERE id = $2 AND seen_at < $1", unit.now, sql.uid(row["id"])
            )
        return _caller(row)

    def _locked(self, unit: Unit, row: sql.Row, seen: datetime) -> bool:
        lock = self._lifetimes.staff_lock
        return row["locked_at"] is not None or (lock is not None and unit.now >= seen + lock)

    async def lock(self, unit: Unit, session_id: UUID) -> None:
        """Nobody is at this console: it opens nothing until ``unlock``."""
        await sql.execute("UPDATE sessions SET locked_at = $1 WHERE id = $2 AND ended_at IS NULL", unit.now, session_id)

    async def unlock(self, unit: Unit, session_id: UUID) -> None:
        """The holder has shown up again."""
        await sql.execute(
            "UPDATE sessions SET locked_at = NULL, seen_at = $1 WHERE id = $2 AND ended_at IS NULL",
            unit.now, session_id,
        )  # fmt: skip

    async def until(self, unit: Unit, session_id: UUID) -> datetime:
        """When this session is over at the latest; now where there is none."""
        row = await sql.row("SELECT expires_at FROM sessions WHERE id = $1 AND ended_at IS NULL", session_id)
        return sql.instant(row["expires_at"]) if row else unit.now

    async def refresh(self, subject: UUID, facts: Mapping[str, Any]) -> None:
        """Renew what the open sessions of a person say about them (LoA, language, roles)."""
        await sql.execute(
            "UPDATE sessions SET facts = $1 WHERE subject = $2 AND ended_at IS NULL", sql.to_json(dict(facts)), subject
        )

    async def hold(self, unit: Unit, session_id: UUID) -> None:
        """The session is open and is not ended before this unit ends: what is made for it is found by whoever ends it.
        ``Unauthenticated`` where it has ended meanwhile."""
        tail = " FOR SHARE" if sql.is_postgres() else ""
        if not await sql.row(f"SELECT id FROM sessions WHERE id = $1 AND ended_at IS NULL{tail}", session_id):
            raise Unauthenticated()

    async def end(self, unit: Unit, session_id: UUID) -> bool:
        """Sign out one session; False if it had ended already."""
        ended = await sql.execute(
            "UPDATE sessions SET ended_at = $1 WHERE id = $2 AND ended_at IS NULL", unit.now, session_id
        )
        return ended == 1

    async def end_all(self, unit: Unit, subject: UUID, *, keep: UUID | None = None) -> int:
        """Sign a person out everywhere, or everywhere but in the session ``keep``; how many sessions ended."""
        ended = "UPDATE sessions SET ended_at = $1 WHERE subject = $2 AND ended_at IS NULL"
        if keep is None:
            return await sql.execute(ended, unit.now, subject)
        return await sql.execute(f"{ended} AND id <> $3", unit.now, subject, keep)

    async def hand_over(self, unit: Unit, subject: UUID, to: UUID, region: str, facts: Mapping[str, Any]) -> int:
        """A person's sessions are another account's of hers from now on; how many. Which of them go on is settled."""
        return await sql.execute(
            "UPDATE sessions SET subject = $1, region = $2, facts = $3 WHERE subject = $4 AND portal = $5"
            " AND kind = 'resident'",
            to, region, sql.to_json(dict(facts)), subject, unit.portal,
        )  # fmt: skip

    async def end_shift(self, unit: Unit, terminal_id: UUID) -> Shift | None:
        """End whatever session is open at a terminal; whose it was. There is at most one (``sessions_open_shift``)."""
        row = await sql.row(
            "UPDATE sessions SET ended_at = $1 WHERE terminal_id = $2 AND ended_at IS NULL "
            "RETURNING subject, facts, created_at",
            unit.now, terminal_id,
        )  # fmt: skip
        return _shift(row) if row else None

    async def shifts(self, unit: Unit, terminal_ids: Sequence[UUID]) -> dict[UUID, Shift]:
        """Who is on shift at these terminals now, by one query; a session that was idle too long is over."""
        if not terminal_ids:
            return {}
        holes = ",".join(f"${n}" for n in range(3, len(terminal_ids) + 3))
        rows = await sql.rows(
            "SELECT terminal_id, subject, facts, created_at FROM sessions "
            f"WHERE ended_at IS NULL AND expires_at > $1 AND seen_at > $2 AND terminal_id IN ({holes})",
            unit.now, unit.now - self._lifetimes.staff_idle, *terminal_ids,
        )  # fmt: skip
        return {sql.uid(row["terminal_id"]): _shift(row) for row in rows}

    async def sweep(self, unit: Unit) -> int:
        """Forget some sessions that expired more than thirty days ago; how many."""
        return await sql.delete_some("sessions", "expires_at < $1", unit.now - timedelta(days=30))


def hash_token(token: str) -> bytes:
    """SHA-256 of a 256-bit random token: no salt needed, nothing to guess."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def resident_facts(*, loa: int, language: str) -> dict[str, Any]:
    return {"loa": loa, "language": language}


def _shift(row: sql.Row) -> Shift:
    facts = sql.document(row["facts"])
    return Shift(sql.uid(row["subject"]), facts["staff_no"], facts["name"], sql.instant(row["created_at"]))


def _caller(row: sql.Row) -> Caller:
    facts = sql.document(row["facts"])
    if row["kind"] == "resident":
        return ResidentCaller(
            session_id=sql.uid(row["id"]),
            resident_id=sql.uid(row["subject"]),
            loa=int(facts["loa"]),
            portal=row["portal"],
            region=row["region"],
            language=facts["language"],
            device=row["device"],
        )
    return _staff(row)


def _staff(row: sql.Row) -> StaffCaller:
    facts = sql.document(row["facts"])
    return StaffCaller(
        session_id=sql.uid(row["id"]),
        staff_id=sql.uid(row["subject"]),
        staff_no=facts["staff_no"],
        name=facts["name"],
        roles=frozenset(facts["roles"]),
        department=facts["department"],
        portal=row["portal"],
        region=row["region"],
        terminal_id=sql.uid_or_none(row["terminal_id"]),
        halls=tuple(facts.get("halls", ())),
        departments=_some(facts.get("departments")),
        regions=_some(facts.get("regions")),
    )


def _some(listed: list[str] | None) -> tuple[str, ...] | None:
    return None if listed is None else tuple(listed)
