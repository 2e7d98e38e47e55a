"""Reads of an unplugged counter come home: each line becomes a visit once, so that the resident sees it like any other.

A terminal sends its lines again when it did not hear the answer, so a line is known by the terminal's own id for it.
Wrong lines are named by their place and change nothing about the good ones. Two uploads of one terminal wait for each
other; an upload is one transaction. A line whose look had reached the server after all, its answer lost on the way
back, is the same look: what the card added is written into it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal, Protocol
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from codes.credential_options import Tier
from codes.credentials import Credentials, HeldCredential
from codes.publishing import number_of
from codes.verdict import REASONS
from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import Forbidden, Missing
from config.floor.unit import LEGAL_ZONE, Actor, Unit
from server.domain.audit.service import Audit
from server.domain.credentials.service import SAID
from server.domain.recognition.service import Recognition
from server.domain.visits.comparing import Comparing
from server.domain.visits.papers import SCENES
from server.domain.visits.ports import Caller, Place, Terminals
from server.domain.visits.reads import ACCEPTED, CARD_MISMATCH, Read, Reads
from server.domain.visits.views import COLUMNS

MOST = 200
OLDEST = timedelta(days=30)
_EARLY = timedelta(minutes=5)
_UNREAD = frozenset({"malformed", "too-long", "bad-deflate", "bad-cbor", "bad-claims"})
_OVER = frozenset({"expired", "not-yet", "proof-stale"})
_VERDICTS = frozenset({ACCEPTED, CARD_MISMATCH, *REASONS})
_INSERT = (
    f"INSERT INTO visits ({COLUMNS}, holder_portal, tier, card_at) VALUES"
    " ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,'',$14,$15,'none','[]','[]',NULL,NULL,NULL,$16,$17,$18)"
)


class Line(BaseModel):
    """One read as the terminal wrote it down. ``list`` is the credential's ``uri`` for its status list."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: UUID
    at: AwareDatetime
    list: str | None = Field(None, max_length=64)
    idx: int | None = Field(None, ge=0, lt=2**31)
    tier: Tier | None = None
    verdict: str = Field(max_length=32)
    purpose: str = Field(max_length=32)
    staff_no: str = Field(min_length=1, max_length=32)
    card_in_hand: bool = False
    list_age_seconds: int | None = Field(None, ge=0, lt=2**31)


@dataclass(frozen=True, slots=True)
class WrongLine:
    """A line that was not taken, by its place, and why: a field's name, or ``credential`` where there is none such."""

    index: int
    wrong: str


@dataclass(frozen=True, slots=True)
class CameHome:
    """What became of an upload."""

    stored: int
    known: int
    wrong: tuple[WrongLine, ...]


class Payroll(Protocol):
    """Employees by their number; ``Missing`` for a number that is none."""

    async def staff_id(self, unit: Unit, staff_no: str) -> UUID: ...


@dataclass(frozen=True, slots=True)
class _Good:
    line: Line
    held: HeldCredential | None
    staff_id: UUID
    visit_id: UUID
    outcome: str
    may_see: frozenset[str] | None


