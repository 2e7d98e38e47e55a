"""``make demo``: the main job told in the terminal against a running server, with its real answers."""

from __future__ import annotations

import asyncio
import base64
import re
import time
from typing import Any, TextIO

import aiohttp

from codes import dynamic
from server.demo.browser import Refused, Visitor
from server.demo.cast import Person, read_cast
from server.demo.papers import sample_pdf
from server.demo.teller import Teller, moment, told
from server.domain.cases.workflow import OPEN

ITEM = "printing-licence"
_OTP = re.compile(r"\b\d{6}\b")
_SCENE = "03"
_PATIENCE = 120
_OPEN = {status.value for status in OPEN}


async def tell(url: str, out: TextIO, password: str) -> int:
    """Run the main job once; ``password`` is the demo staff's. 0 if every step went as promised.

    It may be told again at once, and on a city where it was told before.
    """
    cast = await asyncio.to_thread(read_cast)

    async def steps(teller: Teller) -> None:
        async with Visitor(url) as phone, Visitor(url) as first, Visitor(url) as second, Visitor(url) as counter:
            person = cast.person("mother")
            await _signs_in(teller, phone, person)
            item = await _finds(teller, phone)
            case_no = await _applies(teller, phone, person, item)
            await _staff_enter(teller, first, second, counter, password)
            stream = await phone.listen("/api/v1/stream")
            try:
                await _decided(teller, phone, first, second, case_no, item, stream)
            finally:
                stream.close()
            await _told(teller, phone)
            await _shows_the_code(teller, phone, counter)

    return await told(url, out, "demo", steps)


async def _signs_in(teller: Teller, phone: Visitor, person: Person) -> None:
    teller.step("王秀兰用手机号和短信验证码登录", "She signs in with her phone and an SMS code.")
    me = await _by_sms(teller, phone, person)
    teller.show("LoA", me["loa"])
    teller.step("用姓名和身份证号核验身份", "Name and ID number are checked against the register.")
    if me["loa"] >= 3:
        teller.hint("她以前已经核验过，LoA 是 3，不用再核验", "She was verified before: her LoA is 3, so nothing to do")
        teller.show("已核验", f"{me['name_masked']} {me['id_number_masked']}")
        return
    claim = {"method": "name_and_id", "name": person.name, "id_number": person.id_number}
    done = await phone.ask("POST", "/api/v1/me/verifications", claim)
    phone.headers["Authorization"] = f"Bearer {done['token']}"
    teller.show("LoA", f"{done['loa']}  {done['resident']['name_masked']} {done['resident']['id_number_masked']}")


async def _by_sms(teller: Teller, phone: Visitor, person: Person) -> dict[str, Any]:
    """A session by SMS code; where the hour's codes are used up, by the tour's one tap. Who she is."""
    while True:
        known = await _messages(phone, person)
        try:
            await phone.ask("POST", "/api/v1/otp", {"phone": person.phone})
            break
        except Refused as refused:
            if not refused.retry_after:
                raise
            teller.no(refused)
            if refused.retry_after > _PATIENCE:
                return await _by_one_tap(teller, phone, person)
            await teller.wait(refused.retry_after)
    sms = await _new_sms(phone, person, known[0] if known else None)
    teller.show("SMS", sms)
    body = {"method": "sms", "phone": person.phone, "otp": _OTP.findall(sms)[0], "device": "demo story"}
    opened = await phone.ask("POST", "/api/v1/sessions", body)
    phone.headers["Authorization"] = f"Bearer {opened['token']}"
    me: dict[str, Any] = opened["resident"]
    return me


async def _by_one_tap(teller: Teller, phone: Visitor, person: Person) -> dict[str, Any]:
    teller.hint(
        "这个号码这段时间的验证码用完了，改用演示导览的一键登录（不发短信）",
        "This number has used up its codes for now: she enters by the tour's one tap, without an SMS",
    )
    opened = await phone.ask("POST", "/tour/api/v1/sign-in", {"cast_id": person.key})
    phone.headers["Authorization"] = f"Bearer {opened['token']}"
    me: dict[str, Any] = await phone.ask("GET", "/api/v1/me")
    return me


async def _messages(phone: Visitor, person: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await phone.ask("GET", f"/dev/outbox?to={person.phone}"))["messages"]
    return found


