"""Cases from submission to delivery, on a real database."""

from __future__ import annotations

import json
from datetime import date

import pytest

from config.floor import sql
from config.floor.refusal import Refusal
from server.domain.cases.errors import (
    AnswersInvalid,
    CaseMissing,
    ChangedMeanwhile,
    CorrectionOverdue,
    DocumentMissing,
    NotYourTurn,
    SamePerson,
    WrongState,
)
from server.domain.cases.handling import CorrectionRequest
from server.domain.cases.numbers import grouped, parse_case_no
from server.domain.cases.workflow import Action, Outcome, Paper, Status
from server.domain.catalogue.errors import ItemUnknown
from server.domain.materials.errors import FileNotUsable
from server.domain.proving.errors import LoaNeeded
from tests.domain.cases.office import ANSWERS, ITEM, Office, count, desk

BOTH = [
    CorrectionRequest("field:site_address", "生产经营场所地址", "门牌号不对"),
    CorrectionRequest("material:site_proof", "生产经营场所使用证明", "看不清"),
]


async def test_from_correction_to_service(office: Office) -> None:
    resident = await office.resident()
    ref = await office.submit(resident)
    ref = await office.move(office.clerk, ref, Action.RECEIVE)
    ref = await office.move(office.handler, ref, Action.REQUEST_CORRECTION, corrections=BOTH)
    detail = await office.run(lambda unit: office.cases.detail(unit, resident.resident_id, ref.case_no))
    assert [line.target for line in detail.corrections] == [one.target for one in BOTH]
    assert detail.next.by == date(2026, 3, 23)
    assert [step.action for step in detail.steps] == [Action.RESUBMIT, Action.WITHDRAW]

    fresh = [("site_proof", await office.upload(resident, "新证明.pdf"))]
    corrected = {"site_address": "示范路 1 号 2 栋"}
    done = await office.run(lambda unit: office.cases.correct(unit, resident, ref.case_no, corrected, fresh))
    ref = await office.move(office.handler, done, Action.ACCEPT)
    ref = await office.move(office.handler, ref, Action.START)
    ref = await office.move(office.handler, ref, Action.PROPOSE, opinion="符合条件", outcome=Outcome.GRANT)
    with pytest.raises(SamePerson):
        await office.move(office.handler, ref, Action.APPROVE_PROPOSAL)
    ref = await office.move(office.second, ref, Action.APPROVE_PROPOSAL)
    ref = await office.move(office.clerk, ref, Action.SERVE)
    assert ref.status is Status.DELIVERED

    detail = await office.run(lambda unit: office.cases.detail(unit, resident.resident_id, ref.case_no))
    assert detail.case.outcome is Outcome.GRANT
    assert detail.decision == "符合条件"
    assert [paper.kind for paper in detail.documents] == [
        Paper.RECEIPT, Paper.CORRECTION, Paper.ACCEPTANCE, Paper.GRANT, Paper.SERVICE,
    ]  # fmt: skip
    assert all(paper.served_at for paper in detail.documents[:-1])
    assert detail.answers["site_address"] == "示范路 1 号 2 栋"
    assert sorted(line.file_name for line in detail.materials) == ["委托书.jpg", "新证明.pdf"]
    assert Action.PROPOSE.value not in [line.event for line in detail.timeline]
    assert office.post.events == [
        "case.submitted", "case.received", "case.correction", "case.resubmitted", "case.accepted", "case.decided",
        "case.served",
    ]  # fmt: skip
    assert office.post.posted[2][3]["due"].startswith("3月23日")

    graded = await office.run(lambda unit: office.cases.review(unit, resident, ref.case_no, 1, "很快"))
    assert graded.status is Status.DELIVERED
    with pytest.raises(WrongState):
        await office.run(lambda unit: office.cases.review(unit, resident, ref.case_no, 5, ""))
    written = await count(office.database, "SELECT count(*) FROM audit_entries WHERE subject_kind = 'case'")
    assert written == await count(office.database, "SELECT count(*) FROM case_timeline")


