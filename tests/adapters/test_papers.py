"""Portraits and licences over real HTTP, with everything that their sources can do wrong."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import AsyncIterator
from datetime import date

import pytest
from aiohttp import web

from server.adapters.papers_http import HttpLicences, HttpPortraits
from server.adapters.papers_standin import Mode, PapersStandIn, read_held
from server.domain.licences.errors import LicenceMissing, LicencesUnavailable
from server.domain.licences.ports import Holder
from server.domain.visits.errors import PortraitMissing, PortraitUnavailable
from server.paper_house import HELD_LICENCES
from tests.domain.people import NAME, NUMBER

ANOTHER = "511602185807202317"
HOLDER = Holder(NAME, NUMBER, "own-licences", "本人查看")
HELD = read_held(HELD_LICENCES)


@pytest.fixture
async def standin() -> AsyncIterator[PapersStandIn]:
    made = PapersStandIn({NUMBER: NAME, ANOTHER: "李建国"}, {NUMBER: HELD["511602186209161281"]}, slow_seconds=1.0)
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def portraits(standin: PapersStandIn) -> AsyncIterator[HttpPortraits]:
    made = HttpPortraits(standin.url, timeout=0.3)
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def licences(standin: PapersStandIn) -> AsyncIterator[HttpLicences]:
    made = HttpLicences(standin.url, timeout=0.3)
    await made.open()
    yield made
    await made.close()


async def test_a_portrait_is_a_drawn_picture_of_this_person(portraits: HttpPortraits) -> None:
    found = await portraits.portrait(NAME, NUMBER, purpose="apply_here", basis="示例")
    assert found.media_type == "image/png"
    width, height = struct.unpack(">II", found.content[16:24])
    assert (width, height) == (240, 300)
    body = found.content[41 : 41 + struct.unpack(">I", found.content[33:37])[0]]
    assert len(zlib.decompress(body)) == height * (1 + width * 3)
    other = await portraits.portrait("李建国", ANOTHER, purpose="apply_here", basis="示例")
    assert other.content != found.content


@pytest.mark.parametrize("mode", ["down", "slow", "garbage", "somebody_else"])
async def test_a_source_that_is_away_or_answers_for_somebody_else_compares_nobody(
    portraits: HttpPortraits, standin: PapersStandIn, mode: Mode
) -> None:
    standin.portraits = mode
    with pytest.raises(PortraitUnavailable):
        await portraits.portrait(NAME, NUMBER, purpose="apply_here", basis="示例")


async def test_no_portrait_is_said_to_be_none(portraits: HttpPortraits, standin: PapersStandIn) -> None:
    with pytest.raises(PortraitMissing):
        await portraits.portrait("王秀芳", NUMBER, purpose="apply_here", basis="示例")
    standin.portraits = "nobody"
    with pytest.raises(PortraitMissing):
        await portraits.portrait(NAME, NUMBER, purpose="apply_here", basis="示例")


async def test_a_list_gives_a_code_for_each_licence_and_the_code_its_face(licences: HttpLicences) -> None:
    found = await licences.held(HOLDER)
    assert [one.status for one in found] == ["valid", "expired", "revoked"]
    assert found[0].issued_on == date(2019, 5, 8)
    assert found[2].expires_on is None
    face = await licences.face(found[0].key)
    assert face.holder == NAME
    assert ("发卡日期", "2019-05-08") in face.lines
    with pytest.raises(LicenceMissing):
        await licences.face("spent")


@pytest.mark.parametrize("mode", ["down", "slow", "garbage"])
async def test_every_failure_of_the_licence_system_is_the_same_refusal(
    licences: HttpLicences, standin: PapersStandIn, mode: Mode
) -> None:
    key = (await licences.held(HOLDER))[0].key
    standin.licences = mode
    with pytest.raises(LicencesUnavailable):
        await licences.held(HOLDER)
    with pytest.raises(LicencesUnavailable):
        await licences.face(key)


async def test_a_holder_whom_it_does_not_know_and_one_who_holds_nothing(
    licences: HttpLicences, standin: PapersStandIn
) -> None:
    with pytest.raises(LicencesUnavailable):
        await licences.held(Holder("王秀芳", NUMBER, "", ""))
    standin.licences = "nobody"
    assert await licences.held(HOLDER) == []


async def test_where_nothing_is_connected_nothing_is_made_up() -> None:
    portraits, licences = HttpPortraits(""), HttpLicences("")
    with pytest.raises(PortraitUnavailable):
        await portraits.portrait(NAME, NUMBER, purpose="apply_here", basis="示例")
    with pytest.raises(LicencesUnavailable):
        await licences.held(HOLDER)


PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\n...").decode()
_GOOD_LICENCE = {
    "auth_code": "a", "type_code": "t", "name": "n", "number": "1", "issue_dept": "d", "issue_date": "2020-01-01",
    "status": "valid",
}  # fmt: skip


@pytest.mark.parametrize(
    "answer",
    [
        {"id_number": NUMBER, "media_type": "image/svg+xml", "image": PICTURE},
        {"id_number": NUMBER, "media_type": "image/jpeg", "image": PICTURE},
        {"id_number": NUMBER, "media_type": "image/png", "image": "not base64!"},
        {"id_number": NUMBER, "media_type": "image/png", "image": 7},
        [],
        {"ack_code": "SUCCESS", "data": None},
        {"ack_code": "SUCCESS", "data": {"licenses": [_GOOD_LICENCE | {"status": "stolen"}]}},
        {"ack_code": "SUCCESS", "data": {"licenses": [_GOOD_LICENCE | {"issue_date": "yesterday"}]}},
        {"ack_code": "SUCCESS", "data": {"licenses": [_GOOD_LICENCE | {"name": "n" * 501}]}},
        {"ack_code": "SUCCESS", "data": {"licenses": [{}]}},
    ],
)
async def test_an_answer_that_is_not_of_its_form_is_no_answer(answer: object) -> None:
    async def say(_request: web.Request) -> web.Response:
        return web.json_response(answer)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", say)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    portraits, licences = HttpPortraits(url), HttpLicences(url)
    await portraits.open()
    await licences.open()
    with pytest.raises(PortraitUnavailable):
        await portraits.portrait(NAME, NUMBER, purpose="apply_here", basis="示例")
    with pytest.raises(LicencesUnavailable):
        await licences.held(HOLDER)
    with pytest.raises(LicencesUnavailable):
        await licences.face("a")
    await portraits.close()
    await licences.close()
    await runner.cleanup()
