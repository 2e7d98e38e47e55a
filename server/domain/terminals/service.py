"""Registered terminals: the public door. Inviting, enrolling, checking what they sign, shifts, withdrawing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import Missing, Refusal
from config.floor.scope import WHOLE, Scope
from config.floor.unit import Actor, Unit
from config.floor.vault import Vault
from server.domain.audit.service import Audit
from server.domain.sessions import budgets
from server.domain.sessions.callers import TerminalPlace
from server.domain.sessions.service import Sessions, Shift
from server.domain.terminals import codes, signatures
from server.domain.terminals.errors import (
    EnrolmentRefused,
    EnrolmentTooMany,
    TerminalClock,
    TerminalNonceUsed,
    TerminalState,
    TerminalUnknown,
)
from server.domain.terminals.records import (
    STATES,
    Invitation,
    State,
    TerminalFacts,
    TerminalRecord,
    read_place,
    read_record,
)

_PLACE = "id, hall, counter, purposes, region, name, scans_per_minute, failures, lock_seconds"
_RECORD = f"{_PLACE}, created_at, invitation_until, enrolled_at, withdrawn_at, seen_at"
_SIGNER = f"SELECT {_PLACE}, public_key, seen_at FROM terminals WHERE id = $1 AND portal = $2 AND withdrawn_at IS NULL"
_ENROL = (
    "UPDATE terminals SET public_key = $1, enrolled_at = $2, seen_at = $2 WHERE invitation_hash = $3 AND portal = $4"
    f" AND invitation_until > $2 AND public_key IS NULL AND withdrawn_at IS NULL RETURNING {_PLACE}"
)
_ENROLLED_BEFORE = (
    f"SELECT {_PLACE} FROM terminals WHERE invitation_hash = $1 AND portal = $2 AND invitation_until > $3"
    " AND public_key = $4 AND withdrawn_at IS NULL"
)
_SEEN_EVERY = timedelta(minutes=5)
_ENROLMENT_WINDOW = 900
_NONCE_LIFE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class TerminalOptions:
    """Figures of the project's own; a city sets others."""

    clock_seconds: int = 60
    invitation_seconds: int = 900
    enrolments_per_address: int = 20
    enrolments_per_portal: int = 200


