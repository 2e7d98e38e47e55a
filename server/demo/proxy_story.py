"""``make demo-proxy``: a daughter acts for her father, who has no phone, told in the terminal against a running server.
The counter's record, the second clerk's word, his case, his code, his paper, the notices, and the end of it."""

from __future__ import annotations

import asyncio
import base64
import time
from datetime import datetime, timedelta
from typing import Any, TextIO

import aiohttp

from codes import dynamic
from config.floor.unit import LEGAL_ZONE, legal_day
from server.demo.browser import Refused, Visitor
from server.demo.cast import Person, read_cast
from server.demo.papers import sample_pdf, sample_png
from server.demo.teller import Teller, told

_CLERK, _SECOND = "C1003", "D4001"
_ITEM = "elder-allowance"
_RECORD = "/counter/api/v1/delegations"
_FOR = "X-Yima-On-Behalf-Of"
_WHOLE = "全部事项"


async def tell_proxy(url: str, out: TextIO, password: str) -> int:
    """Tell it once; 0 if every step went as promised. It may be told again at once."""
    cast = await asyncio.to_thread(read_cast)
    daughter, father = cast.person("mother"), cast.person("father")

    async def steps(teller: Teller) -> None:
        async with Visitor(url) as phone, Visitor(url) as counter, Visitor(url) as second:
            await _enter(teller, phone, counter, daughter, password)
            delegation = await _recorded(teller, counter, daughter, father)
            await _confirmed(teller, second, delegation, password)
            phone.headers[_FOR] = delegation
            await _applies(teller, phone, father)
            later = await _shows_his_code(teller, phone, counter)
            paper = await _prints(teller, phone, counter)
            await _never(teller, phone)
            del phone.headers[_FOR]
            await _told(teller, phone, delegation)
            await _ended(teller, counter, father, delegation)
            await _refused(teller, counter, later, paper)

    return await told(url, out, "demo-proxy", steps)


async def _enter(teller: Teller, phone: Visitor, counter: Visitor, daughter: Person, password: str) -> None:
    teller.step("王秀兰登录；3 号窗口开班", "She signs in; counter 3 begins its shift on a registered device.")
    opened = await phone.ask("POST", "/tour/api/v1/sign-in", {"cast_id": daughter.key})
    phone.headers["Authorization"] = f"Bearer {opened['token']}"
    me = await phone.ask("GET", "/api/v1/me")
    if me["loa"] < 3:
        claim = {"method": "name_and_id", "name": daughter.name, "id_number": daughter.id_number}
        done = await phone.ask("POST", "/api/v1/me/verifications", claim)
        phone.headers["Authorization"] = f"Bearer {done['token']}"
    shift = await counter.enter_as_staff("counter", _CLERK, password)
    teller.show("窗口", f"{shift['terminal']['hall']} {shift['terminal']['counter']} · {shift['staff']['staff_no']}")


async def _recorded(teller: Teller, counter: Visitor, daughter: Person, father: Person) -> str:
    """The record; what an earlier telling has left behind is taken back first."""
    teller.step(
        "父亲没有手机：带着两人的身份证到窗口，工作人员记下授权",
        "Her father has no phone: both cards in hand, the clerk records the delegation.",
    )
    await _take_back_the_earlier(counter, father)
    today = legal_day(datetime.now(LEGAL_ZONE))
    body = {
        "kind": "relative", "relation": "father", "principal": _card(father), "card_in_hand": True,
        "helper": {"card": _card(daughter)}, "last_day": (today + timedelta(days=365)).isoformat(),
        "scope": {"all_items": True, "purposes": ["apply_here", "hall_queue"]},
    }  # fmt: skip
    made = await counter.ask("POST", _RECORD, body, key=f"proxy-{time.time_ns()}")
    teller.show(made["pair"], f"{made['kind_label']} · {made['scope_text']} · 到 {made['last_day']}")
    teller.show("状态", f"{made['state_label']}（{made['recorded_no']} 记录）")
    return str(made["id"])


