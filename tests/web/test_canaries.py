"""No personal value in the clear: canaries go in at every door and are found nowhere but where they were sent.

Looked through afterwards: every row of the database and, on SQLite, its files; what is kept on disk, names included;
Redis; what was logged at any level that runs in production; figures; every refusal; exports and the record.
"""

from __future__ import annotations

import gzip
import io
import logging
import os
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from config.settings import Settings
from server.adapters.clock import ShiftedClock
from server.domain.residents.service import Residents
from tests.conftest import REDIS_URL
from tests.journeys.forms import fill, materials
from tests.journeys.people import Counter, Desk, Phone, a_page
from tests.journeys.town import Town, running_town
from tests.journeys.visitor import Visitor
from tests.soak.oracle import unlimited
from tests.web.canaries import NAME, PHONE, WORDS, Canary, forms, found_in, in_files, in_redis, in_rows

FEW, WHOLE_STORY = 24, 3
ALL = int(os.environ.get("YIMA_SOAK_CANARIES", FEW))
ITEM = "printing-licence"


async def _comes_in(town: Town, one: Canary) -> Phone:
    """At the doors that anybody finds: wrong codes, wrong names, unknown ways, addresses that do not exist."""
    phone = await town.invite(Phone(town.origin, one.phone))
    bad = {"method": "sms", "phone": one.phone, "otp": "000000", "device": one.words}
    await phone.call("POST", "/api/v1/sessions", body=bad)
    await phone.call("POST", "/api/v1/sessions", body={"method": "wechat", "code": one.words, "device": one.name})
    await phone.call("POST", "/api/v1/sessions", data=f'{{"phone": "{one.phone}", "{one.name}"'.encode())
    await phone.call("GET", f"/api/v1/items/{one.id_number}")
    await phone.call("GET", "/api/v1/items", params={"q": one.name, "theme": one.words})
    await phone.call("GET", f"/{one.words}", headers={"X-Name": one.id_number, "Accept": "text/html"})
    await phone.sign_in()
    wrong = {"method": "name_and_id", "name": NAME, "id_number": one.id_number}
    await phone.call("POST", "/api/v1/me/verifications", body=wrong)
    await phone.verify(one.name, one.id_number)
    return phone


async def _applies(phone: Phone, one: Canary) -> str:
    item = await phone.must("GET", f"/api/v1/items/{ITEM}")
    file_id = await phone.upload(
        a_page().replace(b"<</Root", f"%{one.words}\n<</Root".encode()), f"{one.words}.pdf", "application/pdf"
    )
    papers = await materials(phone, item)
    papers[0]["file_id"] = file_id
    answers = {code: one.name if isinstance(value, str) and "示范" in value else value
               for code, value in fill(item).items()}  # fmt: skip
    assert one.name in answers.values()
    body = {"item": ITEM, "answers": dict.fromkeys(answers, one.id_number), "materials": papers}
    await phone.call("POST", "/api/v1/cases", body=body)
    headers = {"Idempotency-Key": "k1"}
    made = await phone.must("POST", "/api/v1/cases", {**body, "answers": answers}, status=201, headers=headers)
    return str(made["case_no"])


async def _whole_story(phone: Phone, one: Canary, other: Canary, handler: Desk, clerk: Counter) -> None:
    case_no = await _applies(phone, one)
    await handler.act(case_no, "receive")
    asked = [{"target": (await handler.case(case_no))["correctable"][0]["target"], "reason": one.words}]
    await handler.act(case_no, "request_correction", opinion=one.name, corrections=asked)
    await handler.call("POST", f"/console/api/v1/cases/{case_no}/transitions", body={"action": one.words})
    offer = {"kind": "relative", "side": "principal", "relation": "friend", "last_day": "2026-12-20",
             "other": {"name": other.name, "phone": other.phone}, "scope": {"all_items": True}}  # fmt: skip
    await phone.call("POST", "/api/v1/delegations", body=offer)
    person = {"name": one.name, "id_number": one.id_number}
    paper = {**person, "tier": "T1", "card_in_hand": True}
    await clerk.must("POST", "/counter/api/v1/papers", paper, status=201)
    await clerk.call("POST", "/counter/api/v1/papers", body={**paper, "name": NAME})
    await clerk.must("POST", "/counter/api/v1/scans", {"text": await phone.code(), "purpose": "apply_here"})
    await clerk.call("POST", "/counter/api/v1/scans", body={"text": one.id_number, "purpose": one.words})
    await phone.call("POST", "/api/v1/delegations", body=offer)
    await phone.must("POST", f"/api/v1/cases/{case_no}/withdrawal", {"reason": one.words})
    await phone.must("POST", "/api/v1/me/loss-report", {"what": "paper"}, status=201)


