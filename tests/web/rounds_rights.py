"""One good call of everything about a resident's rights, and of the auditor's page."""

from __future__ import annotations

import asyncio

from tests.journeys.people import Desk, Phone, a_photo
from tests.journeys.town import PEOPLE

_COPY = "/api/v1/me/export"


async def asks_for_her_rights(phone: Phone, desk: Desk) -> dict[str, str]:
    """She reads and answers, changes her name and number to what they are, asks for a correction, and stays."""
    name, _, number = PEOPLE[0]
    await phone.must("GET", "/api/v1/me/consents")
    await phone.must("PUT", "/api/v1/me/consents/information", {"word": "yes", "version": 1})
    copy = await phone.must("POST", _COPY, {}, status=202)
    await phone.must("POST", "/api/v1/me/name", {"name": name})
    await phone.must("POST", "/api/v1/me/phone", {"phone": number, "otp": await phone.one_time_code()})
    shows = await phone.upload(a_photo(), "户口簿.jpg", "image/jpeg")
    wrong = {"category": "identity", "said": "出生年份不对", "files": [shows]}
    asked = await phone.must("POST", "/api/v1/me/corrections", wrong, status=201)
    await phone.must("GET", "/api/v1/me/corrections")
    await desk.must("GET", "/console/api/v1/corrections")
    whole = {"fields": ["name", "phone", "papers"], "reason": "amend", "note": "电话核对出生年份"}
    await desk.must("POST", f"/console/api/v1/corrections/{asked['id']}/full-view", whole)
    await desk.must("GET", f"/console/api/v1/corrections/{asked['id']}/files/{shows}")
    await desk.must("POST", f"/console/api/v1/corrections/{asked['id']}/answer", {"state": "done", "answer": "已核对"})
    await phone.must("GET", "/api/v1/me/closing")
    return {"corrections/id": str(asked["id"]), "export/id": str(copy["id"]), "consents/purpose": "information"}


async def reads_the_record(auditor: Desk) -> None:
    """One person's part, the seals, the proof, a table to keep."""
    name, id_number, _ = PEOPLE[0]
    body = {"name": name, "id_number": id_number, "reason": "inspection"}
    found = await auditor.must("POST", "/console/api/v1/audit/people", body)
    await auditor.must("GET", f"/console/api/v1/audit?resident={found['resident']}")
    await auditor.must("GET", "/console/api/v1/audit/seals")
    await auditor.must("POST", "/console/api/v1/audit/verification", {"after": 0})
    await auditor.must("GET", "/console/api/v1/audit/export?action=visit.")


async def fetches_her_copy(phone: Phone) -> None:
    """It was asked for a while ago; the timetable makes one every few seconds."""
    for _ in range(300):
        listed = (await phone.must("GET", _COPY))["exports"]
        if listed[0]["state"] == "ready":
            break
        await asyncio.sleep(0.1)
    await phone.must("GET", f"{_COPY}/{listed[0]['id']}?form=json")


async def leaves_and_stays(phone: Phone) -> None:
    """Somebody without an application under way asks for the end of her account, and thinks better of it."""
    async with Phone(phone.origin, "15400000099") as other:
        await other.sign_in()
        await other.must("DELETE", "/api/v1/me")
        await other.must("DELETE", "/api/v1/me/closing")
        phone.seen += other.seen