class OfflineReads:
    """The way home."""

    def __init__(
        self,
        credentials: Credentials,
        reads: Reads,
        audit: Audit,
        terminals: Terminals,
        payroll: Payroll,
        comparing: Comparing,
        recognition: Recognition,
    ) -> None:
        self._credentials = credentials
        self._reads = reads
        self._audit = audit
        self._terminals = terminals
        self._payroll = payroll
        self._comparing = comparing
        self._recognition = recognition

    async def sweep(self, unit: Unit) -> int:
        """Forget some reads that are older than the city keeps them; how many."""
        return await self._reads.sweep(unit)

    async def take(self, unit: Unit, terminal: Caller, sent: Sequence[Mapping[str, Any]]) -> CameHome:
        """Take at most ``MOST`` lines; those that are wrong are named and left out."""
        if terminal.terminal_id is None:
            raise Forbidden()
        place = await self._terminals.get(unit, terminal.terminal_id)
        await self._reads.one_at_a_time(place.id)
        wrong: list[WrongLine] = []
        lines = [line for index, one in enumerate(sent) if (line := _read(index, one, unit.now, place, wrong))]
        fresh, known = await self._fresh(place.id, lines)
        await self._enrich(unit, place, [line for _, line in lines], {line.id for _, line in fresh})
        good = await self._good(unit, fresh, wrong)
        await self._write(unit, place, good)
        return CameHome(len(good), known, tuple(sorted(wrong, key=lambda one: one.index)))

    async def _fresh(self, terminal_id: UUID, lines: Sequence[tuple[int, Line]]) -> tuple[list[tuple[int, Line]], int]:
        """Those that are not kept yet, each once however often it was sent, and how many were kept."""
        if not lines:
            return [], 0
        known = await self._reads.known(terminal_id, [line.id for _, line in lines])
        fresh: dict[UUID, tuple[int, Line]] = {}
        for index, line in lines:
            if line.id not in known:
                fresh.setdefault(line.id, (index, line))
        return list(fresh.values()), len(lines) - len(fresh)

    async def _enrich(self, unit: Unit, place: Place, lines: Sequence[Line], fresh: set[UUID]) -> None:
        """Lines that were kept with the network there: what the clerk saw of the card afterwards goes into the look."""
        carded = {line.id: line for line in lines if line.id not in fresh}
        carded = {key: line for key, line in carded.items() if line.card_in_hand or line.verdict == CARD_MISMATCH}
        for key, visit_id in (await self._reads.visits_of(place.id, list(carded))).items():
            line = carded[key]
            staff_id = await self._staff(unit, line.staff_no)
            if staff_id is None:
                continue
            actor = Actor("staff", staff_id, line.staff_no)
            if line.verdict == CARD_MISMATCH:
                await self._comparing.differs(unit, visit_id, place, actor)
            elif line.tier is not None:
                await self._comparing.agrees(unit, visit_id, place, actor, SAID[line.tier])

    async def _good(self, unit: Unit, fresh: Sequence[tuple[int, Line]], wrong: list[WrongLine]) -> list[_Good]:
        held = await self._held(unit, [line for _, line in fresh])
        staff = {number: await self._staff(unit, number) for number in {line.staff_no for _, line in fresh}}
        good: list[_Good] = []
        for index, line in fresh:
            staff_id, found = staff[line.staff_no], held.get(line.id)
            if staff_id is None:
                wrong.append(WrongLine(index, "staff_no"))
            elif line.verdict == ACCEPTED and (found is None or found.tier != line.tier):
                wrong.append(WrongLine(index, "credential"))
            else:
                good.append(
                    _Good(line, found, staff_id, new_id(), _outcome(line.verdict), self._may_see(unit, line, found))
                )
        return good

    async def _held(self, unit: Unit, lines: Sequence[Line]) -> dict[UUID, HeldCredential]:
        """The credential that each line names: one of ours, or of a portal that was recognised for that purpose on
        that day. One statement for each portal."""
        found: dict[UUID, HeldCredential] = {}
        taken = {unit.portal: {line.id for line in lines}}
        for line in lines:
            for portal in self._recognition.portals(unit.portal, line.purpose, _day(line)):
                taken.setdefault(portal, set()).add(line.id)
        for portal, ids in taken.items():
            named = {line.id: place for line in lines if line.id in ids and (place := _place(line)) is not None}
            held = await self._credentials.at_all(replace(unit, portal=portal), set(named.values()))
            found |= {key: held[place] for key, place in named.items() if place in held}
        return found

    def _may_see(self, unit: Unit, line: Line, held: HeldCredential | None) -> frozenset[str] | None:
        """The fields that an agreement lets a counter see of another portal's credential; None for one of ours."""
        if held is None or held.portal == unit.portal:
            return None
        return self._recognition.fields(unit.portal, held.portal, line.purpose, _day(line))

    async def _staff(self, unit: Unit, number: str) -> UUID | None:
        try:
            return await self._payroll.staff_id(unit, number)
        except Missing:
            return None

    async def _write(self, unit: Unit, place: Place, good: Sequence[_Good]) -> None:
        if not good:
            return
        await sql.execute_many(_INSERT, [_visit(unit, place, one) for one in good])
        for one in good:
            await self._record(unit, place, one)
        await self._reads.keep(unit, [_kept(place, one) for one in good])

    async def _record(self, unit: Unit, place: Place, one: _Good) -> None:
        """In the record at the time it came home; when it was read says the visit."""
        held = one.held
        home = replace(unit, portal=held.portal) if held else unit
        await self._audit.record(
            home, Actor("staff", one.staff_id, one.line.staff_no), "visit.offline", subject_kind="visit",
            subject=str(one.visit_id), resident_id=held.resident if held else None,
            region=held.region if held else place.region, outcome=one.outcome, purpose=one.line.purpose,
            fields=_seen(one), place=f"{place.hall} {place.counter}"[:128],
        )  # fmt: skip
        if held:
            unit.tell(f"resident:{held.resident}", "visit", id=str(one.visit_id), outcome=one.outcome)


