"""Letters and teams as the console meets them: every print and every result on record, a trial ended by two."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from notify.channel import Parcel
from notify.paper import PaperChannel
from tests.journeys.people import Desk, Phone
from tests.journeys.town import DEPARTMENT, PEOPLE, REGION, Town
from tests.notify.test_over_http import BODY, CONSOLE

API = "/console/api/v1"
TASKS = f"{API}/paper-tasks"


async def page(desk: Desk, path: str) -> str:
    async with desk.session.get(f"{desk.origin}/console{path}", headers=desk.headers) as answer:
        assert answer.status == 200, path
        return await answer.text()


async def _a_letter(server: Town, phone: Phone) -> dict[str, Any]:
    """A statutory notice that ended on paper."""
    person = UUID((await phone.must("GET", "/api/v1/me"))["id"])
    message = await server.house.database.unit_of_work(
        "demo",
        lambda unit: server.services.notify.post(
            unit, recipient=person, region=REGION, event="case.accepted", category="statutory", dedupe_key="letter",
            values={"item": "印刷经营许可证核发", "case_no": "5116 0220", "due": "11月24日 周二"}, subject="5116 0220",
        ),
    )  # fmt: skip
    assert message is not None
    parcel = Parcel("letter-1", message, "demo", "case.accepted", "statutory", "zh-CN", person, None, "", "")
    await PaperChannel(server.house.database.unit_of_work).send(parcel)
    return {"message": str(message), "person": str(person)}


async def test_a_letter_is_printed_written_down_and_taken_back_and_all_of_it_is_on_record(server: Town) -> None:
    phone = await server.resident()
    told = await _a_letter(server, phone)
    clerk, other = await server.desk("C1", "clerk"), await server.desk("C2", "hall_manager")
    (task,) = (await clerk.must("GET", f"{TASKS}?region={REGION}"))["tasks"]
    assert (await clerk.must("GET", f"{TASKS}?region=110000000000"))["tasks"] == []
    assert "王*兰" in await page(clerk, "/letters")
    for _ in range(2):
        sheet = await clerk.call("POST", f"{TASKS}/letters", body={"ids": [task["id"]]})
        assert (sheet.status, sheet.media) == (200, "application/pdf")
    await clerk.refused("POST", f"{TASKS}/letters", {"ids": [told["message"]]}, code="paper-task-not-found")
    back = {"kind": "letter", "outcome": "returned", "reason": "moved"}
    await clerk.refused("POST", f"{TASKS}/{task['id']}/undoing", {}, code="paper-task-kept")
    await clerk.must("POST", f"{TASKS}/{task['id']}/result", {"kind": "letter", "outcome": "sent"})
    done = await clerk.must("POST", f"{TASKS}/{task['id']}/result", back)
    assert (done["state"], done["reason"], done["prints"], done["may_undo"]) == ("returned", "moved", 2, True)
    assert "已经搬走" in await page(clerk, "/letters?state=returned")
    await other.refused("POST", f"{TASKS}/{task['id']}/undoing", {}, code="paper-task-kept")
    undone = await clerk.must("POST", f"{TASKS}/{task['id']}/undoing", {})
    assert (undone["state"], undone["kind"], undone["may_undo"]) == ("sent", "letter", False)
    auditor = await server.desk("A1", "auditor")
    entries = (await auditor.must("GET", f"{API}/audit?subject={told['message']}"))["entries"]
    assert [(one["action"], one["outcome"]) for one in reversed(entries)][:3] == [
        ("notice.letter", "printed"), ("notice.letter", "printed-again"), ("notice.paper", "letter-sent"),
    ]  # fmt: skip
    looks = (await phone.must("GET", "/api/v1/looks"))["looks"]
    assert any("打印了寄给您的信" in look["what"] for look in looks)


async def test_a_team_on_trial_is_told_so_and_two_people_let_it_out(server: Town) -> None:
    phone = await server.resident()
    await server.resident(1)
    chief, second = await server.desk("A1", "administrator"), await server.desk("P1", "publisher")
    writer = await server.desk("O1", "operator")
    assert "试用中：您部门" not in await page(writer, "/campaigns")
    limits = {"name": DEPARTMENT, "people_a_day": 1, "yuan_a_day": 5}
    team = await chief.must("POST", f"{API}/teams", limits)
    path = f"{API}/teams/{team['id']}"
    await writer.refused("POST", f"{path}/trial", {}, code="forbidden")
    assert (await chief.must("POST", f"{path}/trial", {}))["trial"]
    for place in ("/campaigns", "/campaigns/new", "/notices", "/notices/teams", "/audience", "/lists", "/templates"):
        assert "试用中：您部门" in await page(writer, place), place
    assert (await writer.must("POST", f"{path}/testers", {"phone": PEOPLE[0][2]}))["testers"] == 1
    await writer.refused("POST", f"{path}/testers", {"phone": "1"}, code="invalid-input")
    await writer.refused("POST", f"{path}/testers", {"phone": "15400000098"}, code="not-found")
    made = await writer.must("POST", CONSOLE, BODY, status=201)
    waiting = await writer.must("POST", f"{CONSOLE}/{made['id']}/submission", {})
    assert (waiting["people"], waiting["trial"]) == (1, True)
    released = {"content_hash": waiting["content_hash"], "people": 1}
    await second.must("POST", f"{CONSOLE}/{made['id']}/approval", released)
    assert "试用" in await page(second, f"/notices/campaigns/{made['id']}")
    more = await writer.must("POST", CONSOLE, {**BODY, "title": "再来一条"}, status=201)
    waiting = await writer.must("POST", f"{CONSOLE}/{more['id']}/submission", {})
    released = {"content_hash": waiting["content_hash"], "people": 1}
    await second.refused("POST", f"{CONSOLE}/{more['id']}/approval", released, code="team-limit-reached")
    me = (await phone.must("GET", "/api/v1/me"))["id"]
    assert (await writer.must("POST", f"{path}/testers/removal", {"resident_id": me}))["testers"] == 0
    await writer.refused("POST", f"{path}/testers/removal", {"resident_id": me}, code="not-found")
    assert (await chief.must("POST", f"{path}/trial-end", {}))["end_asked_by"] == "A1"
    assert "A1 已申请结束试用" in await page(second, "/notices/teams")
    await chief.refused("POST", f"{path}/trial-end/confirmation", {}, code="trial-same-person")
    assert not (await second.must("POST", f"{path}/trial-end/confirmation", {}))["trial"]
    assert "试用中：您部门" not in await page(writer, "/campaigns")