async def _take_back_the_earlier(counter: Visitor, father: Person) -> None:
    card = {**_card(father), "card_in_hand": True}
    try:
        found = (await counter.ask("POST", f"{_RECORD}/lookups", card))["delegations"]
    except Refused as refused:
        if refused.code != "resident-not-found":  # nobody has seen his card here yet
            raise
        return
    for one in found:
        if one["scope_text"].startswith(_WHOLE):
            await counter.ask("POST", f"{_RECORD}/{one['id']}/withdrawal", card, key=f"earlier-{time.time_ns()}")


async def _confirmed(teller: Teller, second: Visitor, delegation: str, password: str) -> None:
    teller.step(
        "另一位同事核对、确认，才生效", "Another member of staff compares and confirms; only now it is in force."
    )
    await second.enter_as_staff("console", _SECOND, password)
    path = f"/console/api/v1/delegations/{delegation}"
    seen = await second.ask("POST", f"{path}/opening")
    teller.show(
        "核对", f"{seen['delegate']} {seen['delegate_number']} 代 {seen['principal']} {seen['principal_number']}"
    )
    done = await second.ask("POST", f"{path}/confirmation", {"confirm": True}, key=f"confirm-{time.time_ns()}")
    teller.show("状态", f"{done['state_label']}（{done['confirmed_no']} 确认）")


async def _applies(teller: Teller, phone: Visitor, father: Person) -> None:
    teller.step("她替父亲申领高龄津贴", "She applies for his old-age allowance, on his behalf.")
    item = await phone.ask("GET", f"/api/v1/items/{_ITEM}")
    handed = []
    for number, paper in enumerate((one for one in item["materials"] if one["required"]), 1):
        handed.append({"code": paper["code"], "file_id": await _upload(phone, number, paper["media"])})
    body = {"item": _ITEM, "answers": _answers(item, father), "materials": handed}
    done = await phone.ask("POST", "/api/v1/cases", body, key=f"proxy-{time.time_ns()}")
    seen = await phone.ask("GET", f"/api/v1/cases/{done['case_no']}")
    teller.show("办件", f"{seen['case_no']}  {seen['item']['name']}  {seen['status_label']}")
    teller.show("办理过程", f"{seen['timeline'][0]['label']}：{seen['timeline'][0]['actor']}")


async def _shows_his_code(teller: Teller, phone: Visitor, counter: Visitor) -> str:
    teller.step(
        "她的手机出示父亲的码，窗口看得清楚是谁代谁", "Her phone shows his code; the counter sees who acts for whom."
    )
    code, later = await _code(phone), await _code(phone)
    seen = await counter.ask(
        "POST", "/counter/api/v1/scans", {"text": code, "purpose": "apply_here"}, key=f"proxy-{time.time_ns()}"
    )
    teller.show("✓ 有效", seen["holder"]["acting_label"])
    teller.step("授权里没有“亮证”：同样的码，这个用途被拒绝", "Showing licences is not in the delegation: refused.")
    await _must_refuse(teller, counter, await _code(phone, "02"), "show_licence", "purpose-not-allowed")
    return later


async def _prints(teller: Teller, phone: Visitor, counter: Visitor) -> str:
    teller.step("她在家替父亲打印一张纸质凭证", "She prints a paper credential for him at home.")
    body = {"tier": "T0", "form": "paper"}
    paper = await phone.ask("POST", "/api/v1/credentials", body, key=f"proxy-{time.time_ns()}")
    teller.show("凭证", f"{paper['name']} · {paper['tier_label']} · {paper['text'][:36]}…")
    seen = await counter.ask(
        "POST", "/counter/api/v1/scans", {"text": paper["text"], "purpose": "apply_here"}, key=f"p-{time.time_ns()}"
    )
    teller.show("✓ 有效", seen["holder"]["name_masked"])
    return str(paper["text"])


async def _never(teller: Teller, phone: Visitor) -> None:
    teller.step("有些事代办人永远不能做：再授权给别人", "Some things a delegate never does: delegating further.")
    try:
        await phone.ask("POST", "/api/v1/delegations", {}, key=f"never-{time.time_ns()}")
    except Refused as refused:
        if refused.code != "delegate-never":
            raise
        teller.no(refused)
        return
    raise AssertionError("a delegate was let in")


