"""The calls that the main job does not make, each made once with input that is right."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

from codes import base45, cose, deflate, strict_cbor
from codes.credential import read_claims
from config.floor.ids import new_id
from server.demo.device import Device
from tests.journeys.forms import fill, materials
from tests.journeys.people import Counter, Desk, Phone
from tests.journeys.story import Cast, Told
from tests.journeys.town import PASSWORD, PEOPLE
from tests.journeys.visitor import Visitor
from tests.web.rounds_for_others import acts_for_others
from tests.web.rounds_hall import stands_in_line
from tests.web.rounds_identity import keeps_the_accounts, makes_two_accounts_one, proves_more, signs_in_elsewhere
from tests.web.rounds_publishing import publishes
from tests.web.rounds_rights import asks_for_her_rights, fetches_her_copy, leaves_and_stays, reads_the_record
from tests.web.rounds_showing import applies_at_the_counter, shows_herself, shows_papers
from tests.web.rounds_watching import steers

ITEM = "printing-licence"
_PUBLISHED = ("/.well-known/yima/keys", "/.well-known/yima/status/1")
WORDS = {"title": "停水通知", "body": "周六停水。", "audience": {"region": "", "item": None}, "category": "service"}


async def gather_cast(stack: AsyncExitStack, origin: str, *, item: str = "") -> Cast:
    """The people of the main job at a server staffed by ``staff_a_town``; staff are signed in."""
    name, id_number, number = PEOPLE[0]
    phone = await stack.enter_async_context(Phone(origin, number))
    desks = [await stack.enter_async_context(Desk(origin, no, PASSWORD)) for no in ("H1", "H2", "O1", "P1")]
    clerk = await stack.enter_async_context(Counter(origin, "C1", PASSWORD))
    for one in (*desks, clerk):
        await one.sign_in()
    return Cast(phone, name, id_number, desks[0], desks[1], clerk, desks[2], desks[3], item or ITEM)


def everybody(cast: Cast) -> list[Visitor]:
    return [cast.resident, cast.handler, cast.second_handler, cast.clerk, cast.operator, cast.publisher]


async def everything_else(cast: Cast, told: Told) -> dict[str, str]:
    """One good call of each remaining operation; what path parameters may be filled with, by ``segment/name``."""
    known: dict[str, str] = {
        "cases/case_no": told.case_no,
        "visits/id": told.visit_id,
        "campaigns/id": told.campaign_id,
        "items/code": cast.item,
    }
    await _as_resident(cast, told, known)
    known |= await asks_for_her_rights(cast.resident, cast.handler)
    await _as_handler(cast, told, known)
    await _as_operator(cast)
    known |= await publishes(cast.operator, PEOPLE[0][2])
    await steers(cast.operator, cast.publisher, WORDS, told.campaign_id)
    await _at_the_counter(cast, known)
    async with Desk(cast.resident.origin, "ALL", PASSWORD) as second:
        await second.sign_in()
        known |= await acts_for_others(cast.resident, cast.clerk, second)
        cast.handler.seen += second.seen
    known |= await signs_in_elsewhere(cast.resident)
    known |= await proves_more(cast.resident)
    await makes_two_accounts_one(cast.resident, cast.clerk)
    await keeps_the_accounts(cast.handler)
    known["staff/staff_no"] = "H2"
    known |= await shows_herself(cast.resident, cast.clerk)
    await shows_papers(cast.resident, cast.clerk)
    desks = (cast.handler, cast.second_handler)
    known |= await applies_at_the_counter(cast.resident, cast.clerk, desks, cast.item)
    known |= await _in_the_hall(cast)
    await _keeps_the_counters_devices(cast, known)
    await _in_the_open(cast)
    await fetches_her_copy(cast.resident)
    await leaves_and_stays(cast.resident)
    await _signs_out(cast)
    return known


async def _as_resident(cast: Cast, told: Told, known: dict[str, str]) -> None:
    phone = cast.resident
    paths = ("themes", "bundles", "portal", "code?scene=03", "notice-preferences", "visits", "items")
    for path in paths:
        await phone.must("GET", f"/api/v1/{path}")
    preferences = await phone.must("GET", "/api/v1/notice-preferences")
    wanted = {key: preferences[key] for key in ("service", "information")}
    await phone.must("PUT", "/api/v1/notice-preferences", wanted)
    await phone.must("POST", "/api/v1/message-checks", {"text": "您的申请已有结果。请打开一码通办查看。"})
    await phone.must("PUT", "/api/v1/me/preferences", {"elder": True})
    notices = await phone.must("GET", "/api/v1/notices")
    known["notices/id"] = notices["notices"][0]["id"]
    await phone.must("POST", f"/api/v1/notices/{known['notices/id']}/read", status=204)
    looks = (await phone.must("GET", "/api/v1/looks"))["looks"]
    known["looks/id"] = looks[0]["id"]
    await phone.must("POST", f"/api/v1/looks/{known['looks/id']}/dispute", {})
    await phone.must("POST", "/api/v1/me/loss-report", {"what": "paper"}, status=201)
    seen = await phone.must("GET", f"/api/v1/cases/{told.case_no}")
    known["documents/document_no"] = seen["documents"][0]["document_no"]
    known["files/file_id"] = seen["materials"][0]["file_id"]
    await phone.must("GET", f"/api/v1/files/{known['files/file_id']}")
    paper = f"/api/v1/cases/{told.case_no}/documents/{known['documents/document_no']}"
    await phone.must("GET", paper)
    await phone.must("POST", f"/api/v1/cases/{told.case_no}/review", {"grade": 5, "comment": "很快"}, status=201)
    paper = await phone.must("POST", "/api/v1/credentials", {"tier": "T0", "form": "paper"}, status=201)
    known["credentials/id"], known["status/list"] = paper["id"], "1"
    await phone.must("GET", "/api/v1/credentials")
    await phone.must("GET", f"/api/v1/credentials/{paper['id']}/paper")
    await phone.must("DELETE", f"/api/v1/credentials/{paper['id']}", status=204)
    await _read_unplugged(cast.clerk, paper)
    draft = await _another_case(phone, told.item, cast.item, draft=True)
    await phone.must("POST", f"/api/v1/cases/{draft}/submission", {})
    await phone.must("POST", f"/api/v1/cases/{draft}/withdrawal", {"reason": "不办了"})


async def _read_unplugged(clerk: Counter, paper: dict[str, Any]) -> None:
    """A read of a paper that had just been taken back comes home: a conflict for the administrator."""
    message = deflate.unstore(base45.decode(paper["text"].removeprefix("GZ1:")) or b"")
    told = read_claims(strict_cbor.decode(cose.read_sign1(message or b"").payload))
    assert told is not None
    line = {
        "id": str(new_id()), "at": (datetime.now(UTC) + timedelta(seconds=60)).isoformat(), "list": told.uri,
        "idx": told.index, "tier": "T0", "verdict": "accepted", "purpose": "apply_here", "staff_no": "C1",
    }  # fmt: skip
    await clerk.must("POST", "/counter/api/v1/offline-reads", {"lines": [line]}, status=200)


async def _another_case(phone: Phone, item: dict[str, Any], code: str, *, draft: bool) -> str:
    body = {"item": code, "answers": fill(item), "materials": await materials(phone, item), "draft": draft}
    done = await phone.must("POST", "/api/v1/cases", body, status=201)
    return str(done["case_no"])


async def _as_handler(cast: Cast, told: Told, known: dict[str, str]) -> None:
    await cast.handler.must("GET", "/console/api/v1/cases")
    whole = {"fields": ["name", "answers"], "reason": "examine", "note": "号码和材料上的对不上"}
    await cast.handler.must("POST", f"/console/api/v1/cases/{told.case_no}/full-view", whole)
    for parameter in ("files/file_id", "documents/document_no"):
        kind = parameter.split("/")[0]
        await cast.handler.must("GET", f"/console/api/v1/cases/{told.case_no}/{kind}/{known[parameter]}")


async def _as_operator(cast: Cast) -> None:
    await cast.operator.must("GET", "/console/api/v1/campaigns")
    rejected = await _submitted_campaign(cast)
    await cast.publisher.must("POST", f"{rejected}/rejection", {"reason": "时间没有写清"})
    await cast.operator.must("PUT", rejected, {**WORDS, "title": "停水改期"})
    for _ in range(20):  # one person is told so quickly that there may be nothing left to stop
        path = await _submitted_campaign(cast)
        seen = await cast.publisher.must("GET", path)
        approval = {"content_hash": seen["content_hash"], "people": seen["people"]}
        _, stopped = await asyncio.gather(
            cast.publisher.must("POST", f"{path}/approval", approval),
            cast.operator.call("POST", f"{path}/stop", body={}),
        )
        if stopped.status == 200:
            return
    raise AssertionError("no campaign could be stopped")


async def _submitted_campaign(cast: Cast) -> str:
    made = await cast.operator.must("POST", "/console/api/v1/campaigns", WORDS, status=201)
    path = f"/console/api/v1/campaigns/{made['id']}"
    await cast.operator.must("POST", f"{path}/submission", {})
    return path


async def _at_the_counter(cast: Cast, known: dict[str, str]) -> None:
    person = {"name": cast.name, "id_number": cast.id_number}
    async with Desk(cast.resident.origin, "C1", PASSWORD) as desk:
        await desk.sign_in()
        body = {**person, "what": "paper", "reason": "lost", "proof": "card"}
        await desk.must("POST", "/console/api/v1/loss-reports", body, status=201)
        cast.clerk.seen += desk.seen
    paper = await cast.clerk.must(
        "POST", "/counter/api/v1/papers", {**person, "tier": "T1", "card_in_hand": True}, status=201
    )
    known["papers/id"] = paper["id"]
    await cast.clerk.must("GET", f"/counter/api/v1/papers/{paper['id']}")
    lost = {**person, "what": "paper", "card_in_hand": True}
    await cast.clerk.must("POST", "/counter/api/v1/loss-reports", lost, status=201)
    await cast.clerk.must("GET", "/counter/api/v1/purposes")
    await cast.clerk.must("GET", "/counter/api/v1/today")
    await cast.clerk.must("GET", "/counter/api/v1/terminal")


async def _in_the_hall(cast: Cast) -> dict[str, str]:
    async with Desk(cast.resident.origin, "ALL", PASSWORD) as manager:
        await manager.sign_in()
        known = await stands_in_line(cast.resident, cast.clerk, manager)
        cast.handler.seen += manager.seen
    return known


async def _keeps_the_counters_devices(cast: Cast, known: dict[str, str]) -> None:
    async with Desk(cast.resident.origin, "A1", PASSWORD) as administrator:
        await administrator.sign_in()
        wanted = {"hall": "政务大厅", "counter": "9 号窗口", "purposes": ["apply_here"], "failures": 5}
        gone = await administrator.must("POST", "/console/api/v1/terminals", wanted, status=201)
        await administrator.must("DELETE", f"/console/api/v1/terminals/{gone['id']}", status=204)
        made = await administrator.must("POST", "/console/api/v1/terminals", wanted, status=201)
        path = f"/console/api/v1/terminals/{made['id']}"
        await administrator.must("POST", f"{path}/invitation", status=201)
        await administrator.must("PUT", path, {**wanted, "name": "左侧电脑"})
        await administrator.must("POST", f"{path}/unlock")
        await administrator.must("GET", "/console/api/v1/terminals")
        known["terminals/id"] = made["id"]
        found = await administrator.must("GET", "/console/api/v1/conflicts")
        conflict = known["conflicts/id"] = found["conflicts"][0]["id"]
        await administrator.must("POST", f"/console/api/v1/conflicts/{conflict}/settlement", {"settlement": "seen"})
        cast.handler.seen += administrator.seen


async def _in_the_open(cast: Cast) -> None:
    async with Visitor(cast.resident.origin) as visitor:
        for path in ("/healthz", "/readyz", "/metrics", "/openapi.json", "/tour/cast", *_PUBLISHED):
            await visitor.must("GET", path)
        found = await visitor.must("GET", "/tour/cast")
        her = next(one["id"] for one in found["cast"] if one["phone"] == cast.resident.number)
        await visitor.must("POST", "/tour/api/v1/sign-in", {"cast_id": her})
        device = Device.fresh()
        invited = await visitor.must("POST", "/tour/api/v1/terminals", {})
        await visitor.must("POST", "/counter/api/v1/enrolments", device.enrolment(invited["code"]))
        cast.resident.seen += visitor.seen


async def _signs_out(cast: Cast) -> None:
    """Everybody leaves by a session that nothing else needs."""
    async with Desk(cast.resident.origin, "A2", PASSWORD) as auditor:
        await auditor.sign_in()
        await auditor.must("GET", "/console/api/v1/audit")
        await reads_the_record(auditor)
        await auditor.must("DELETE", "/console/api/v1/sessions/current", status=204)
        cast.handler.seen += auditor.seen
    async with Counter(cast.resident.origin, "C1", PASSWORD) as clerk:
        await clerk.sign_in()
        await clerk.must("DELETE", "/counter/api/v1/sessions/current", status=204)
        cast.clerk.seen += clerk.seen
    await cast.resident.must("DELETE", "/api/v1/sessions/current", status=204)
