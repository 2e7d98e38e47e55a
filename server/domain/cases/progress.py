"""One change of a case: compare-and-set, document, timeline row, audit entry, notice, live update; all in one unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Actor, Unit
from config.floor.vault import Vault
from config.wording import Wording
from server.domain.audit.service import Audit
from server.domain.calendar.service import word_day
from server.domain.cases import clock, documents
from server.domain.cases.clock import Calendar, ClockOptions
from server.domain.cases.numbers import grouped
from server.domain.cases.ports import Applicants, Category, Items, Mandates, Notices
from server.domain.cases.records import NOTE, CaseRecord, compare_and_set
from server.domain.cases.workflow import CLOSED, Action, Move, Paper, Status

_SERVICE_EVENTS = frozenset({"case.submitted", "case.resubmitted", "case.withdrawn"})
_REASON_LENGTH = 120


@dataclass(frozen=True, slots=True)
class CaseOptions:
    """Figures of the room, ours to set; ``clock`` says which of its figures are law."""

    clock: ClockOptions = field(default_factory=ClockOptions)
    drafts: int = 20
    page: int = 20


@dataclass(frozen=True, slots=True)
class CaseRef:
    """A case after a change."""

    case_no: str
    status: Status
    version: int


@dataclass(frozen=True, slots=True)
class Change:
    """What one action adds to the move itself."""

    columns: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    reason: str = ""
    due: date | None = None
    provisional: bool = False
    rows: Sequence[documents.PaperRow] = ()
    receiver: UUID | None = None
    """Who was handed the papers for the applicant."""


class Progress:
    """Carries one allowed move out. Shared by what residents do, what staff do and what time does."""

    def __init__(
        self,
        *,
        vault: Vault,
        audit: Audit,
        notices: Notices,
        applicants: Applicants,
        calendar: Calendar,
        wording: Wording,
        options: CaseOptions,
        mandates: Mandates,
        items: Items,
    ) -> None:
        self.vault = vault
        self.audit = audit
        self.notices = notices
        self.applicants = applicants
        self.calendar = calendar
        self.wording = wording
        self.options = options
        self.mandates = mandates
        self.items = items

    async def carry_out(self, unit: Unit, case: CaseRecord, move: Move, actor: Actor, change: Change) -> CaseRef:
        """Everything that follows from ``move``, or ``ChangedMeanwhile`` and nothing."""
        after = self._after(unit, case, move, change)
        names = [*change.columns, "status", "version", "updated_at", "closed_at", "stopped_on", "due_on"]
        names += ["legal_due", "promised_due", "provisional"]
        await compare_and_set(case, {name: getattr(after, name) for name in dict.fromkeys(names)})
        number = await self._paper(unit, after, move, change)
        await self.write_line(unit, after, move.action, actor, note=change.note, number=number, public=move.public)
        await self.audit.record(
            unit, actor, f"case.{move.action.value}",
            subject_kind="case", subject=str(case.id), resident_id=case.resident_id, region=case.region,
        )  # fmt: skip
        await self._tell(unit, after, move, change, number)
        return CaseRef(after.case_no, after.status, after.version)

    def _after(self, unit: Unit, case: CaseRecord, move: Move, change: Change) -> CaseRecord:
        ended = move.to in CLOSED or move.to is Status.CONCLUDED
        after = replace(
            case,
            **dict(change.columns)
            | {"status": move.to, "version": case.version + 1, "updated_at": unit.now}
            | {"stopped_on": (case.stopped_on or unit.today) if ended else None}
            | {"closed_at": (case.closed_at or unit.now) if move.to in CLOSED else None},
        )
        reading = clock.read(after.clock_facts, unit.today, self.calendar, self.options.clock)
        return replace(
            after,
            due_on=reading.due,
            legal_due=reading.legal_due,
            promised_due=reading.promised_due,
            provisional=reading.provisional,
        )

    def due_provisional(self, case: CaseRecord, today: date) -> bool:
        """Whether the date by which somebody must act now was guessed; the case's other date may be all the same."""
        if case.status is Status.CORRECTION:
            due = case.corrections_due
            return due is not None and self.calendar.is_working(due)[1]
        if not case.provisional:
            return False
        return clock.read(case.clock_facts, today, self.calendar, self.options.clock).due_provisional

    async def open_case(self, unit: Unit, case: CaseRecord, actor: Actor, *, note: str = "") -> None:
        """What follows from a new case: the first row of its timeline, the audit entry, and a notice if submitted."""
        event = "" if case.status is Status.DRAFT else "case.submitted"
        move = Move(Action.SUBMIT, Status.DRAFT, case.status, None, event, True, None)
        if event:
            await self.write_line(unit, case, move.action, actor, note=note)
        await self.audit.record(
            unit, actor, "case.submit" if event else "case.draft",
            subject_kind="case", subject=str(case.id), resident_id=case.resident_id, region=case.region,
        )  # fmt: skip
        await self._tell(unit, case, move, Change(), None)

    async def _paper(self, unit: Unit, case: CaseRecord, move: Move, change: Change) -> str | None:
        if move.paper is None:
            return None
        served = await documents.serve_all(unit, case.id) if move.action is Action.SERVE else []
        due, provisional = change.due, change.provisional
        if move.paper is Paper.ACCEPTANCE:
            due = min((day for day in (case.legal_due, case.promised_due) if day), default=None)
            provisional = self.due_provisional(case, unit.today)
        known = await self.applicants.disclose(unit, case.resident_id, ["name"])
        acting = await self.applicants.disclose(unit, case.acting_id, ["name"]) if case.acting_id else {}
        receiver = await self.applicants.disclose(unit, change.receiver, ["name"]) if change.receiver else {}
        return await documents.issue(
            unit,
            self.vault,
            case,
            move.paper,
            title=self.wording.text(f"documents.titles.{move.paper.value}"),
            applicant=known.get("name", ""),
            acting=acting.get("name", ""),
            receiver=receiver.get("name", ""),
            reason=change.reason,
            due=due,
            provisional=provisional,
            rows=change.rows,
            served=served,
        )

    async def write_line(
        self,
        unit: Unit,
        case: CaseRecord,
        action: Action,
        actor: Actor,
        *,
        note: str = "",
        number: str | None = None,
        public: bool = True,
    ) -> None:
        """One row of the timeline; its place in the line is the case's version."""
        await sql.execute(
            "INSERT INTO case_timeline (id, case_id, portal, region, seq, at, event, actor_kind, actor_id, actor_label,"
            " note, document_no, public, delegation_id, loa)"
            " VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15)",
            new_id(), case.id, unit.portal, case.region, case.version, unit.now, action.value, actor.kind, actor.id,
            actor.label, self.vault.seal(note, NOTE) if note else None, number, public, actor.delegation, actor.loa,
        )  # fmt: skip

    async def _tell(self, unit: Unit, case: CaseRecord, move: Move, change: Change, number: str | None) -> None:
        if move.event:
            for one in await self._told(unit, case):
                values = await self._values(unit, case, move, change, number, one)
                await self.post(unit, case, move.event, values, recipient=one)
        for listener in {case.resident_id, case.acting_id} - {None}:
            unit.tell(f"resident:{listener}", "case", case_no=case.case_no, status=case.status.value)
        if case.submitted_at is not None:
            unit.tell(
                f"staff:{unit.portal}", "case",
                case_no=case.case_no, status=case.status.value, version=case.version, department=case.department,
            )  # fmt: skip

    async def _told(self, unit: Unit, case: CaseRecord) -> list[UUID]:
        """The applicant; and who began it for them, as long as the delegation is in force."""
        if case.on_behalf_of is None or case.acting_id is None:
            return [case.resident_id]
        allowed = await self.mandates.now(unit, case.on_behalf_of)
        return [case.resident_id, case.acting_id] if allowed else [case.resident_id]

    async def post(
        self, unit: Unit, case: CaseRecord, event: str, values: Mapping[str, str], *, recipient: UUID | None = None
    ) -> None:
        """One notice about this version of the case for one person; posting it twice makes one."""
        recipient = recipient or case.resident_id
        acting = "" if recipient == case.resident_id else ":acting"
        category: Category = "service" if event in _SERVICE_EVENTS else "statutory"
        await self.notices.post(
            unit,
            recipient=recipient,
            region=case.region,
            event=event,
            category=category,
            dedupe_key=f"case:{case.id}:{case.version}{acting}",
            values=values,
            subject=f"case:{case.case_no}",
            sensitive=await self.items.sensitive(unit, [case.item_code]),
        )

    async def _values(
        self, unit: Unit, case: CaseRecord, move: Move, change: Change, number: str | None, reader: UUID
    ) -> dict[str, str]:
        language = await self.applicants.language(reader)
        values = {
            "item": await self._item(unit, case, language),
            "case_no": grouped(case.case_no),
            "link": f"/m/#/pages/case/case?no={case.case_no}",
        }
        if reader != case.resident_id:
            values["link"] += f"&for={case.on_behalf_of}"
        if number is not None:
            values["document_no"] = number
        if change.reason:
            values["reason"] = _shortened(change.reason)
        due, provisional = change.due, change.provisional
        if due is None and move.action is Action.ACCEPT:
            due, provisional = case.due_on, self.due_provisional(case, unit.today)
        if due is not None:
            values["due"] = self.worded_day(language, due, provisional)
        if move.outcome is not None:
            values["outcome"] = self.wording.text(f"cases.outcomes.{move.outcome.value}", language)
        return values

    async def _item(self, unit: Unit, case: CaseRecord, language: str) -> str:
        """The item; of a case that one began for another, with both masked names for both."""
        if case.acting_id is None:
            return case.item_name
        names = await self.applicants.masked(unit, [case.resident_id, case.acting_id])
        return self.wording.text(
            "delegations.for_other", language, item=case.item_name, acting=names.get(case.acting_id, ""),
            principal=names.get(case.resident_id, ""),
        )  # fmt: skip

    def worded_day(self, language: str, day: date, provisional: bool) -> str:
        """A date for people, marked 暂定 where the calendar had to guess."""
        text = word_day(self.wording, language, day)
        return text + self.wording.text("cases.clock.provisional_mark", language) if provisional else text


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _REASON_LENGTH else line[: _REASON_LENGTH - 1] + "…"
