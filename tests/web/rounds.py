"""The calls that the main job does not make, each made once with input that is right."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any

from tests.journeys.forms import fill, materials
from tests.journeys.people import Counter, Desk, Phone
from tests.journeys.story import Cast, Told
from tests.journeys.town import PASSWORD, PEOPLE
from tests.journeys.visitor import Visitor

ITEM = "printing-licence"


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
    """One good call of each remaining operation; known values for path parameters by name."""
    known: dict[str, str] = {"case_no": told.case_no, "visit_id": told.visit_id, "campaign_id": told.campaign_id}
    known["code"] = cast.item
    await _as_resident(cast, told, known)
    await _as_staff(cast, told, known)
    await _in_the_open(cast)
    return known


async def _as_resident(cast: Cast, told: Told, known: dict[str, str]) -> None:
    phone = cast.resident
    for path in ("/api/v1/themes", "/api/v1/bundles", "/api/v1/notice-preferences", "/api/v1/code?scene=03"):
        await phone.must("GET", path)
    preferences = await phone.must("GET", "/api/v1/notice-preferences")
    wanted = {key: preferences[key] for key in ("service", "information")}
    await phone.must("PUT", "/api/v1/notice-preferences", wanted)
    await phone.must("PUT", "/api/v1/me/preferences", {"elder": True})
    seen = await phone.must("GET", f"/api/v1/cases/{told.case_no}")
    known["document_no"] = seen["documents"][0]["document_no"]
    known["file_id"] = seen["materials"][0]["file_id"]
    await phone.must("GET", f"/api/v1/files/{known['file_id']}")
    await phone.must("POST", f"/api/v1/cases/{told.case_no}/review", {"grade": 5, "comment": "很快"}, status=201)
    other = await _second_case(phone, told.item, cast.item)
    await phone.must("POST", f"/api/v1/cases/{other}/withdrawal", {"reason": "不办了"})


async def _second_case(phone: Phone, item: dict[str, Any], code: str) -> str:
    body = {"item": code, "answers": fill(item), "materials": await materials(phone, item)}
    done = await phone.must("POST", "/api/v1/cases", body, status=201)
    return str(done["case_no"])


async def _as_staff(cast: Cast, told: Told, known: dict[str, str]) -> None:
    await cast.handler.must("GET", "/console/api/v1/cases")
    for kind, value in (("files", known["file_id"]), ("documents", known["document_no"])):
        await cast.handler.must("GET", f"/console/api/v1/cases/{told.case_no}/{kind}/{value}")
    await cast.clerk.must("GET", "/counter/api/v1/purposes")
    await cast.clerk.must("GET", "/counter/api/v1/today")


async def _in_the_open(cast: Cast) -> None:
    visitor = Visitor(cast.resident.origin)
    async with visitor:
        for path in ("/healthz", "/readyz", "/metrics", "/openapi.json"):
            await visitor.must("GET", path)
        cast.resident.seen += visitor.seen
