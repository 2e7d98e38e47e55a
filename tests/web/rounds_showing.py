"""One good call of everything that a counter may look at, and of her own licences."""

from __future__ import annotations

import time

from tests.journeys.people import Counter, Phone


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


async def _visit(phone: Phone, clerk: Counter) -> str:
    phone.forget_key()
    answer = await clerk.scan(await phone.code("02", at=time.time()), "show_licence")
    assert answer.status == 200, str(answer)
    return str(answer.body["visit_id"])
