"""The one code over HTTP: a phone, a counter, and both their views of one look."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.domain.cases.office import ANSWERS, ITEM
from tests.domain.materials.samples import jpeg, pdf
from tests.journeys.people import Counter, Phone
from tests.journeys.town import PASSWORD, Town

SCANS = "/counter/api/v1/scans"


async def test_a_look_with_consent_from_end_to_end(server: Town) -> None:
    phone, counter = await server.resident(), await server.counter()
    offered = await counter.must("GET", "/counter/api/v1/purposes")
    assert [one["code"] for one in offered["purposes"]][:2] == ["apply_here", "hall_queue"]
    answer = await counter.scan(await phone.code("03", at=server.now()), "apply_here")
    assert answer.status == 200, answer
    seen = answer.body
    assert (seen["outcome"], seen["scene_label"]) == ("accepted", "办事")
    assert seen["holder"]["proof_label"] == "实名已核验，未刷脸"
    assert "*" in seen["holder"]["name_masked"]
    assert [one["code"] for one in seen["consent"]["fields"]] == ["name", "id_number", "phone", "portrait"]
    (mine,) = (await phone.must("GET", "/api/v1/visits"))["visits"]
    assert (mine["counter"], mine["purpose_label"], mine["consent"]["state"]) == ("3 号窗口", "办事", "pending")
    said = await phone.must("POST", f"/api/v1/visits/{mine['id']}/consent", {"allow": True, "fields": ["phone"]})
    assert said["consent"]["state"] == "allowed"
    after = await counter.must("GET", f"/counter/api/v1/visits/{seen['visit_id']}")
    shown = {one["code"]: one["value"] for one in after["holder"]["fields"]}
    assert shown["phone"] == phone.number
    assert "id_number" not in shown
    assert await counter.must("GET", "/counter/api/v1/today") == {"scanned": 1, "refused": 0}


async def _steps(server: Town, counter: Counter, phone: Phone) -> list[tuple[str, str, bool]]:
    phone.forget_key()
    seen = await counter.scan(await phone.code("03", at=server.now()), "apply_here")
    assert seen.status == 200, seen
    return [(one["label"], one["detail"], one["href"] is not None) for one in seen.body["next_steps"]]


async def test_the_clerk_is_told_what_can_be_done_next(server: Town) -> None:
    phone, unproved = await server.resident(), await server.resident(1, loa=2)
    own, other = await server.counter("C1"), Counter(server.origin, "C2", PASSWORD)
    await server.hire("C2", ["clerk"], counter="5 号窗口", department="大厅")
    await (await server.invite(other)).sign_in()
    ((label, detail, _),) = await _steps(server, own, unproved)
    assert (label, "实名认证" in detail) == ("受理", True)
    ((label, detail, _),) = await _steps(server, own, phone)
    assert (label, "在这里帮居民填写" in detail) == ("受理", True)

    case_no = await _applied(phone)
    carried, accept = await _steps(server, own, phone)
    number = " ".join(case_no[at : at + 4] for at in range(0, 20, 4))
    assert (carried[0], carried[2], accept[0]) == ("续办", True, "受理")
    assert carried[1].endswith(f" · {number} · 等部门收件")
    assert [one[2] for one in await _steps(server, other, phone)] == [False, False]

    first, second = await server.desk("H1", "handler"), await server.desk("H2", "handler")
    for action in ("receive", "accept", "start"):
        await first.act(case_no, action)
    await first.act(case_no, "propose", outcome="grant", opinion="符合条件")
    await second.act(case_no, "approve_proposal")
    assert [one[0] for one in await _steps(server, other, phone)] == ["续办", "出件", "受理", "评价"]


async def _applied(phone: Phone) -> str:
    papers = [
        {"code": "site_proof", "file_id": await phone.upload(pdf(), "证明.pdf", "application/pdf")},
        {"code": "authorisation", "file_id": await phone.upload(jpeg(), "委托书.jpg", "image/jpeg")},
    ]
    body = {"item": ITEM, "answers": ANSWERS, "materials": papers}
    return str((await phone.must("POST", "/api/v1/cases", body, status=201))["case_no"])


async def test_a_used_code_says_when_and_where(server: Town) -> None:
    phone = await server.resident()
    first, second = await server.counter("C1", "3 号窗口"), await server.counter("C2", "5 号窗口")
    text = await phone.code("00", at=server.now())
    await first.scan(text, "apply_here")
    problem = await second.refused("POST", SCANS, {"text": text, "purpose": "apply_here"}, code="code-used")
    assert problem["counter"] == "3 号窗口"
    assert "已由 3 号窗口用过" in problem["detail"]
    assert [one["outcome"] for one in (await phone.must("GET", "/api/v1/visits"))["visits"]] == [
        "code-used",
        "accepted",
    ]


async def test_the_same_key_gets_the_first_answer_again_and_another_key_is_a_second_look(server: Town) -> None:
    phone, counter = await server.resident(), await server.counter()
    text = await phone.code("00", at=server.now())
    first = await counter.scan(text, "apply_here", key="k1")
    again = await counter.scan(text, "apply_here", key="k1")
    assert (first.status, again.body) == (200, first.body)
    assert (await counter.scan(text, "apply_here", key="k2")).body["code"] == "code-used"


@pytest.mark.parametrize(
    ("text", "words"),
    [("134567890123456789", "微信付款码"), ("https://example.org", "网址"), ("?", "不是一码通发出的")],
)
async def test_a_foreign_code_is_named_to_the_clerk(server: Town, text: str, words: str) -> None:
    counter = await server.counter()
    problem = await counter.refused("POST", SCANS, {"text": text, "purpose": "apply_here"}, code="code-malformed")
    assert words in problem["detail"]


async def test_a_wrong_purpose_says_what_the_holder_chose(server: Town) -> None:
    phone, counter = await server.resident(), await server.counter()
    body = {"text": await phone.code("04", at=server.now()), "purpose": "apply_here"}
    problem = await counter.refused("POST", SCANS, body, code="purpose-not-allowed")
    assert "“就医”" in problem["detail"]
    unknown = await counter.refused("POST", SCANS, {**body, "purpose": "nothing"}, code="purpose-not-allowed")
    assert "没有这个用途" in unknown["detail"]


async def test_a_front_that_cannot_derive_gets_a_picture_and_a_fresh_one_after_use(server: Town) -> None:
    server.clock.set(datetime.now(UTC))  # the next step would show the same handle again, rightly
    phone, counter = await server.resident(), await server.counter()
    shown = await phone.must("GET", "/api/v1/code?scene=03")
    assert shown["svg"].startswith("<svg")
    assert (await counter.scan(shown["text"], "apply_here")).status == 200
    fresh = await phone.must("GET", "/api/v1/code?scene=03")
    assert fresh["text"][6:18] != shown["text"][6:18]
    assert (await counter.scan(fresh["text"], "apply_here")).status == 200
    await phone.refused("GET", "/api/v1/code?scene=77", code="invalid-input")


async def test_signing_out_ends_the_code(server: Town) -> None:
    phone, counter = await server.resident(), await server.counter()
    text = await phone.code("03", at=server.now())
    await phone.must("DELETE", "/api/v1/sessions/current", status=204)
    await counter.refused("POST", SCANS, {"text": text, "purpose": "apply_here"}, code="code-revoked")


async def test_a_code_is_over_after_its_window(server: Town) -> None:
    phone, counter = await server.resident(), await server.counter()
    text = await phone.code("03", at=server.now())
    server.clock.advance(timedelta(seconds=120))
    await counter.refused("POST", SCANS, {"text": text, "purpose": "apply_here"}, code="code-expired")


async def test_another_counter_may_not_open_the_visit(server: Town) -> None:
    phone = await server.resident()
    first, second = await server.counter("C1"), await server.counter("C2", "5 号窗口")
    seen = (await first.scan(await phone.code("03", at=server.now()), "apply_here")).body
    await second.refused("GET", f"/counter/api/v1/visits/{seen['visit_id']}", code="not-found")
    await second.refused("GET", "/counter/api/v1/visits/nonsense", code="not-found")


async def test_a_guessing_terminal_is_told_to_wait(server: Town) -> None:
    counter = await server.counter()
    for _ in range(10):
        await counter.refused("POST", SCANS, {"text": "9" * 34, "purpose": "apply_here"}, code="code-malformed")
    await counter.refused("POST", SCANS, {"text": "9" * 34, "purpose": "apply_here"}, code="too-many")