async def _new_sms(phone: Visitor, person: Person, newest: dict[str, Any] | None) -> str:
    """The text with a code that came after ``newest``; it is sent by the dispatcher, a moment later."""
    async with asyncio.timeout(10):
        while True:
            for message in await _messages(phone, person):
                if message == newest:
                    break
                if _OTP.search(message["text"]):
                    return str(message["text"])
            await asyncio.sleep(0.1)


async def _finds(teller: Teller, phone: Visitor) -> dict[str, Any]:
    teller.step("搜“印刷”，打开办事指南", "She searches for 印刷 and opens the guide.")
    found = await phone.ask("GET", "/api/v1/items?q=%E5%8D%B0%E5%88%B7&limit=3")
    for one in found["items"]:
        teller.show(one["guide"], f"{one['name']}（{one['department']}）")
    item: dict[str, Any] = await phone.ask("GET", f"/api/v1/items/{ITEM}")
    teller.show("时限", f"法定 {item['legal_limit']['label']} · 承诺 {item['promised_limit']['label']}")
    return item


async def _applies(teller: Teller, phone: Visitor, person: Person, item: dict[str, Any]) -> str:
    teller.step("填表、上传材料、提交", "She fills in the form, uploads the papers and submits.")
    mine = (await phone.ask("GET", "/api/v1/cases"))["cases"]
    if same := [one for one in mine if one["item_code"] == ITEM and one["status"] in _OPEN]:
        teller.hint(
            f"她这个事项还有 {len(same)} 件没办完，这次另外再申请一件",
            f"{len(same)} of hers for this service still open; this is another application",
        )
    papers = [paper for paper in item["materials"] if paper["required"]]
    handed = [
        {"code": paper["code"], "file_id": await _upload(phone, number)} for number, paper in enumerate(papers, 1)
    ]
    body = {"item": ITEM, "answers": _answers(item, person), "materials": handed}
    done = await phone.ask("POST", "/api/v1/cases", body, key=f"story-{time.time_ns()}")
    teller.show("办件编号", f"{done['case_no']}  {done['status']}")
    return str(done["case_no"])


async def _upload(phone: Visitor, number: int) -> str:
    form = aiohttp.FormData()
    form.add_field("file", sample_pdf(f"Paper {number}"), filename=f"材料{number}.pdf", content_type="application/pdf")
    return str((await phone.ask("POST", "/api/v1/files", form=form))["file_id"])


def _answers(item: dict[str, Any], person: Person) -> dict[str, Any]:
    """What the main job's form asks, from the form itself."""
    answers: dict[str, Any] = {}
    for asked in (one for section in item["form"] for one in section["fields"]):
        condition = asked["show_if"]
        if asked["required"] and (condition is None or answers.get(condition["field"]) == condition["equals"]):
            answers[asked["code"]] = _answer(asked, person)
    return answers


def _answer(asked: dict[str, Any], person: Person) -> Any:
    known = {"credit_code": "91511602MA00000000", "company_name": "示范市新印坊印刷有限公司", "agent_name": person.name}
    match asked["kind"]:
        case "number":
            return asked["minimum"] or 1
        case "date":
            return (
                asked["minimum"] if isinstance(asked["minimum"], str) and asked["minimum"][:1] == "2" else "2026-12-01"
            )
        case "choice":
            return asked["options"][0]["value"]
        case "choices":
            return [asked["options"][0]["value"]]
        case "checkbox":
            return True
        case "phone":
            return person.phone
        case _:
            return known.get(asked["code"], "示范市中心街 6 号")


async def _staff_enter(teller: Teller, first: Visitor, second: Visitor, counter: Visitor, password: str) -> None:
    teller.step("两位审批人员和 3 号窗口登录", "Two handlers and the clerk at counter 3 sign in.")
    for visitor, door, staff_no in (
        (first, "console", "H2001"),
        (second, "console", "H2002"),
        (counter, "counter", "C1003"),
    ):
        opened = await visitor.enter_as_staff(door, staff_no, password)
        teller.show(staff_no, f"{opened['staff']['name']} {', '.join(opened['staff']['roles'])}")