def _read(
    index: int, sent: Mapping[str, Any], now: datetime, place: Place, wrong: list[WrongLine]
) -> tuple[int, Line] | None:
    try:
        line = Line.model_validate(sent)
    except ValidationError as error:
        wrong.append(WrongLine(index, str(error.errors(include_input=False)[0]["loc"][0])))
        return None
    fault: Literal["at", "verdict", "purpose", "idx", ""] = ""
    if not now - OLDEST <= line.at <= now + _EARLY:
        fault = "at"
    elif line.verdict not in _VERDICTS:
        fault = "verdict"
    elif line.purpose not in place.purposes:
        fault = "purpose"
    elif (line.list is None) != (line.idx is None):
        fault = "idx"
    if fault:
        wrong.append(WrongLine(index, fault))
        return None
    return index, line


def _place(line: Line) -> tuple[int, int] | None:
    number = number_of(line.list) if line.list else None
    return None if number is None or line.idx is None else (number, line.idx)


def _day(line: Line) -> date:
    return line.at.astimezone(LEGAL_ZONE).date()


def _outcome(said: str) -> str:
    """The terminal's verdict in the words of a scan."""
    if said in (ACCEPTED, CARD_MISMATCH):
        return said
    if said in ("revoked", "suspended"):
        return "code-revoked"
    if said in _OVER:
        return "code-expired"
    return "code-malformed" if said in _UNREAD else "code-unknown"


def _seen(one: _Good) -> tuple[str, ...]:
    """What the terminal's page shows: the masked tier, or the credential's own once the card was compared."""
    if one.outcome != ACCEPTED or one.held is None:
        return ()
    said = SAID[one.held.tier if one.line.card_in_hand else "T0"]
    if one.may_see is None:
        return said
    return tuple(field for field in dict.fromkeys((*SAID["T0"], *said)) if field in one.may_see)


def _kept(place: Place, one: _Good) -> Read:
    line = one.line
    return Read(
        new_id(), line.id, one.visit_id, one.held, place, line.staff_no, line.at, one.outcome, True, line.card_in_hand,
        line.list_age_seconds,
    )  # fmt: skip


def _visit(unit: Unit, place: Place, one: _Good) -> tuple[object, ...]:
    line, held = one.line, one.held
    return (
        one.visit_id, unit.portal, held.region if held else place.region, line.at, held.resident if held else None,
        held.acting if held else None, place.id, place.hall, place.counter, one.staff_id, line.staff_no, line.purpose,
        SCENES[held.form] if held else "81", one.outcome, sql.to_json(list(_seen(one))),
        held.portal if held and held.portal != unit.portal else None, held.tier if held else None,
        line.at if line.card_in_hand and one.outcome == ACCEPTED and held and held.tier != "T0" else None,
    )  # fmt: skip
