"""One good call of everything about acting for others."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.journeys.people import Counter, Desk, Phone, a_photo

AGENT = ("李建国", "511602185807202317", "15400000003")
OWNER = ("刘志远", "511602186802281751", "15400000012")
OFFICE = {"uscc": "91511602000000019E", "name": "示范市远帆印刷有限公司"}


async def _trusted(clerk: Counter, origin: str, person: tuple[str, str, str]) -> Phone:
    """Somebody whose card the clerk has had in hand."""
    name, id_number, number = person
    phone = await Phone(origin, number).__aenter__()
    await phone.sign_in()
    if phone.me["loa"] < 3:
        await phone.verify(name, id_number)
    body = {"name": name, "id_number": id_number, "tier": "T0", "card_in_hand": True}
    await clerk.must("POST", "/counter/api/v1/papers", body, status=201)
    return phone


def _offer(name: str, phone: str, **other: Any) -> dict[str, Any]:
    last = (date.today() + timedelta(days=30)).isoformat()
    scope = {"all_items": True, "all_purposes": True}
    return {
        "kind": "relative", "side": "principal", "relation": "friend", "other": {"name": name, "phone": phone},
        "scope": scope, "last_day": last, **other,
    }  # fmt: skip


async def _for_somebody_without_a_phone(clerk: Counter, desk: Desk) -> None:
    father = {"name": "王德山", "id_number": "511602182503121178"}
    daughter = {"name": "王秀兰", "id_number": "511602186209161281"}
    await clerk.must("POST", "/counter/api/v1/identity-checks", {**daughter, "card_in_hand": True}, status=201)
    body = {
        "kind": "relative", "principal": father, "card_in_hand": True, "helper": {"card": daughter},
        "relation": "father", "scope": {"all_items": True},
        "last_day": (date.today() + timedelta(days=30)).isoformat(),
    }  # fmt: skip
    path = "/counter/api/v1/delegations"
    made = await clerk.must("POST", path, body, status=201)
    await desk.must("GET", "/console/api/v1/delegations")
    await desk.must("POST", f"/console/api/v1/delegations/{made['id']}/opening")
    await desk.must("POST", f"/console/api/v1/delegations/{made['id']}/confirmation", {"confirm": True})
    await clerk.must("POST", f"{path}/lookups", {**father, "card_in_hand": True})
    await clerk.must("POST", f"{path}/{made['id']}/withdrawal", {**father, "card_in_hand": True})


async def acts_for_others(phone: Phone, clerk: Counter, desk: Desk) -> dict[str, str]:
    """A delegation offered, agreed to, looked at and ended, and one for somebody without a phone; what path parameters
    may be filled with."""
    await _for_somebody_without_a_phone(clerk, desk)
    agent = await _trusted(clerk, phone.origin, AGENT)
    owner = await _trusted(clerk, phone.origin, OWNER)
    await phone.must("GET", "/api/v1/delegations/choices")
    made = await phone.must("POST", "/api/v1/delegations", _offer(AGENT[0], AGENT[2]), status=201)
    path = f"/api/v1/delegations/{made['id']}"
    await agent.must("POST", f"{path}/acceptance", {"accept": True})
    await phone.must("GET", "/api/v1/delegations")
    await agent.must("GET", f"{path}/acts")
    await owner.must("POST", "/api/v1/organisations", OFFICE, status=201)
    await owner.must("GET", "/api/v1/organisations")
    await phone.must("DELETE", path, status=204)
    for one in (agent, owner):
        phone.seen += one.seen
        await one.__aexit__(None, None, None)
    return {"delegations/id": str(made["id"]), **await registers_a_newborn(phone, desk)}


async def registers_a_newborn(phone: Phone, desk: Desk) -> dict[str, str]:
    """One that goes to a colleague, and one that she takes back; ``phone`` is proven at a counter."""
    found = []
    for certificate in ("SAMPLE-1", "SAMPLE-2"):
        body = {
            "relation": "mother", "name": "王小满", "born": date.today().isoformat(), "certificate_no": certificate,
            "file_id": await phone.upload(a_photo(), "出生证.jpg", "image/jpeg"),
        }  # fmt: skip
        found.append((await phone.must("POST", "/api/v1/newborns", body, status=201))["id"])
    await phone.must("GET", "/api/v1/newborns")
    path = f"/console/api/v1/newborns/{found[0]}"
    await desk.must("GET", "/console/api/v1/newborns")
    await desk.must("POST", f"{path}/opening")
    await desk.must("GET", f"{path}/picture")
    await desk.must("POST", f"{path}/check", {"agrees": True})
    await phone.must("DELETE", f"/api/v1/newborns/{found[1]}", status=204)
    return {"newborns/id": str(found[0])}