async def _decided(
    teller: Teller, phone: Visitor, first: Visitor, second: Visitor, case_no: str, item: dict[str, Any],
    stream: aiohttp.ClientResponse,
) -> None:  # fmt: skip
    paper = next(one for one in item["materials"] if one["required"])
    asked = [{"target": f"material:{paper['code']}", "reason": "第 2 页没有盖章，请补盖后重新上传。"}]
    teller.step("收件，一次告知补正，她当场在手机上看到", "Received; one correction notice; she sees it live.")
    await _act(teller, first, case_no, "receive")
    await _act(teller, first, case_no, "request_correction", corrections=asked)
    teller.show("live", await _live(stream, "correction"))
    teller.step("补正后受理，开始计时", "Corrected, accepted: the clock runs.")
    fixed = [{"code": paper["code"], "file_id": await _upload(phone, 99)}]
    await phone.ask("POST", f"/api/v1/cases/{case_no}/corrections", {"answers": {}, "materials": fixed})
    await _act(teller, first, case_no, "accept")
    await _act(teller, first, case_no, "start")
    clock = (await phone.ask("GET", f"/api/v1/cases/{case_no}"))["clock"]
    promised, legal = (
        f"{clock[f'{name}_due']}{'（暂定）' if clock[f'{name}_provisional'] else ''}" for name in ("promised", "legal")
    )
    teller.show("承诺", f"{promised}  法定 {legal}")
    teller.step("一人提出意见，另一人决定，送达", "One proposes, another decides; the result is served.")
    await _act(teller, first, case_no, "propose", opinion="材料齐全，符合法定条件，拟准予。", outcome="grant")
    try:
        await _act(teller, first, case_no, "approve_proposal")
    except Refused as refused:
        teller.no(refused)
    await _act(teller, second, case_no, "approve_proposal")
    await _act(teller, first, case_no, "serve")
    seen = await phone.ask("GET", f"/api/v1/cases/{case_no}")
    for document in seen["documents"]:
        teller.show("文书", f"{document['document_no']}  {document['title']}")


async def _act(teller: Teller, desk: Visitor, case_no: str, action: str, **more: Any) -> None:
    seen = await desk.ask("GET", f"/console/api/v1/cases/{case_no}")
    body = {"action": action, "version": seen["version"], **more}
    done = await desk.ask("POST", f"/console/api/v1/cases/{case_no}/transitions", body)
    teller.show(action, done["status"])


async def _live(stream: aiohttp.ClientResponse, status: str) -> str:
    """The event that tells the open page of this status."""
    async with asyncio.timeout(5):
        while line := await stream.content.readline():
            text = line.decode("utf-8").strip()
            if text.startswith("data:") and f'"status":"{status}"' in text.replace(" ", ""):
                return text.removeprefix("data:").strip()
    return ""


async def _told(teller: Teller, phone: Visitor) -> None:
    teller.step("每一步都有消息", "Every step reached her inbox.")
    for notice in (await phone.ask("GET", "/api/v1/notices"))["notices"][:4]:
        teller.show(notice["title"], notice["body"])


async def _shows_the_code(teller: Teller, phone: Visitor, counter: Visitor) -> None:
    teller.step("手机自己算出一码，窗口扫", "Her phone derives the code; the counter scans it.")
    issued = await phone.ask("POST", "/api/v1/code-keys", {"device": "demo story"})
    key = base64.urlsafe_b64decode(issued["key"] + "=" * (-len(issued["key"]) % 4))
    text = dynamic.compose(key, issued["handle"], dynamic.step_of(time.time()), _SCENE)
    teller.show("一码", " ".join(text[at : at + 4] for at in range(0, len(text), 4)))
    scan = {"text": text, "purpose": "apply_here"}
    seen = await counter.ask("POST", "/counter/api/v1/scans", scan, key=f"story-{time.time_ns()}")
    teller.step("同一张码再扫一次", "The same code a second time.")
    try:
        await counter.ask("POST", "/counter/api/v1/scans", scan, key=f"story-again-{time.time_ns()}")
    except Refused as refused:
        teller.no(refused)
    teller.step("谁看过我", "Who looked at me.")
    for visit in (await phone.ask("GET", "/api/v1/visits"))["visits"][:2]:
        who = f"{visit['place']} {visit['counter']}"
        teller.show(moment(visit["at"]), f"{who} {visit['purpose_label']} {visit['outcome_label']}")
    teller.step("窗口看到的", "What the counter saw.")
    holder = seen["holder"]
    teller.show("✓ 有效", f"{holder['name_masked']}  {holder['proof_label']}")
    for shown in holder["fields"]:
        teller.show(shown["label"], f"{shown['value']}  （{shown['reason']}）")
    for case in holder["open_cases"]:
        teller.show("在办", f"{case['case_no']} {case['item_name']} {case['status_label']}")
