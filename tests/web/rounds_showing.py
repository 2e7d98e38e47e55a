"""One good call of everything that a counter may look at, and of her own licences."""

from __future__ import annotations

import base64
import time
from typing import Any

from tests.journeys.forms import fill
from tests.journeys.people import Counter, Desk, Phone, a_page, a_photo
from tests.journeys.town import PEOPLE


async def shows_herself(phone: Phone, clerk: Counter) -> dict[str, str]:
    """A visit whose portrait and licences were allowed; what path parameters may be filled with."""
    mine = await phone.must("GET", "/api/v1/licences")
    licence = str(mine["licences"][0]["id"])
    await phone.must("GET", f"/api/v1/licences/{licence}")
    visit = f"/counter/api/v1/visits/{await _visit(phone, clerk)}"
    await phone.must(
        "POST", f"/api/v1/visits/{visit.rsplit('/', 1)[1]}/consent",
        {"allow": True, "fields": ["licences", "portrait"], "licences": [licence]},
    )  # fmt: skip
    await clerk.must("POST", f"{visit}/card", {})
    portrait = await clerk.call("GET", f"{visit}/portrait")
    assert portrait.status == 200, str(portrait)
    await clerk.must("GET", f"{visit}/licences")
    await clerk.must("GET", f"{visit}/licences/{licence}")
    return {"licences/id": licence, "licences/licence": licence}


async def shows_papers(phone: Phone, clerk: Counter) -> None:
    """A paper beside somebody else's card; and a neighbour's, read by what an agreement lets this counter have."""
    paper = await phone.must("POST", "/api/v1/credentials", {"tier": "T1", "form": "paper"}, status=201)
    answer = await clerk.scan(paper["text"], "apply_here")
    assert answer.status == 200, str(answer)
    path = f"/counter/api/v1/visits/{answer.body['visit_id']}/card-mismatch"
    assert (await clerk.call("POST", path)).status == 204
    name, id_number, number = PEOPLE[0]
    async with Phone(phone.origin, number) as neighbour:
        neighbour.headers["Host"] = "linshi.localhost"
        await neighbour.sign_in()
        await neighbour.verify(name, id_number)
        await neighbour.must("POST", "/api/v1/credentials", {"tier": "T0", "form": "paper"}, status=201)
        phone.seen += neighbour.seen
    (agreed,) = (await clerk.must("GET", "/counter/api/v1/offline-kit"))["agreed"]
    for address in (agreed["keys"], *agreed["lists"]):
        await phone.must("GET", address)


async def _visit(phone: Phone, clerk: Counter) -> str:
    phone.forget_key()
    answer = await clerk.scan(await phone.code("02", at=time.time()), "show_licence")
    assert answer.status == 200, str(answer)
    return str(answer.body["visit_id"])


async def applies_at_the_counter(phone: Phone, clerk: Counter, desks: tuple[Desk, Desk], item: str) -> dict[str, str]:
    """Cases begun, corrected and handed over at the counter; what path parameters may be filled with."""
    phone.forget_key()
    answer = await clerk.scan(await phone.code("03", at=time.time()), "apply_here")
    assert answer.status == 200, str(answer)
    visit = f"/counter/api/v1/visits/{answer.body['visit_id']}"
    await clerk.must("GET", f"{visit}/prefill?item={item}")
    asked = await clerk.must("POST", f"{visit}/cases", await application(clerk, visit, item, "phone"), status=201)
    await clerk.must("GET", f"/counter/api/v1/applications/{asked['id']}")
    await phone.must("GET", "/api/v1/counter-applications")
    await phone.must("POST", f"/api/v1/counter-applications/{asked['id']}/answer", {"allow": True})
    await clerk.must("POST", f"{visit}/card", {})
    made = await clerk.must("POST", f"{visit}/cases", await application(clerk, visit, item, "paper"), status=201)
    case_no = str(made["case_no"])
    first, second = desks
    form = (await clerk.must("GET", f"/api/v1/items/{item}"))["form"]
    field = form[0]["fields"][0]["code"]
    wanted = [{"target": f"field:{field}", "reason": "请核对"}]
    await first.act(case_no, "receive")
    await first.act(case_no, "request_correction", corrections=wanted)
    await clerk.must("GET", f"{visit}/cases/{case_no}")
    answers = {field: fill({"form": form})[field]}
    await clerk.must("POST", f"{visit}/corrections", {"case_no": case_no, "answers": answers, "materials": []})
    for action, more in (("accept", {}), ("start", {}), ("propose", {"outcome": "grant", "opinion": "符合条件"})):
        await first.act(case_no, action, **more)
    await second.act(case_no, "approve_proposal")
    done = await clerk.must("POST", f"{visit}/handovers", {"case_no": case_no}, status=201)
    printed = await clerk.call("GET", f"{visit}/cases/{case_no}/documents/{done['document_no']}")
    assert printed.status == 200, str(printed)
    return {"applications/id": str(asked["id"]), "counter-applications/id": str(asked["id"])}


async def application(clerk: Counter, visit: str, code: str, way: str) -> dict[str, Any]:
    """What a clerk fills in: everything the item wants, with its materials handed over at the counter."""
    item = await clerk.must("GET", f"/api/v1/items/{code}")
    handed = []
    for wanted in item["materials"]:
        if wanted["required"]:
            content, name = (a_page(), "材料.pdf") if "pdf" in wanted["media"] else (a_photo(), "照片.jpg")
            body = {"name": name, "content": base64.b64encode(content).decode()}
            kept = await clerk.must("POST", f"{visit}/files", body, status=201)
            handed.append({"code": wanted["code"], "file_id": kept["file_id"]})
    return {"item": code, "answers": fill(item), "materials": handed, "way": way}
