"""挂失 over HTTP: what a finder could use is dead at the next scan and the next call."""

from __future__ import annotations

import asyncio

from tests.journeys.people import Counter, Phone
from tests.journeys.town import PEOPLE, Town

NAME, ID_NUMBER, NUMBER = PEOPLE[0]


async def second_phone(server: Town) -> Phone:
    """The same resident, signed in on another phone."""
    phone = await server.invite(Phone(server.origin, NUMBER))
    await phone.sign_in()
    return phone


async def told(phone: Phone) -> list[str]:
    """The text messages about the loss, once there is one."""
    for _ in range(200):
        if texts := [text for text in await phone.sms() if "挂失" in text]:
            return texts
        await asyncio.sleep(0.01)
    raise AssertionError("no SMS arrived within 2 s")


async def outcome(server: Town, clerk: Counter, phone: Phone) -> str:
    seen = await clerk.scan(phone.derive("01", at=server.now()), "hall_queue")
    return "accepted" if seen.status == 200 else str(seen.body["code"])


async def test_a_lost_phone_is_signed_out_and_its_codes_are_dead_at_the_next_scan(server: Town) -> None:
    lost, clerk = await server.resident(0), await server.counter()
    await lost.code("01", at=server.now())
    here = await second_phone(server)
    await here.code("01", at=server.now())
    done = await here.must("POST", "/api/v1/me/loss-report", {"what": "phone"}, status=201)
    assert done == {"sessions": 1, "codes": 2, "credentials": 0}
    assert await outcome(server, clerk, lost) == "code-revoked"
    await lost.refused("GET", "/api/v1/me", code="unauthenticated")
    assert await outcome(server, clerk, here) == "code-revoked"
    here.forget_key()
    await here.code("01", at=server.now())
    assert await outcome(server, clerk, here) == "accepted"
    assert len(await told(here)) == 1
    notices = (await here.must("GET", "/api/v1/notices"))["notices"]
    assert notices[0]["title"] == "挂失已生效"


async def test_a_report_from_a_borrowed_phone_leaves_nothing_behind(server: Town) -> None:
    borrowed = await server.resident(0)
    done = await borrowed.must("POST", "/api/v1/me/loss-report", {"what": "all", "here_too": True}, status=201)
    assert done["sessions"] == 1
    await borrowed.refused("GET", "/api/v1/me", code="unauthenticated")


async def test_a_lost_paper_leaves_phones_alone(server: Town) -> None:
    phone, clerk = await server.resident(0), await server.counter()
    await phone.code("01", at=server.now())
    done = await phone.must("POST", "/api/v1/me/loss-report", {"what": "paper"}, status=201)
    assert done == {"sessions": 0, "codes": 0, "credentials": 0}
    assert await outcome(server, clerk, phone) == "accepted"


async def test_a_report_whose_answer_was_lost_is_answered_the_same_and_tells_once(server: Town) -> None:
    phone = await server.resident(0)
    await second_phone(server)
    key = {"Idempotency-Key": "loss-report-1"}
    said = [
        await phone.must("POST", "/api/v1/me/loss-report", {"what": "phone"}, status=201, headers=key) for _ in range(2)
    ]
    assert said[0] == said[1]
    assert said[0]["sessions"] == 1
    notices = (await phone.must("GET", "/api/v1/notices"))["notices"]
    assert [one["title"] for one in notices].count("挂失已生效") == 1


async def test_two_reports_at_once_both_stand(server: Town) -> None:
    phone = await server.resident(0)
    await second_phone(server)
    one, two = await asyncio.gather(
        *(phone.must("POST", "/api/v1/me/loss-report", {"what": "phone"}, status=201) for _ in range(2))
    )
    assert one["sessions"] + two["sessions"] == 1


async def test_signing_out_kills_this_phones_codes_only(server: Town) -> None:
    here, clerk = await server.resident(0), await server.counter()
    other = await second_phone(server)
    for phone in (here, other):
        await phone.code("01", at=server.now())
    await here.must("DELETE", "/api/v1/sessions/current", status=204)
    assert await outcome(server, clerk, here) == "code-revoked"
    assert await outcome(server, clerk, other) == "accepted"


async def test_a_desk_reports_for_somebody_with_the_card_in_hand_and_she_sees_it(server: Town) -> None:
    lost, desk = await server.resident(0), await server.desk("K1", "clerk")
    body = {"name": NAME, "id_number": ID_NUMBER, "what": "phone", "reason": "stolen", "proof": "card"}
    done = await desk.must("POST", "/console/api/v1/loss-reports", body, status=201)
    assert (done["name_masked"], done["sessions"]) == ("王*兰", 1)
    await lost.refused("GET", "/api/v1/me", code="unauthenticated")
    assert len(await told(lost)) == 1
    fresh = await second_phone(server)
    (look,) = (await fresh.must("GET", "/api/v1/looks"))["looks"]
    assert (look["what"], look["staff_no"], look["kind"]) == ("为您挂失", "K1", "other")
    assert "工作人员已为您挂失" in (await fresh.must("GET", "/api/v1/notices"))["notices"][0]["body"]


async def test_a_call_to_the_hotline_is_for_the_hall_manager_and_a_stranger_is_nobody_on_record(server: Town) -> None:
    await server.resident(0)
    clerk, manager = await server.desk("K1", "clerk"), await server.desk("M1", "hall_manager")
    auditor = await server.desk("A9", "auditor")
    body = {"name": NAME, "id_number": ID_NUMBER, "what": "all", "reason": "lost", "proof": "called_back"}
    await clerk.refused("POST", "/console/api/v1/loss-reports", body, code="forbidden")
    await manager.must("POST", "/console/api/v1/loss-reports", body, status=201)
    stranger = {**body, "name": PEOPLE[1][0]}
    await manager.refused("POST", "/console/api/v1/loss-reports", stranger, code="resident-not-found")
    await manager.refused(
        "POST", "/console/api/v1/loss-reports", {**body, "id_number": "511602186209161282"}, code="id-number-invalid"
    )
    entries = (await auditor.must("GET", "/console/api/v1/audit"))["entries"]
    assert [one["outcome"] for one in entries if one["action"] == "loss.report"] == ["not-found", "all"]