async def test_a_correction_must_answer_everything_and_come_in_time(office: Office) -> None:
    resident = await office.resident()
    ref = await office.move(office.handler, await office.submit(resident), Action.RECEIVE)
    ref = await office.move(office.handler, ref, Action.REQUEST_CORRECTION, corrections=BOTH)
    with pytest.raises(AnswersInvalid) as lacking:
        await office.run(lambda unit: office.cases.correct(unit, resident, ref.case_no, {"site_address": "x"}, []))
    assert [fault.field for fault in lacking.value.faults] == ["materials.site_proof"]
    await office.later(days=40)
    with pytest.raises(CorrectionOverdue):
        await office.run(lambda unit: office.cases.correct(unit, resident, ref.case_no, {}, []))
    returned = await office.run(office.cases.return_overdue)
    assert [one.status for one in returned] == [Status.RETURNED]
    assert await office.run(office.cases.return_overdue) == []
    assert office.post.events[-1] == "case.returned"


async def test_what_nobody_checked_in_five_days_is_flagged_and_nothing_else(office: Office) -> None:
    resident = await office.resident()
    ref = await office.submit(resident)
    assert await office.run(office.cases.flag_unchecked) == []
    await office.later(days=8)
    assert await office.run(office.cases.flag_unchecked) == [ref.case_no]
    assert await office.run(office.cases.flag_unchecked) == []
    detail = await office.run(lambda unit: office.cases.staff_detail(unit, office.handler, ref.case_no))
    assert detail.case.status is Status.SUBMITTED
    assert detail.light == "overdue"


async def test_form_faults_are_named_and_nothing_is_kept(office: Office) -> None:
    resident = await office.resident()
    with pytest.raises(AnswersInvalid) as found:
        await office.run(
            lambda unit: office.cases.submit(unit, resident, ITEM, {"machines": 0, "nonsense": 1}, [], draft=False)
        )
    fields = {fault.field for fault in found.value.faults}
    assert {"answers.machines", "answers.nonsense", "answers.company_name", "materials.site_proof"} <= fields
    assert await count(office.database, "SELECT count(*) FROM cases") == 0


async def test_who_may_apply_for_what(office: Office) -> None:
    known, unknown = await office.resident(), await office.resident("15400000012", verified=False)
    with pytest.raises(LoaNeeded):
        await office.run(lambda unit: office.cases.submit(unit, unknown, ITEM, ANSWERS, [], draft=False))
    with pytest.raises(ItemUnknown):
        await office.run(lambda unit: office.cases.submit(unit, known, "no-such-item", {}, [], draft=False))


async def test_a_file_serves_one_case_of_its_owner(office: Office) -> None:
    resident, stranger = await office.resident(), await office.resident("15400000012")
    papers = await office.papers(resident)

    async def apply(who: object = resident) -> object:
        return await office.run(
            lambda unit: office.cases.submit(unit, who, ITEM, ANSWERS, papers, draft=False)  # type: ignore[arg-type]
        )

    with pytest.raises(FileNotUsable):
        await apply(stranger)
    await apply()
    with pytest.raises(FileNotUsable):
        await apply()
    assert await count(office.database, "SELECT count(*) FROM cases") == 1
    assert await count(office.database, "SELECT count(*) FROM material_files WHERE state = 'stored'") == 2


async def test_a_draft_is_the_owners_alone_until_it_is_submitted(office: Office) -> None:
    resident = await office.resident()
    ref = await office.run(lambda unit: office.cases.submit(unit, resident, ITEM, {"machines": 2}, [], draft=True))
    assert ref.status is Status.DRAFT
    with pytest.raises(CaseMissing):
        await office.run(lambda unit: office.cases.staff_detail(unit, office.handler, ref.case_no))
    assert office.post.events == []
    papers = await office.papers(resident)
    answers = {key: value for key, value in ANSWERS.items() if key != "machines"}
    done = await office.run(lambda unit: office.cases.finish_draft(unit, resident, ref.case_no, answers, papers))
    assert done.status is Status.SUBMITTED
    detail = await office.run(lambda unit: office.cases.staff_detail(unit, office.handler, ref.case_no))
    assert detail.answers["machines"] == 2


