"""The paper desk: a person without a phone, her card in the clerk's hand, a paper a minute later."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pypdfium2

from codes import verdict
from config.floor import sql
from tests.codes.readers import qr_codes
from tests.domain.credentials.test_over_http import unplugged
from tests.journeys.people import Counter
from tests.journeys.town import PEOPLE, Town

FATHER = {"name": "王德山", "id_number": "511602182503121178"}
PAPERS, LOSSES = "/counter/api/v1/papers", "/counter/api/v1/loss-reports"


async def made(clerk: Counter, tier: str = "T1", **who: str) -> dict[str, Any]:
    body = {**FATHER, **who, "tier": tier, "card_in_hand": True}
    done: dict[str, Any] = await clerk.must("POST", PAPERS, body, status=201)
    return done


async def text_on(clerk: Counter, paper: dict[str, Any], layout: str = "a6") -> str:
    answer = await clerk.call("GET", f"{PAPERS}/{paper['id']}?layout={layout}")
    assert (answer.status, answer.media) == (200, "application/pdf"), str(answer)
    sheet = pypdfium2.PdfDocument(answer.content)[0]
    assert "有效期至" in sheet.get_textpage().get_text_range()
    page = sheet.render(scale=2.5).to_pil()
    (text,) = {one.text for one in qr_codes(page)}
    return str(text)


async def test_somebody_without_a_phone_goes_home_with_a_full_paper(server: Town) -> None:
    clerk = await server.counter()
    paper = await made(clerk, "T2")
    assert (paper["name_masked"], paper["known_before"]) == ("王*山", False)
    seen = await unplugged(server, await text_on(clerk, paper))
    assert isinstance(seen, verdict.Accepted)
    assert (seen.credential.id_number, seen.credential.level) == (FATHER["id_number"], 5)
    assert seen.credential.expires_at - seen.credential.issued_at == 30 * 86400
    consent = await sql.row("SELECT fields_told, credential_id FROM paper_consents")
    assert consent is not None
    assert str(sql.uid(consent["credential_id"])) == paper["id"]
    assert "id_number" in sql.document(consent["fields_told"])
    unit = await server.house.database.reading("demo")
    trail = [(one.action, one.actor_label) for one in await server.services.audit.of_portal(unit)]
    assert {("identity.card", "C1"), ("credential.issue", "C1"), ("credential.print", "C1")} <= set(trail)


async def test_printing_again_kills_the_older_and_makes_nobody_twice(server: Town) -> None:
    clerk = await server.counter()
    clerk.headers["Accept-Language"] = "en"  # the paper speaks her language all the same
    first = await made(clerk)
    old = await text_on(clerk, first)
    second = await made(clerk)
    assert second["known_before"] is True
    assert isinstance(await unplugged(server, old), verdict.Refused)
    assert isinstance(await unplugged(server, await text_on(clerk, second, "stickers")), verdict.Accepted)
    await clerk.refused("GET", f"{PAPERS}/{first['id']}", code="credential-over")
    five = await server.counter("C5", "5 号窗口")
    await asyncio.gather(*(made(one) for one in (clerk, five)))
    people = await sql.row("SELECT count(*) AS n FROM residents")
    assert people is not None
    assert people["n"] == 1


async def test_a_card_the_register_does_not_confirm_makes_nothing(server: Town) -> None:
    clerk = await server.counter()
    body = {**FATHER, "name": "王德水", "tier": "T1", "card_in_hand": True}
    await clerk.refused("POST", PAPERS, body, code="identity-mismatch")
    await clerk.refused("POST", PAPERS, {**body, "id_number": "511602182503121179"}, code="id-number-invalid")
    await clerk.refused("POST", PAPERS, {**body, "card_in_hand": False}, code="invalid-input")
    for table in ("residents", "credentials"):
        row = await sql.row(f"SELECT count(*) AS n FROM {table}")
        assert row is not None
        assert row["n"] == 0, table
    unit = await server.house.database.reading("demo")
    assert [one.outcome for one in await server.services.audit.of_portal(unit) if one.action == "identity.card"] == [
        "mismatch"
    ]


async def test_only_who_made_it_prints_it_and_only_for_half_an_hour(server: Town) -> None:
    clerk, other = await server.counter(), await server.counter("C5", "5 号窗口")
    paper = await made(clerk)
    await other.refused("GET", f"{PAPERS}/{paper['id']}", code="not-found")
    server.clock.advance(timedelta(minutes=31))
    await clerk.refused("GET", f"{PAPERS}/{paper['id']}", code="not-found")


async def test_a_loss_is_reported_by_the_card_in_hand_and_a_phones_owner_sees_it(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    name, id_number, _ = PEOPLE[0]
    paper = await made(clerk, "T1", name=name, id_number=id_number)
    assert paper["known_before"] is True
    text = await text_on(clerk, paper)
    body = {"name": name, "id_number": id_number, "what": "paper", "card_in_hand": True}
    done = await clerk.must("POST", LOSSES, body, status=201)
    assert (done["name_masked"], done["credentials"], done["sessions"]) == ("王*兰", 1, 0)
    assert isinstance(await unplugged(server, text), verdict.Refused)
    (shown,) = (await phone.must("GET", "/api/v1/credentials"))["credentials"]
    assert shown["state_label"] == "已挂失"
    assert (await phone.must("GET", "/api/v1/me"))["loa"] == 5
    await clerk.refused("POST", LOSSES, {**body, **FATHER}, code="resident-not-found")