async def _told(teller: Teller, phone: Visitor, delegation: str) -> None:
    teller.step(
        "两个人都看得到为他办的每一件事，也都收到通知", "Both see everything that was done for him; both are told."
    )
    for act in reversed((await phone.ask("GET", f"/api/v1/delegations/{delegation}/acts"))["acts"]):
        teller.show("·", act["text"])
    notices = (await phone.ask("GET", "/api/v1/notices"))["notices"]
    for notice in [one for one in notices if " 代 " in one["body"] or "授权" in one["title"]][:2]:
        teller.show("通知", f"{notice['title']}：{notice['body'][:56]}…")


async def _ended(teller: Teller, counter: Visitor, father: Person, delegation: str) -> None:
    teller.step("父亲带着身份证到窗口收回授权，立即失效", "He takes it back at the counter by his card: over at once.")
    card = {**_card(father), "card_in_hand": True}
    done = await counter.ask("POST", f"{_RECORD}/{delegation}/withdrawal", card, key=f"end-{time.time_ns()}")
    teller.show("状态", done["state_label"])


async def _refused(teller: Teller, counter: Visitor, code: str, paper: str) -> None:
    teller.step("她手机里还没用过的码，和那张纸，都被拒绝", "A code still on her phone, and the paper, are refused.")
    for text in (code, paper):
        await _must_refuse(teller, counter, text, "apply_here", "code-revoked")


async def _must_refuse(teller: Teller, counter: Visitor, text: str, purpose: str, code: str) -> None:
    said = ""
    try:
        body = {"text": text, "purpose": purpose}
        await counter.ask("POST", "/counter/api/v1/scans", body, key=f"no-{time.time_ns()}")
    except Refused as refused:
        teller.no(refused)
        said = refused.code
    assert said == code, f"{code} was promised, {said or 'yes'} was said"


async def _code(phone: Visitor, scene: str = "03") -> str:
    """A code of this moment under a handle of its own."""
    issued = await phone.ask("POST", "/api/v1/code-keys", {"device": "demo story"})
    key = base64.urlsafe_b64decode(issued["key"] + "=" * (-len(issued["key"]) % 4))
    return dynamic.compose(key, issued["handle"], dynamic.step_of(time.time()), scene)


async def _upload(phone: Visitor, number: int, media: list[str]) -> str:
    kind = "pdf" if "pdf" in media else "png"
    content = sample_pdf(f"Paper {number}") if kind == "pdf" else await asyncio.to_thread(sample_png, number)
    form = aiohttp.FormData()
    form.add_field(
        "file", content, filename=f"材料{number}.{kind}",
        content_type="application/pdf" if kind == "pdf" else "image/png",
    )  # fmt: skip
    return str((await phone.ask("POST", "/api/v1/files", form=form))["file_id"])


def _card(person: Person) -> dict[str, str]:
    return {"name": person.name, "id_number": person.id_number}


def _answers(item: dict[str, Any], father: Person) -> dict[str, Any]:
    """What the form asks about him, in her words."""
    known = {
        "relation": "parent", "elder_name": father.name, "elder_id_number": father.id_number,
        "elder_address": "示范市中心街 2 号", "bank_name": "示范银行中心街支行", "account_owner": True,
    }  # fmt: skip
    answers: dict[str, Any] = {}
    for asked in (one for section in item["form"] for one in section["fields"]):
        condition = asked["show_if"]
        if asked["required"] and (condition is None or answers.get(condition["field"]) == condition["equals"]):
            answers[asked["code"]] = known.get(asked["code"], _plain(asked, father))
    return answers


def _plain(asked: dict[str, Any], father: Person) -> Any:
    match asked["kind"]:
        case "choice":
            return asked["options"][0]["value"]
        case "choices":
            return [asked["options"][0]["value"]]
        case "checkbox":
            return True
        case "phone":
            return father.phone
        case _:
            return "6228480000000000003" if "account" in asked["code"] else "按规定填写"