async def test_nobody_elses_case_is_there(office: Office) -> None:
    resident, stranger = await office.resident(), await office.resident("15400000012")
    ref = await office.submit(resident)
    elsewhere, nowhere = desk("handler", department="区公安分局"), desk("handler", department="")
    received = await office.move(office.handler, ref, Action.RECEIVE)
    detail = await office.run(lambda unit: office.cases.detail(unit, resident.resident_id, ref.case_no))
    number = detail.documents[0].document_no
    cases = office.cases
    for refused in (
        lambda unit: cases.detail(unit, stranger.resident_id, ref.case_no),
        lambda unit: cases.withdraw(unit, stranger, ref.case_no, ""),
        lambda unit: cases.review(unit, stranger, ref.case_no, 1, ""),
        lambda unit: cases.document(unit, stranger.resident_id, ref.case_no, number),
        lambda unit: cases.staff_detail(unit, elsewhere, ref.case_no),
        lambda unit: cases.staff_detail(unit, nowhere, ref.case_no),
        lambda unit: cases.staff_case(unit, nowhere, ref.case_no),
        lambda unit: cases.transition(unit, elsewhere, ref.case_no, Action.ACCEPT, version=received.version),
    ):
        with pytest.raises(CaseMissing):
            await office.run(refused)
    with pytest.raises(CaseMissing):
        await office.run(lambda unit: cases.detail(unit, resident.resident_id, ref.case_no), portal="other")
    with pytest.raises(DocumentMissing):
        await office.run(lambda unit: cases.document(unit, resident.resident_id, ref.case_no, "DEMO-SJ-2026-999999"))
    with pytest.raises(NotYourTurn):
        await office.move(office.clerk, received, Action.ACCEPT)


async def test_a_stale_version_changes_nothing(office: Office) -> None:
    ref = await office.submit(await office.resident())
    await office.move(office.handler, ref, Action.RECEIVE)
    with pytest.raises(ChangedMeanwhile):
        await office.move(office.second, ref, Action.RECEIVE)
    assert await count(office.database, "SELECT count(*) FROM case_documents") == 1


async def test_documents_say_what_was_true_and_are_numbered_in_order(office: Office) -> None:
    resident = await office.resident()
    numbers = []
    for _ in range(3):
        ref = await office.move(office.handler, await office.submit(resident), Action.RECEIVE)
        detail = await office.run(lambda unit, no=ref.case_no: office.cases.detail(unit, resident.resident_id, no))  # type: ignore[misc]
        numbers.append(detail.documents[0].document_no)
    assert numbers == [f"DEMO-SJ-2026-{at:06d}" for at in (1, 2, 3)]
    ref = await office.move(office.handler, ref, Action.NOT_ACCEPT, opinion="不属于本机关职权范围")
    detail = await office.run(lambda unit: office.cases.detail(unit, resident.resident_id, ref.case_no))
    number = detail.documents[-1].document_no
    paper = await office.run(lambda unit: office.cases.document(unit, resident.resident_id, ref.case_no, number))
    assert (paper.applicant, paper.reason, paper.kind) == ("王秀兰", "不属于本机关职权范围", Paper.NOT_ACCEPTANCE)


async def test_a_special_procedure_is_not_counted(office: Office) -> None:
    resident = await office.resident()
    ref = await office.submit(resident)
    for action in (Action.RECEIVE, Action.ACCEPT, Action.START):
        ref = await office.move(office.handler, ref, action)
    before = await office.run(lambda unit: office.cases.detail(unit, resident.resident_id, ref.case_no))
    assert before.case.promised_due == date(2026, 3, 4)
    ref = await office.move(office.handler, ref, Action.SUSPEND, opinion="实地核查")
    await office.later(days=7)
    ref = await office.move(office.handler, ref, Action.RESUME)
    after = await office.run(lambda unit: office.cases.detail(unit, resident.resident_id, ref.case_no))
    assert after.case.promised_due == date(2026, 3, 11)
    assert (after.reading.paused_days, after.reading.used_days) == (5, 0)


