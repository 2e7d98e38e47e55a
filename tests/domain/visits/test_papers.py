"""Offline credentials at a counter that has its network, over HTTP: verdict, fields, and the line of 谁看过我."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from codes import cose, holder_proof
from config.floor.unit import Actor, Unit
from tests.domain.credentials.test_over_http import DEVICE, device_key, ordered
from tests.journeys.people import Counter, Phone
from tests.journeys.town import Town


async def looked(clerk: Counter, text: str, purpose: str = "apply_here", **more: Any) -> dict[str, Any]:
    answer = await clerk.scan(text, purpose, **more)
    assert answer.status == 200, str(answer)
    found: dict[str, Any] = answer.body
    return found


async def refused(clerk: Counter, text: str, code: str) -> dict[str, Any]:
    return dict(
        await clerk.refused("POST", "/counter/api/v1/scans", {"text": text, "purpose": "apply_here"}, code=code)
    )


async def lines(phone: Phone) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await phone.must("GET", "/api/v1/visits"))["visits"]
    return found


async def test_a_named_paper_shows_only_what_is_masked_until_the_card_is_in_hand(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    paper = (await ordered(phone, "T1"))["text"]
    before = await looked(clerk, paper)
    assert [field["code"] for field in before["holder"]["fields"]] == ["name_masked", "loa"]
    assert (before["credential"]["card_needed"], before["consent"], before["holder"]["open_cases"]) == (True, None, [])
    assert before["credential"]["last4"] == "1281", "something to compare the card with"
    assert "证件号后四位" in (await lines(phone))[0]["fields"]
    after = await looked(clerk, paper, card_in_hand=True)
    assert (after["credential"]["last4"], "证件号后四位" in (await lines(phone))[0]["fields"]) == (None, False)
    assert [field["code"] for field in after["holder"]["fields"]] == ["name_masked", "loa", "open_cases"]
    assert (after["credential"]["card_needed"], after["credential"]["form"]) == (False, "paper")
    for visit, card in ((before, False), (after, True)):
        again = await clerk.must("GET", f"/counter/api/v1/visits/{visit['visit_id']}")
        assert ("open_cases" in [field["code"] for field in again["holder"]["fields"]]) is card


async def test_the_resident_sees_every_look_at_her_paper(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    paper = await ordered(phone, "T0")
    await looked(clerk, paper["text"])
    await phone.must("DELETE", f"/api/v1/credentials/{paper['id']}", status=204)
    problem = await refused(clerk, paper["text"], "code-revoked")
    assert problem["title"] == "这份凭证已经停用"
    assert [(line["outcome"], line["scene"]) for line in await lines(phone)] == [
        ("code-revoked", "81"), ("accepted", "81"),
    ]  # fmt: skip
    unit = await server.house.database.reading("demo")
    trail = [one.action for one in await server.services.audit.of_portal(unit)]
    assert trail.count("visit.look") == 2


async def test_an_expired_paper_says_so(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    paper = (await ordered(phone, "T0"))["text"]
    server.clock.advance(timedelta(days=180, minutes=3))
    clerk_again = await server.counter("C2", "4 号窗口")
    problem = await refused(clerk_again, paper, "code-expired")
    assert problem["title"] == "这份凭证已经过期"
    assert clerk.staff_no != clerk_again.staff_no


@pytest.mark.parametrize(
    ("shown", "code", "title"),
    [
        ("bare", "code-unknown", "这份手机凭证没有本机证明"),
        ("another phone", "code-unknown", "这份手机凭证没有本机证明"),
        ("screenshot", "code-expired", "这是一张旧的截图"),
    ],
)
async def test_a_phone_copy_needs_its_phone_now(server: Town, shown: str, code: str, title: str) -> None:
    phone, clerk = await server.resident(), await server.counter()
    copy = (await ordered(phone, "T1", "phone", device_key=device_key()))["text"]
    now = int(server.now())
    assert (await looked(clerk, holder_proof.show(copy, DEVICE, now)))["credential"]["form"] == "phone"
    other = cose.PrivateKey(cose.ES256, bytes(range(1, 33)))
    text = {
        "bare": copy,
        "another phone": holder_proof.show(copy, other, now),
        "screenshot": holder_proof.show(copy, DEVICE, now - 61),
    }[shown]
    assert (await refused(clerk, text, code))["title"] == title
    assert [line["outcome"] for line in await lines(phone)] == [code, "accepted"]


async def test_what_is_no_credential_of_ours_is_refused_and_counted(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    paper = (await ordered(phone, "T0"))["text"]
    changed = paper[:-9] + ("A" if paper[-9] != "A" else "B") + paper[-8:]
    await refused(clerk, "GZ1:NONSENSE", "code-malformed")
    answer = await clerk.scan(changed, "apply_here")
    assert answer.status in (400, 404)
    assert answer.body["code"] in ("code-unknown", "code-malformed")
    assert await lines(phone) == []
    today = await clerk.must("GET", "/counter/api/v1/today")
    assert (today["scanned"], today["refused"]) == (2, 2)


async def test_a_suspended_credential_is_refused_in_its_own_words(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    paper = await ordered(phone, "T0")
    administrator = Actor("staff", None, "A-1")

    async def suspend(unit: Unit) -> None:
        await server.services.credentials.suspend(unit, administrator, UUID(paper["id"]))

    await server.house.database.unit_of_work("demo", suspend)
    assert (await refused(clerk, paper["text"], "code-revoked"))["title"] == "这份凭证暂停使用"
