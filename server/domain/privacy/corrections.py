"""Something held about a resident that she says is wrong and cannot change herself: asked by her, answered by staff.

She may say which name she wants and put up to ``MOST_FILES`` pictures or PDFs beside it as evidence. A request is in
nobody's hands in particular: whoever opens the evidence gives a reason first, and every opening is an entry.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import FieldFault, Invalid, Missing
from config.floor.scope import Placed, Scope
from config.floor.unit import Actor, Unit
from config.floor.vault import Vault
from server.domain.audit.service import Audit
from server.domain.identifiers import mask_name
from server.domain.materials.service import FileInfo
from server.domain.privacy.errors import CorrectionAnswered, FullViewNeeded, TooManyCorrections
from server.domain.privacy.openings import Openings
from server.domain.privacy.ports import Notices
from server.domain.privacy.reading_page import CATEGORIES

State = Literal["open", "done", "refused"]
PAGE = 20
PLACED = Placed("correction_requests")
MOST_FILES = 5
NAMED = "identity"
"""The kind of data in which a name is asked for."""
_WAITING, _SHORTEST_NAME = 5, 2
_SAID, _ANSWER = "correction_requests.said", "correction_requests.answer"
_WANTED_NAME = "correction_requests.wanted_name"
_COLUMNS = (
    "id, resident_id, region, category, said_sealed, wanted_name_sealed, state, asked_at, answer_sealed, answered_at,"
    " answered_no"
)


class Evidence(Protocol):
    """Uploaded files that are given to a request."""

    async def attach_evidence(
        self, unit: Unit, resident_id: UUID, correction_id: UUID, ids: Sequence[UUID]
    ) -> dict[UUID, FileInfo]: ...

    async def evidence(self, unit: Unit, corrections: Collection[UUID]) -> Mapping[UUID, list[FileInfo]]: ...

    async def of_correction(self, unit: Unit, correction_id: UUID, file_id: UUID) -> FileInfo: ...


class Desk(Protocol):
    """A member of staff, as far as a file is opened by one."""

    @property
    def actor(self) -> Actor: ...

    @property
    def staff_id(self) -> UUID: ...

    @property
    def department(self) -> str: ...

    @property
    def scope(self) -> Scope: ...


@dataclass(frozen=True, slots=True)
class Correction:
    """One request and its answer. ``wanted_name``: the name she asks for, if that is what it is about."""

    id: UUID
    resident_id: UUID
    region: str
    category: str
    said: str
    wanted_name: str
    state: State
    asked_at: datetime
    answer: str
    answered_at: datetime | None
    answered_no: str
    files: Sequence[FileInfo] = ()

    @property
    def wanted_name_masked(self) -> str:
        return mask_name(self.wanted_name) if self.wanted_name else ""


class Corrections:
    """Texts are sealed; a list is two statements, whatever its length."""

    def __init__(self, vault: Vault, audit: Audit, notices: Notices, evidence: Evidence, openings: Openings) -> None:
        self._vault, self._audit, self._notices = vault, audit, notices
        self._evidence, self._openings = evidence, openings

    async def ask(
        self,
        unit: Unit,
        actor: Actor,
        resident_id: UUID,
        *,
        region: str,
        category: str,
        said: str,
        wanted_name: str = "",
        files: Sequence[UUID] = (),
    ) -> Correction:
        """Put it before staff, with its evidence or not at all: ``FileNotUsable`` if a file is not hers or was used.
        ``TooManyCorrections`` while too many of hers wait."""
        if category not in CATEGORIES:
            raise Invalid(faults=(FieldFault("category", "category-unknown"),))
        if wanted_name and (category != NAMED or len(wanted_name) < _SHORTEST_NAME):
            raise Invalid(faults=(FieldFault("wanted_name", "invalid"),))
        waiting = await sql.row(
            "SELECT count(*) AS n FROM correction_requests WHERE portal = $1 AND resident_id = $2 AND state = 'open'",
            unit.portal, resident_id,
        )  # fmt: skip
        if waiting is not None and int(waiting["n"]) >= _WAITING:
            raise TooManyCorrections(count=_WAITING)
        request_id = new_id()
        await sql.execute(
            "INSERT INTO correction_requests (id, portal, region, resident_id, category, said_sealed,"
            " wanted_name_sealed, state, asked_at, answered_no) VALUES ($1,$2,$3,$4,$5,$6,$7,'open',$8,'')",
            request_id, unit.portal, region, resident_id, category, self._vault.seal(said, _SAID),
            self._vault.seal(wanted_name, _WANTED_NAME) if wanted_name else None, unit.now,
        )  # fmt: skip
        await self._evidence.attach_evidence(unit, resident_id, request_id, files)
        await self._record(unit, actor, request_id, resident_id, region, "correction.ask", category, "open")
        return await self._one(unit, request_id)

    async def of_resident(self, unit: Unit, resident_id: UUID) -> list[Correction]:
        """Hers, newest first, at most a page."""
        rows = await sql.rows(
            f"SELECT {_COLUMNS} FROM correction_requests WHERE portal = $1 AND resident_id = $2"
            f" ORDER BY id DESC LIMIT {PAGE}",
            unit.portal, resident_id,
        )  # fmt: skip
        return await self._many(unit, rows)

    async def waiting(self, unit: Unit, scope: Scope, after: UUID | None = None) -> list[Correction]:
        """What waits for an answer within this scope, the oldest first; one more than a page says that there is
        more."""
        values: list[object] = [unit.portal, after or UUID(int=0)]
        within = scope.where(values, region="region")
        rows = await sql.rows(
            f"SELECT {_COLUMNS} FROM correction_requests WHERE portal = $1 AND state = 'open' AND id > $2 {within}"
            f" ORDER BY id LIMIT {PAGE + 1}",
            *values,
        )
        return await self._many(unit, rows)

    async def one(self, unit: Unit, scope: Scope, request_id: UUID) -> Correction:
        """One request within this scope; ``Missing`` for what lies outside."""
        values: list[object] = [request_id, unit.portal]
        within = scope.where(values, region="region")
        row = await sql.row(
            f"SELECT {_COLUMNS} FROM correction_requests WHERE id = $1 AND portal = $2 {within}", *values
        )
        if row is None:
            raise Missing()
        return (await self._many(unit, [row]))[0]

    async def open_file(self, unit: Unit, desk: Desk, request_id: UUID, file_id: UUID) -> FileInfo:
        """A file of a request within the desk's scope, for whoever has given a reason that stands; on record for her.
        ``FullViewNeeded`` for anybody else."""
        asked = await self.one(unit, desk.scope, request_id)
        standing = await self._openings.standing(unit, desk.staff_id, "correction", request_id)
        if standing is None:
            raise FullViewNeeded
        found = await self._evidence.of_correction(unit, request_id, file_id)
        await self._audit.record(
            unit, desk.actor, "correction.file", subject_kind="correction", subject=str(request_id),
            resident_id=asked.resident_id, region=asked.region, purpose=standing.reason, fields=(str(file_id),),
            place=desk.department[:128],
        )  # fmt: skip
        return found

    async def answer(
        self, unit: Unit, actor: Actor, scope: Scope, request_id: UUID, state: State, answer: str
    ) -> Correction:
        """Done, or refused with the reason; once. She is told. ``Missing`` for what lies outside the scope."""
        await self.one(unit, scope, request_id)
        answered = await sql.row(
            "UPDATE correction_requests SET state = $1, answer_sealed = $2, answered_at = $3, answered_by = $4,"
            " answered_no = $5 WHERE id = $6 AND portal = $7 AND state = 'open'"
            " RETURNING resident_id, region, category",
            state, self._vault.seal(answer, _ANSWER), unit.now, actor.id, actor.label, request_id, unit.portal,
        )  # fmt: skip
        if answered is None:
            await self._one(unit, request_id)
            raise CorrectionAnswered()
        resident_id = sql.uid(answered["resident_id"])
        await self._record(
            unit, actor, request_id, resident_id, answered["region"], "correction.answer", answered["category"], state
        )
        await self._notices.post(
            unit, recipient=resident_id, region=answered["region"], event="correction.answered", category="service",
            dedupe_key=f"correction:{request_id}", values={"state": state, "link": "/m/#/pages/privacy/privacy"},
            subject=f"correction:{request_id}",
        )  # fmt: skip
        return await self._one(unit, request_id)

    async def _one(self, unit: Unit, request_id: UUID) -> Correction:
        row = await sql.row(
            f"SELECT {_COLUMNS} FROM correction_requests WHERE id = $1 AND portal = $2", request_id, unit.portal
        )
        if row is None:
            raise Missing()
        return (await self._many(unit, [row]))[0]

    async def _many(self, unit: Unit, rows: Sequence[sql.Row]) -> list[Correction]:
        files = await self._evidence.evidence(unit, [sql.uid(row["id"]) for row in rows])
        return [self._read(row, files.get(sql.uid(row["id"]), [])) for row in rows]

    def _read(self, row: sql.Row, files: Sequence[FileInfo]) -> Correction:
        answer = self._vault.open(bytes(row["answer_sealed"]), _ANSWER) if row["answer_sealed"] else ""
        name = row["wanted_name_sealed"]
        wanted = self._vault.open(bytes(name), _WANTED_NAME) if name else ""
        return Correction(
            sql.uid(row["id"]), sql.uid(row["resident_id"]), row["region"], row["category"],
            self._vault.open(bytes(row["said_sealed"]), _SAID), wanted, row["state"], sql.instant(row["asked_at"]),
            answer, sql.instant_or_none(row["answered_at"]), row["answered_no"], files,
        )  # fmt: skip

    async def _record(
        self, unit: Unit, actor: Actor, request_id: UUID, resident_id: UUID, region: str, action: str, category: str,
        outcome: str,
    ) -> None:  # fmt: skip
        await self._audit.record(
            unit, actor, action, subject_kind="correction", subject=str(request_id), resident_id=resident_id,
            region=region, outcome=outcome, purpose=category,
        )  # fmt: skip