async def test_the_queue_is_three_statements_and_masks_names(office: Office) -> None:
    resident = await office.resident()
    refs = [await office.submit(resident) for _ in range(3)]
    await office.move(office.handler, refs[0], Action.RECEIVE)
    page = await office.run(lambda unit: office.cases.queue(unit, office.handler, limit=2))
    assert [row.applicant_masked for row in page.rows] == ["王*兰", "王*兰"]
    assert sum(page.counts.values()) == 3
    rest = await office.run(lambda unit: office.cases.queue(unit, office.handler, limit=2, cursor=page.next_cursor))
    assert {row.case.case_no for row in [*page.rows, *rest.rows]} == {ref.case_no for ref in refs}
    assert rest.next_cursor is None
    mine = await office.run(lambda unit: office.cases.queue(unit, office.handler, view="mine"))
    assert [row.case.case_no for row in mine.rows] == [refs[0].case_no]
    shown = grouped(refs[1].case_no)
    found = await office.run(lambda unit: office.cases.queue(unit, office.handler, q=shown))
    assert [row.case.case_no for row in found.rows] == [refs[1].case_no]
    named = await office.run(lambda unit: office.cases.queue(unit, office.handler, q="印刷", status=Status.SUBMITTED))
    assert len(named.rows) == 2
    light = await office.run(lambda unit: office.cases.queue(unit, office.handler, light="red"))
    assert (light.rows, sum(light.counts.values())) == ([], 3)
    nothing = await office.run(lambda unit: office.cases.queue(unit, office.handler, q="%"))
    assert nothing.rows == []
    for cursor in ("x", "!!!", "MjAyNg", "é"):
        with pytest.raises(Refusal):
            await office.run(lambda unit, cursor=cursor: office.cases.queue(unit, office.handler, cursor=cursor))  # type: ignore[misc]


async def test_lists_and_counts(office: Office) -> None:
    resident = await office.resident()
    refs = [await office.submit(resident) for _ in range(22)]
    page = await office.run(lambda unit: office.cases.of_resident(unit, resident.resident_id))
    assert [row.case_no for row in page.cases] == [ref.case_no for ref in reversed(refs)][:20]
    rest = await office.run(lambda unit: office.cases.of_resident(unit, resident.resident_id, page.next_cursor))
    assert [row.case_no for row in rest.cases] == [refs[1].case_no, refs[0].case_no]
    withdrawn = await office.run(lambda unit: office.cases.withdraw(unit, resident, refs[0].case_no, "不办了"))
    assert withdrawn.status is Status.WITHDRAWN
    still = await office.run(lambda unit: office.cases.open_count(unit, resident.resident_id))
    assert len(still) == 20
    with pytest.raises(WrongState):
        await office.run(lambda unit: office.cases.withdraw(unit, resident, refs[0].case_no, ""))


async def test_nothing_personal_lies_open_in_the_tables(office: Office) -> None:
    resident = await office.resident()
    ref = await office.move(office.handler, await office.submit(resident), Action.RECEIVE)
    ref = await office.move(office.handler, ref, Action.REQUEST_CORRECTION, corrections=BOTH)
    tables = ("cases", "case_timeline", "case_documents", "case_corrections", "case_materials", "material_files")
    for table in tables:
        for row in await sql.rows(f"SELECT * FROM {table}"):
            text = json.dumps(
                {
                    key: bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value)
                    for key, value in row.items()
                },
                ensure_ascii=False,
            )
            for canary in ("示范印刷有限公司", "王秀兰", "门牌号不对", "委托书", "15400000001", "公司".encode().hex()):
                assert canary not in text
    assert all(b"%PDF" not in content for content in office.files.kept.values())


def test_case_numbers() -> None:
    assert parse_case_no("x" * 20) is None
    assert parse_case_no("٣" * 20) is None