async def _staff_look(operator: Desk, one: Canary) -> None:
    api = "/console/api/v1"
    await operator.must("POST", f"{api}/audience/why", {"rules": {}, "phone": one.phone})
    await operator.call("POST", f"{api}/notice-looks", body={"phone": one.phone, "reason": "complaint"})
    form = aiohttp.FormData()
    form.add_field("file", f"手机号,姓名\n{one.phone},{one.name}\n1,{one.words}\n".encode(),
                   filename="list.csv", content_type="text/csv")  # fmt: skip
    made = await operator.must("POST", f"{api}/people-lists", data=form, status=201)
    await operator.must("GET", f"{api}/people-lists/{made['id']}/rows")
    await operator.call("POST", f"{api}/sessions", body={"staff_no": one.name, "password": one.words})


async def _crash(phone: Phone, one: Canary, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours whose words quote a person: as drivers do, which put whole rows into their errors."""

    async def boom(*given: Any, **more: Any) -> None:
        raise ValueError(f"Key (name, phone)=({one.name}, {one.phone}) {one.words}")

    with monkeypatch.context() as broken:
        broken.setattr(Residents, "get", boom)
        assert (await phone.call("GET", "/api/v1/me")).status == 500


def _told(*visitors: Visitor) -> list[str]:
    """What refusals said, and what the record and the figures show."""
    hits = []
    for answer in [answer for visitor in visitors for answer in visitor.seen]:
        if answer.status >= 400 or "/audit" in answer.path or "/metrics" in answer.path:
            hits += found_in(f"{answer.method} {answer.status}", answer.content + str(answer.headers).encode())
    return hits


async def _sent_everywhere(town: Town, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every door once with a person of its own; what was found in what they were told."""
    canaries = [Canary(number) for number in range(ALL)]
    assert town.house.standin is not None
    town.house.standin._population.update({one.id_number: one.name for one in canaries})
    handler, operator = await town.desk("H1", "handler"), await town.desk("O1", "operator")
    auditor, clerk = await town.desk("A1", "auditor"), await town.counter()
    phones = [await _comes_in(town, one) for one in canaries]
    for at in range(WHOLE_STORY):
        await _whole_story(phones[at], canaries[at], canaries[at + 1], handler, clerk)
        await _staff_look(operator, canaries[at])
    await _crash(phones[0], canaries[0], monkeypatch)
    await auditor.must("GET", "/console/api/v1/audit")
    await auditor.call("GET", "/metrics")
    return _told(*phones, handler, operator, auditor, clerk)


async def test_a_personal_value_is_found_nowhere_in_the_clear(
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    settings: Settings,
    clock: ShiftedClock,
) -> None:
    caplog.set_level(logging.INFO)
    scratch, spoken = tmp_path / "scratch", io.StringIO()
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    with redirect_stderr(spoken), redirect_stdout(spoken):
        async with running_town(unlimited(settings) if ALL > FEW else settings, clock) as town:
            outcome = await _sent_everywhere(town, monkeypatch)
            await town.house.engine.stop()
            outcome += await in_rows()
    outcome += in_files(settings.data_dir) + in_files(scratch)
    if settings.storage_url().startswith("sqlite"):
        outcome += in_files(Path(settings.storage_url().removeprefix("sqlite://")).parent)
    outcome += await in_redis(REDIS_URL) if REDIS_URL else []
    for place, text in (("stderr", spoken.getvalue()), ("log", caplog.text)):
        outcome += found_in(place, text.encode("utf-8", "replace"))
    assert len(spoken.getvalue()) > 10_000, "there was something to look through"
    assert not outcome, "\n".join(outcome)


@pytest.mark.parametrize("text", [NAME, PHONE, WORDS])
def test_a_canary_would_be_found(text: str) -> None:
    for form in forms(text):
        assert found_in("here", b"x" + form + b"y"), form
    assert found_in("here", b"head" + gzip.compress(b"some " + text.encode()))
    assert found_in("here", b"nothing but 1549 and \xe9\xbe\x98") == []