class Terminals:
    """Devices that may look at codes."""

    def __init__(self, vault: Vault, audit: Audit, sessions: Sessions, options: TerminalOptions | None = None) -> None:
        self._vault = vault
        self._audit = audit
        self._sessions = sessions
        self._options = options or TerminalOptions()

    async def signer(self, unit: Unit, signed: signatures.SignedRequest) -> TerminalPlace:
        """Whose signature this is: one statement and one ES256 check. Raises ``TerminalUnknown``, the same for every
        reason; and ``TerminalClock``, only to a terminal whose signature is good."""
        row = await sql.row(_SIGNER, signed.terminal_id, unit.portal)
        if row is None or row["public_key"] is None:
            raise TerminalUnknown()
        if not signatures.fits(bytes(row["public_key"]), signed.signature, signed.text):
            raise TerminalUnknown()
        self._check_clock(unit, signed.time)
        seen = sql.instant_or_none(row["seen_at"])
        if seen is None or unit.now - seen > _SEEN_EVERY:
            await sql.execute(
                "UPDATE terminals SET seen_at = $1 WHERE id = $2 AND (seen_at IS NULL OR seen_at < $1)",
                unit.now, signed.terminal_id,
            )  # fmt: skip
        return read_place(row)

    def _check_clock(self, unit: Unit, time: int) -> None:
        off = time - round(unit.now.timestamp())
        if abs(off) > self._options.clock_seconds:
            raise TerminalClock(
                seconds=abs(off), way="fast" if off > 0 else "slow", server_time=round(unit.now.timestamp())
            )

    async def spend(self, unit: Unit, terminal_id: UUID, nonce: str) -> None:
        """Use this number up, in the deciding unit: it stays used if the decision commits. ``TerminalNonceUsed``."""
        mine = await sql.row(
            "INSERT INTO terminal_nonces (id, portal, terminal_id, nonce, at) VALUES ($1,$2,$3,$4,$5) "
            "ON CONFLICT DO NOTHING RETURNING id",
            new_id(), unit.portal, terminal_id, nonce, unit.now,
        )  # fmt: skip
        if mine is None:
            raise TerminalNonceUsed()

    async def get(self, unit: Unit, terminal_id: UUID) -> TerminalPlace:
        """Where a terminal stands; ``TerminalUnknown`` if it was withdrawn."""
        row = await sql.row(
            f"SELECT {_PLACE} FROM terminals WHERE id = $1 AND portal = $2 AND withdrawn_at IS NULL",
            terminal_id, unit.portal,
        )  # fmt: skip
        if row is None:
            raise TerminalUnknown()
        return read_place(row)

    async def invite(self, unit: Unit, actor: Actor, region: str, facts: TerminalFacts) -> Invitation:
        """Register a place and answer its one-time code, which is known only here and now."""
        terminal_id, code = new_id(), codes.new_code()
        until = unit.now + timedelta(seconds=self._options.invitation_seconds)
        await sql.execute(
            "INSERT INTO terminals (id, portal, region, hall, counter, name, purposes, scans_per_minute, failures, "
            "lock_seconds, created_at, invited_by, invitation_hash, invitation_until) "
            "VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14)",
            terminal_id, unit.portal, region, facts.hall, facts.counter, facts.name,
            sql.to_json(list(facts.purposes)), facts.scans_per_minute, facts.failures, facts.lock_seconds, unit.now,
            actor.id, self._hash(code), until,
        )  # fmt: skip
        await self._record(unit, actor, "terminal.invite", terminal_id, region, facts.place)
        return Invitation(terminal_id, codes.shown(code), until)

    async def invite_again(self, unit: Unit, actor: Actor, terminal_id: UUID) -> Invitation:
        """A fresh code for a terminal that still waits for its device; the earlier code is over."""
        code, until = codes.new_code(), unit.now + timedelta(seconds=self._options.invitation_seconds)
        row = await sql.row(
            "UPDATE terminals SET invitation_hash = $1, invitation_until = $2, invited_by = $3 "
            "WHERE id = $4 AND portal = $5 AND public_key IS NULL AND withdrawn_at IS NULL "
            f"RETURNING {_PLACE}",
            self._hash(code), until, actor.id, terminal_id, unit.portal,
        )  # fmt: skip
        if row is None:
            await self.record(unit, terminal_id)
            raise TerminalState()
        place = read_place(row)
        await self._record(unit, actor, "terminal.invite", terminal_id, place.region, _at(place))
        return Invitation(terminal_id, codes.shown(code), until)

    async def enrol(
        self, unit: Unit, typed: str, public_key: str, proof: str, *, address: str
    ) -> TerminalPlace | Refusal:
        """Give a waiting terminal its key. Two at once with one code: one of them. The winner's own retry, after a
        lost answer, is answered again. Refusals are returned: the tries count."""
        if refused := await self._over_budget(unit, address):
            return refused
        code, point = codes.plain(typed), signatures.decoded(public_key)
        text = signatures.enrolment_text(code, public_key)
        if not code or not signatures.fits(point, signatures.decoded(proof), text):
            return EnrolmentRefused()
        row = await sql.row(_ENROL, point, unit.now, self._hash(code), unit.portal)
        if row is None:
            before = await sql.row(_ENROLLED_BEFORE, self._hash(code), unit.portal, unit.now, point)
            return read_place(before) if before else EnrolmentRefused()
        place = read_place(row)
        device = Actor(kind="system", id=place.id, label="terminal")
        await self._record(unit, device, "terminal.enrol", place.id, place.region, _at(place))
        unit.tell(f"staff:{unit.portal}", "terminal", terminal_id=str(place.id), state="enrolled")
        return place

    async def change(self, unit: Unit, actor: Actor, terminal_id: UUID, facts: TerminalFacts) -> TerminalRecord:
        """Another name, place, purposes or limits; they hold from the next request on."""
        row = await sql.row(
            "UPDATE terminals SET hall = $1, counter = $2, name = $3, purposes = $4, scans_per_minute = $5, "
            "failures = $6, lock_seconds = $7 WHERE id = $8 AND portal = $9 AND withdrawn_at IS NULL "
            f"RETURNING {_RECORD}",
            facts.hall, facts.counter, facts.name, sql.to_json(list(facts.purposes)), facts.scans_per_minute,
            facts.failures, facts.lock_seconds, terminal_id, unit.portal,
        )  # fmt: skip
        if row is None:
            raise Missing()
        record = read_record(row)
        await self._record(unit, actor, "terminal.change", terminal_id, record.place.region, facts.place)
        return record

    async def withdraw(self, unit: Unit, actor: Actor, terminal_id: UUID) -> None:
        """Its key is worth nothing from the next request on, and the shift there has ended. Again is no fault."""
        row = await sql.row(
            "UPDATE terminals SET withdrawn_at = $1, invitation_hash = NULL "
            f"WHERE id = $2 AND portal = $3 AND withdrawn_at IS NULL RETURNING {_PLACE}",
            unit.now, terminal_id, unit.portal,
        )  # fmt: skip
        if row is None:
            await self.record(unit, terminal_id)
            return
        place = read_place(row)
        await self._sessions.end_shift(unit, terminal_id)
        await self._record(unit, actor, "terminal.withdraw", terminal_id, place.region, _at(place))

    async def begin_shift(self, unit: Unit, terminal_id: UUID, actor: Actor) -> None:
        """The terminal is this clerk's now. Its row is held until the commit, so two at once come one after another."""
        row = await sql.row(
            f"UPDATE terminals SET seen_at = $1 WHERE id = $2 AND portal = $3 AND withdrawn_at IS NULL "
            f"AND public_key IS NOT NULL RETURNING {_PLACE}",
            unit.now, terminal_id, unit.portal,
        )  # fmt: skip
        if row is None:
            raise TerminalUnknown()
        place = read_place(row)
        if earlier := await self._sessions.end_shift(unit, terminal_id):
            await self._audit.record(
                unit, actor, "shift.hand_over", subject_kind="staff", subject=earlier.staff_no, region=place.region,
                place=_at(place),
            )  # fmt: skip
        await self._record(unit, actor, "shift.begin", terminal_id, place.region, _at(place))

    async def end_shift(self, unit: Unit, place: TerminalPlace, actor: Actor) -> None:
        """The clerk leaves."""
        if await self._sessions.end_shift(unit, place.id):
            await self._record(unit, actor, "shift.end", place.id, place.region, _at(place))

    async def shift(self, unit: Unit, terminal_id: UUID) -> Shift | None:
        """Who is on shift there now."""
        return (await self._sessions.shifts(unit, [terminal_id])).get(terminal_id)

    async def record(self, unit: Unit, terminal_id: UUID) -> TerminalRecord:
        """One terminal as an administrator sees it, withdrawn ones too; ``Missing``."""
        row = await sql.row(f"SELECT {_RECORD} FROM terminals WHERE id = $1 AND portal = $2", terminal_id, unit.portal)
        if row is None:
            raise Missing()
        return read_record(row)

    async def page(self, unit: Unit, after: UUID | None, limit: int, *, scope: Scope = WHOLE) -> list[TerminalRecord]:
        """The portal's terminals, newest first, with who is on shift: two queries whatever their number."""
        older = "AND id < $3" if after else ""
        values: list[object] = [unit.portal, limit, *([after] if after else [])]
        older += scope.where(values, region="region")
        rows = await sql.rows(
            f"SELECT {_RECORD} FROM terminals WHERE portal = $1 {older} ORDER BY id DESC LIMIT $2", *values
        )
        records = [read_record(row) for row in rows]
        shifts = await self._sessions.shifts(unit, [one.place.id for one in records])
        return [replace(one, shift=shifts.get(one.place.id)) for one in records]

    async def counts(self, unit: Unit, *, scope: Scope = WHOLE) -> dict[State, int]:
        """How many of the portal's terminals are in which state: one query."""
        values: list[object] = [unit.portal]
        inside = scope.where(values, region="region")
        rows = await sql.rows(
            "SELECT CASE WHEN withdrawn_at IS NOT NULL THEN 'withdrawn' WHEN enrolled_at IS NOT NULL THEN 'enrolled' "
            f"ELSE 'invited' END AS state, count(*) AS n FROM terminals WHERE portal = $1 {inside} GROUP BY 1",
            *values,
        )
        counted = {str(row["state"]): int(row["n"]) for row in rows}
        return {state: counted.get(state, 0) for state in STATES}

    async def first(self, unit: Unit) -> TerminalPlace | None:
        """The oldest terminal that was not withdrawn: the demonstration's own counter."""
        row = await sql.row(
            f"SELECT {_PLACE} FROM terminals WHERE portal = $1 AND withdrawn_at IS NULL ORDER BY id LIMIT 1",
            unit.portal,
        )
        return read_place(row) if row else None

    async def forsaken(self, unit: Unit) -> UUID | None:
        """The oldest terminal whose code ran out before a device came: the demonstration's, after its seed."""
        row = await sql.row(
            "SELECT id FROM terminals WHERE portal = $1 AND withdrawn_at IS NULL AND public_key IS NULL "
            "AND invitation_until < $2 ORDER BY id LIMIT 1",
            unit.portal, unit.now,
        )  # fmt: skip
        return sql.uid(row["id"]) if row else None

    async def retire(self, unit: Unit, actor: Actor, name: str, unseen: timedelta) -> int:
        """Withdraw some terminals of this name that nobody has used for so long; how many. For the demonstration, where
        every new browser is a terminal of its own."""
        rows = await sql.rows(
            "SELECT id FROM terminals WHERE portal = $1 AND name = $2 AND withdrawn_at IS NULL"
            " AND coalesce(seen_at, created_at) < $3 ORDER BY id LIMIT 50",
            unit.portal, name, unit.now - unseen,
        )  # fmt: skip
        for row in rows:
            await self.withdraw(unit, actor, sql.uid(row["id"]))
        return len(rows)

    async def sweep(self, unit: Unit) -> int:
        """Forget some numbers whose time would be refused by now; how many."""
        life = max(_NONCE_LIFE, timedelta(seconds=3 * self._options.clock_seconds))
        return await sql.delete_some("terminal_nonces", "at < $1", unit.now - life)

    async def _over_budget(self, unit: Unit, address: str) -> Refusal | None:
        options = self._options
        for name, key, most in (
            ("enrol-address", self._vault.search(address, "budgets.address"), options.enrolments_per_address),
            ("enrol-portal", b"portal", options.enrolments_per_portal),
        ):
            if await budgets.spend(unit, name, key, seconds=_ENROLMENT_WINDOW) > most:
                return EnrolmentTooMany(retry_after=budgets.seconds_left(unit.now, _ENROLMENT_WINDOW))
        return None

    def _hash(self, code: str) -> bytes:
        return self._vault.index(code, "terminals.invitation")

    async def _record(self, unit: Unit, actor: Actor, action: str, terminal_id: UUID, region: str, place: str) -> None:
        await self._audit.record(
            unit, actor, action, subject_kind="terminal", subject=str(terminal_id), region=region, place=place
        )


def _at(place: TerminalPlace) -> str:
    return f"{place.hall} {place.counter}"[:128]
