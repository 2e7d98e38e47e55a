"""The public door of cases."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from uuid import UUID

from config.floor.refusal import Refusal
from config.floor.unit import Unit
from config.floor.vault import Vault
from config.wording import Wording
from server.domain.audit.service import Audit
from server.domain.cases import documents, hands, records
from server.domain.cases.clock import Calendar
from server.domain.cases.documents import Document
from server.domain.cases.errors import CaseMissing
from server.domain.cases.handling import CorrectionRequest, Handling
from server.domain.cases.hands import HANDLING, Access
from server.domain.cases.looks import Looks
from server.domain.cases.ports import Acting, Applicants, Desk, Mandates, Notices, Openings
from server.domain.cases.progress import CaseOptions, CaseRef, Progress
from server.domain.cases.reading import Reading
from server.domain.cases.submission import Catalogue, Submission, applicant
from server.domain.cases.views import CaseDetail, CasePage, CaseSummary, QueuePage
from server.domain.materials.service import FileInfo, Materials
from server.domain.sessions.mandate import Mandate


class Cases:
    """Applications from submission to delivery.

    ``submit finish_draft correct withdraw review`` are the applicant's; ``transition`` is the desk's;
    ``return_overdue flag_unchecked recount`` are time's; the rest reads.
    """

    def __init__(
        self,
        *,
        vault: Vault,
        audit: Audit,
        notify: Notices,
        residents: Applicants,
        catalogue: Catalogue,
        calendar: Calendar,
        materials: Materials,
        wording: Wording,
        mandates: Mandates,
        openings: Openings,
        options: CaseOptions | None = None,
        year_shift: int = 0,
    ) -> None:
        self._progress = Progress(
            vault=vault,
            audit=audit,
            notices=notify,
            applicants=residents,
            calendar=calendar,
            wording=wording,
            options=options or CaseOptions(),
            mandates=mandates,
            items=catalogue,
        )
        self._catalogue = catalogue
        self._materials = materials
        self._openings = openings
        self.looks = Looks()
        submission = Submission(self._progress, catalogue, materials, year_shift=year_shift)
        self._handling = Handling(self._progress)
        reading = Reading(self._progress)

        self.submit = submission.submit
        self.finish_draft = submission.finish_draft
        self.correct = submission.correct
        self.withdraw = submission.withdraw
        self.review = submission.review
        self.transition = self._handling.transition
        self.hand_over = self._handling.hand_over
        self.return_overdue = self._handling.return_overdue
        self.flag_unchecked = self._handling.flag_unchecked
        self.recount = self._handling.recount
        self.of_resident = reading.of_resident
        self.detail = reading.detail
        self.staff_detail = reading.staff_detail
        self.queue = reading.queue
        self.open_count = reading.open_count
        self.held = reading.held
        self.granted = reading.granted
        self.applied = reading.applied

    async def sweep_overdue(self, unit: Unit) -> int:
        """What time does to this portal's cases, a batch of each; how many changed."""
        returned = await self.return_overdue(unit)
        flagged = await self.flag_unchecked(unit)
        return len(returned) + len(flagged)

    async def document(
        self, unit: Unit, resident_id: UUID, case_no: str, document_no: str, mandate: Mandate | None = None
    ) -> Document:
        """A document of the resident's own case; beyond a mandate it is not there."""
        case = await records.of_resident(unit, resident_id, case_no)
        records.must_allow(mandate, case)
        return await documents.read(self._progress.vault, case, document_no)

    async def staff_document(self, unit: Unit, desk: Desk, case_no: str, document_no: str) -> Document:
        """A document of a case within the desk's scope, for whoever has it in hand or has given a reason; the look is
        recorded, as it names the applicant. ``FullViewNeeded`` for anybody else."""
        case = await records.of_staff(unit, case_no, desk.scope)
        opened = await hands.must_be_open(unit, self._openings, desk, case)
        found = await documents.read(self._progress.vault, case, document_no)
        await self._looked(unit, desk, case, "case.document", document_no, opened.purpose)
        return found

    async def access(self, unit: Unit, desk: Desk, case: records.CaseRecord) -> Access:
        """Whether this employee may open the case's files and papers now, and by what."""
        return await hands.access(unit, self._openings, desk, case)

    async def staff_case(self, unit: Unit, desk: Desk, case_no: str) -> records.CaseRecord:
        """The bare case, in the desk's department."""
        return await records.of_staff(unit, case_no, desk.scope)

    async def record_look(self, unit: Unit, desk: Desk, case: records.CaseRecord) -> None:
        """Write down, where the applicant can see it, that this person read the case."""
        await self._looked(unit, desk, case, "case.look", "answers")

    async def record_read_for(self, unit: Unit, who: Acting, case: records.CaseRecord) -> None:
        """Write down, where the applicant can see it, that somebody who acts for them read the case."""
        await self._progress.audit.record(
            unit, applicant(who), "case.read_for", subject_kind="case", subject=str(case.id),
            resident_id=case.resident_id, region=case.region, fields=("answers",),
        )  # fmt: skip

    async def staff_file(self, unit: Unit, desk: Desk, case_no: str, file_id: UUID) -> FileInfo:
        """A file of a case within the desk's scope, superseded ones too, as with its documents; the look is
        recorded."""
        case = await records.of_staff(unit, case_no, desk.scope)
        opened = await hands.must_be_open(unit, self._openings, desk, case)
        info = await self._materials.of_case(unit, case.id, file_id)
        await self._looked(unit, desk, case, "case.file", str(file_id), opened.purpose)
        return info

    async def named(self, unit: Unit, resident_id: UUID, ids: Collection[UUID]) -> dict[UUID, tuple[str, str]]:
        """Case number and item of the applicant's own cases, by their ids and one statement."""
        return await records.named(unit, resident_id, ids)

    async def papers_named(self, unit: Unit, files: Collection[UUID], language: str) -> dict[UUID, str]:
        """What these files were handed in as, in the words of the form that the applicant filled in; who asks has
        shown that they may read about them. Of an item that is not named outside the inbox a material would say as
        much as the item itself: it has no name here, and neither has what is not kept any more. One statement, and
        one for each form."""
        found = await records.handed_in(unit, files)
        named: dict[UUID, str] = {}
        for code, version in sorted({(one.item_code, one.item_version) for one in found.values()}):
            guide = None
            with contextlib.suppress(Refusal):  # a version that is not kept any more names nothing
                guide = (await self._catalogue.version(unit, code, version)).guide
            if guide is None or guide.sensitive:
                continue
            words = {paper.code: guide.word(paper.name, language) for paper in guide.materials}
            named |= {
                file: words[one.material]
                for file, one in found.items()
                if (one.item_code, one.item_version) == (code, version) and one.material in words
            }
        return named

    async def item_of(self, unit: Unit, resident_id: UUID, case_no: str) -> str | None:
        """Of which item the applicant's own case is; None where it is not theirs."""
        try:
            return (await records.of_resident(unit, resident_id, case_no)).item_code
        except CaseMissing:
            return None

    async def applicant_masked(self, unit: Unit, case: records.CaseRecord) -> str:
        """The applicant's masked name."""
        return (await self._progress.applicants.masked(unit, [case.resident_id])).get(case.resident_id, "")

    async def _looked(
        self, unit: Unit, desk: Desk, case: records.CaseRecord, action: str, seen: str, purpose: str = HANDLING
    ) -> None:
        actor = records.staff_actor(desk.staff_id, desk.staff_no)
        await self._progress.audit.record(
            unit, actor, action, subject_kind="case", subject=str(case.id), resident_id=case.resident_id,
            region=case.region, purpose=purpose, fields=(seen,), place=desk.department[:128],
        )  # fmt: skip


__all__ = [
    "CaseDetail", "CaseOptions", "CasePage", "CaseRef", "CaseSummary", "Cases", "CorrectionRequest", "QueuePage",
]  # fmt: skip
