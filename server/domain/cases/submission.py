"""What the applicant does: apply, finish a draft, correct, withdraw, review."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import FieldFault
from config.floor.unit import Actor, Unit
from server.domain.cases import records, workflow
from server.domain.cases.errors import AnswersInvalid, CorrectionOverdue, ItemNotOnline, TooManyDrafts
from server.domain.cases.numbers import new_case_no
from server.domain.cases.ports import Acting
from server.domain.cases.progress import CaseRef, Change, Progress
from server.domain.cases.records import ANSWERS, COMMENT, FILE_NAME, CaseRecord
from server.domain.cases.workflow import RESIDENT, Action, Doer, Given, Move, Status
from server.domain.catalogue.answers import Answers, check_answers, check_materials
from server.domain.catalogue.guide import Guide, Medium
from server.domain.catalogue.records import Item
from server.domain.delegations.errors import BeyondDelegation
from server.domain.materials.inspection import MediaType
from server.domain.materials.service import FileInfo, Materials
from server.domain.proving.errors import LoaNeeded
from server.domain.sessions.mandate import SINGLE_CASE

Handed = Sequence[tuple[str, UUID]]
_PER_MATERIAL = 10
_MEDIUM: dict[MediaType, Medium] = {"application/pdf": "pdf", "image/jpeg": "jpeg", "image/png": "png"}


class Catalogue(Protocol):
    """Items: as they are now, and as they were when a case began."""

    async def item(self, unit: Unit, code: str) -> Item: ...

    async def version(self, unit: Unit, item_code: str, version: int) -> Item: ...

    async def sensitive(self, unit: Unit, codes: Sequence[str]) -> bool: ...


@dataclass(frozen=True, slots=True)
class _Application:
    """What was checked and may be kept."""

    answers: Answers
    materials: Handed


def applicant(who: Acting) -> Actor:
    """The applicant, or who acts for them, as an actor; nothing personal in it."""
    mandate = who.mandate
    if mandate is None:
        return Actor("resident", who.resident_id, "resident", loa=who.loa)
    return Actor("resident", mandate.delegate_id, "delegate", mandate.delegation_id, who.loa)


class Submission:
    """The applicant's side. Every case is looked for with its owner in the query."""

    def __init__(self, progress: Progress, catalogue: Catalogue, materials: Materials, *, year_shift: int = 0) -> None:
        self._progress = progress
        self._catalogue = catalogue
        self._materials = materials
        self._year_shift = year_shift

    async def submit(
        self,
        unit: Unit,
        resident: Acting,
        item_code: str,
        answers: Mapping[str, Any],
        materials: Handed,
        draft: bool,
        *,
        channel: str | None = None,
        note: str = "",
    ) -> CaseRef:
        """A new case, submitted or kept as a draft. All or nothing: a file that is used already refuses it all.

        ``channel``: where it was filled in, if not by herself; there any written item will do, and a draft is whole.
        """
        item = await self._catalogue.item(unit, item_code)
        guide = _guide(item, channel)
        if resident.loa < guide.required_loa:
            raise LoaNeeded(needed=guide.required_loa)
        mandate = resident.mandate
        if mandate and not mandate.allows_item(guide.code):
            raise BeyondDelegation()
        if draft:
            await self._room_for_draft(unit, resident.resident_id)
        whole = not draft or channel is not None
        checked = self._check(unit, guide, answers, materials, complete=whole)
        case_no = await self._insert(unit, resident, item, guide, checked, draft, channel)
        if mandate and mandate.kind == SINGLE_CASE:
            await self._progress.mandates.bind_case(unit, mandate, case_no)
        case = await records.of_resident(unit, resident.resident_id, case_no)
        await self._hand_in(unit, case, guide, checked.materials)
        await self._progress.open_case(unit, case, applicant(resident), note=note)
        return CaseRef(case.case_no, case.status, case.version)

    async def finish_draft(
        self,
        unit: Unit,
        resident: Acting,
        case_no: str,
        answers: Mapping[str, Any],
        materials: Handed,
        *,
        note: str = "",
    ) -> CaseRef:
        """Submit a draft; ``answers`` and ``materials`` are laid over what it holds."""
        case = await records.of_acting(unit, resident, case_no)
        move = self._move(case, Action.SUBMIT)
        guide = _guide(await self._catalogue.version(unit, case.item_code, case.item_version), case.channel)
        checked = await self._merged(unit, case, guide, answers, materials)
        await self._replace(unit, case, guide, materials)
        columns = self._sealed(checked.answers) | {"submitted_at": unit.now, "check_from": unit.today}
        change = Change(columns=columns, note=note)
        return await self._progress.carry_out(unit, case, move, applicant(resident), change)

    async def correct(
        self,
        unit: Unit,
        resident: Acting,
        case_no: str,
        answers: Mapping[str, Any],
        materials: Handed,
        *,
        note: str = "",
    ) -> CaseRef:
        """Hand the corrections in. Everything that was asked for must come with it."""
        case = await records.of_acting(unit, resident, case_no)
        move = self._move(case, Action.RESUBMIT)
        if case.corrections_due is not None and unit.today > case.corrections_due:
            raise CorrectionOverdue(due=case.corrections_due.isoformat())
        await self._all_corrected(case, answers, materials)
        guide = _guide(await self._catalogue.version(unit, case.item_code, case.item_version), case.channel or note)
        checked = await self._merged(unit, case, guide, answers, materials)
        await self._replace(unit, case, guide, materials)
        await sql.execute("UPDATE case_corrections SET resolved_at = $1 WHERE case_id = $2", unit.now, case.id)
        change = Change(columns=self._sealed(checked.answers) | {"check_from": unit.today}, note=note)
        return await self._progress.carry_out(unit, case, move, applicant(resident), change)

    async def withdraw(self, unit: Unit, resident: Acting, case_no: str, reason: str) -> CaseRef:
        """Give the case up, as long as nobody has decided it."""
        case = await records.of_acting(unit, resident, case_no)
        move = self._move(case, Action.WITHDRAW)
        if case.status is Status.DRAFT:
            move = workflow.silent(move)
        change = Change(note=reason.strip())
        return await self._progress.carry_out(unit, case, move, applicant(resident), change)

    async def review(self, unit: Unit, resident: Acting, case_no: str, grade: int, comment: str) -> CaseRef:
        """Grade a finished case, once: 1 very content … 5 very discontent."""
        case = await records.of_acting(unit, resident, case_no)
        move = self._move(case, Action.REVIEW)
        vault = self._progress.vault
        made = await sql.rows(
            "INSERT INTO case_reviews (id, case_id, portal, region, grade, comment, at) VALUES ($1,$2,$3,$4,$5,$6,$7)"
            " ON CONFLICT (case_id) DO NOTHING RETURNING id",
            new_id(), case.id, unit.portal, case.region, grade,
            vault.seal(comment.strip(), COMMENT) if comment.strip() else None, unit.now,
        )  # fmt: skip
        if not made:
            self._move(case, Action.REVIEW, reviewed=True)
        return await self._progress.carry_out(unit, case, move, applicant(resident), Change())

    def _move(self, case: CaseRecord, action: Action, *, reviewed: bool = False) -> Move:
        doer = Doer(case.resident_id, frozenset({RESIDENT}))
        return workflow.move(case.standing(reviewed=reviewed), action, doer, Given())

    def _check(
        self, unit: Unit, guide: Guide, answers: Mapping[str, Any], materials: Handed, *, complete: bool
    ) -> _Application:
        kept = check_answers(guide, answers, today=unit.today, year_shift=self._year_shift, complete=complete)
        faults = list(kept) if isinstance(kept, list) else []
        known = {} if isinstance(kept, list) else kept
        codes = [code for code, _ in materials]
        found = check_materials(guide, known, codes)
        faults += found if complete else [fault for fault in found if fault.code != "required"]
        for code in sorted(set(codes)):
            if codes.count(code) > _PER_MATERIAL:
                faults.append(FieldFault(f"materials.{code[:40]}", "too-many", (("max", _PER_MATERIAL),)))
        if faults:
            raise AnswersInvalid(faults=faults)
        return _Application(known, materials)

    async def _merged(
        self, unit: Unit, case: CaseRecord, guide: Guide, answers: Mapping[str, Any], materials: Handed
    ) -> _Application:
        """The case's answers and materials with the new ones over them, checked as a whole."""
        before = json.loads(self._progress.vault.open(case.answers, ANSWERS))
        rows = await sql.rows(
            "SELECT code, file_id FROM case_materials WHERE case_id = $1 AND superseded_at IS NULL", case.id
        )
        fresh = {code for code, _ in materials}
        kept = [(str(row["code"]), sql.uid(row["file_id"])) for row in rows if row["code"] not in fresh]
        return self._check(unit, guide, {**before, **answers}, [*kept, *materials], complete=True)

    async def _all_corrected(self, case: CaseRecord, answers: Mapping[str, Any], materials: Handed) -> None:
        rows = await sql.rows("SELECT target FROM case_corrections WHERE case_id = $1 AND resolved_at IS NULL", case.id)
        given = {f"field:{code}" for code in answers} | {f"material:{code}" for code, _ in materials}
        left = sorted(str(row["target"]) for row in rows if row["target"] not in given)
        if left:
            places = [target.replace("field:", "answers.").replace("material:", "materials.") for target in left]
            raise AnswersInvalid(faults=[FieldFault(place, "required") for place in places])

    async def _room_for_draft(self, unit: Unit, resident_id: UUID) -> None:
        row = await sql.row(
            "SELECT count(*) AS drafts FROM cases WHERE portal = $1 AND resident_id = $2 AND status = 'draft'",
            unit.portal, resident_id,
        )  # fmt: skip
        if row is not None and int(row["drafts"]) >= self._progress.options.drafts:
            raise TooManyDrafts(limit=self._progress.options.drafts)

    async def _insert(
        self,
        unit: Unit,
        resident: Acting,
        item: Item,
        guide: Guide,
        checked: _Application,
        draft: bool,
        channel: str | None,
    ) -> str:
        case_no = new_case_no(item.region)
        check = self._progress.calendar.after(unit.today, self._progress.options.clock.check_days)
        row: dict[str, Any] = {
            "id": new_id(), "portal": unit.portal, "region": resident.region, "case_no": case_no,
            "item_code": guide.code, "item_version": item.version, "item_name": item.name,
            "department": item.department, "resident_id": resident.resident_id, "loa": resident.loa,
            "status": "draft" if draft else "submitted", "version": 1, "handler_label": "", "pauses": "[]",
            "legal_days": guide.legal_limit.days, "legal_unit": guide.legal_limit.unit,
            "promised_days": guide.promised_limit.days, "promised_unit": guide.promised_limit.unit,
            "correction_days": guide.correction_days, "two_person": guide.two_person_decision,
            "corrections_requested": 0, "created_at": unit.now, "updated_at": unit.now,
            "provisional": not draft and check.provisional, "channel": channel, **self._sealed(checked.answers),
            **_frozen(resident),
        }  # fmt: skip
        if not draft:
            row |= {"submitted_at": unit.now, "check_from": unit.today, "due_on": check.day}
        places = ", ".join(f"${at}" for at in range(1, len(row) + 1))
        await sql.execute(f"INSERT INTO cases ({', '.join(row)}) VALUES ({places})", *row.values())
        return case_no

    def _sealed(self, answers: Answers) -> dict[str, Any]:
        return {"answers": self._progress.vault.seal(sql.to_json(answers), ANSWERS)}

    async def _replace(self, unit: Unit, case: CaseRecord, guide: Guide, materials: Handed) -> None:
        """New files take the place of the earlier ones of the same material, which are kept as superseded."""
        for code in sorted({code for code, _ in materials}):
            await sql.execute(
                "UPDATE case_materials SET superseded_at = $1"
                " WHERE case_id = $2 AND code = $3 AND superseded_at IS NULL",
                unit.now, case.id, code,
            )  # fmt: skip
        await self._hand_in(unit, case, guide, materials)

    async def _hand_in(self, unit: Unit, case: CaseRecord, guide: Guide, materials: Handed) -> None:
        if not materials:
            return
        ids = [file_id for _, file_id in materials]
        found = await self._materials.attach(unit, case.resident_id, case.id, ids)
        faults = [
            FieldFault(f"materials.{code}", "media-not-taken")
            for code, file_id in materials
            if (paper := guide.material(code)) and _MEDIUM[found[file_id].media_type] not in paper.media
        ]
        if faults:
            raise AnswersInvalid(faults=faults)
        await sql.execute_many(
            "INSERT INTO case_materials (id, case_id, portal, region, code, file_id, file_name, media_type, size)"
            " VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)",
            [self._material_row(unit, case, code, found[file_id]) for code, file_id in materials],
        )

    def _material_row(self, unit: Unit, case: CaseRecord, code: str, info: FileInfo) -> tuple[Any, ...]:
        name = self._progress.vault.seal(info.name, FILE_NAME)
        return (new_id(), case.id, unit.portal, case.region, code, info.id, name, info.media_type, info.size)


def _frozen(who: Acting) -> dict[str, Any]:
    """Who began it for whom, under which delegation: as it was then, whatever becomes of the delegation."""
    mandate = who.mandate
    if mandate is None:
        return {}
    return {
        "on_behalf_of": mandate.delegation_id,
        "acting_id": mandate.delegate_id,
        "organisation_id": mandate.organisation_id,
    }


def _guide(item: Item, channel: str | None) -> Guide:
    """The item's guide; by herself only what is offered online, at a counter whatever is written down."""
    if item.guide is None or (not channel and "online" not in item.guide.channels):
        raise ItemNotOnline(name=item.name)
    return item.guide
