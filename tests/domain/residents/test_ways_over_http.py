"""Ways in over HTTP: one person by different ways is one resident; nobody becomes somebody by a phone alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import pytest

from config.floor import sql
from config.settings import Settings
from server.adapters.clock import ShiftedClock
from server.adapters.ways_standin import WaysStandIn
from tests.journeys.people import Phone
from tests.journeys.town import PEOPLE, Town, running_town
from tests.journeys.visitor import Answer, Visitor, must_problem

NAME, NUMBER, PHONE = PEOPLE[0]


@dataclass
class Ways:
    """A town whose ways lead to the stand-in."""

    town: Town
    standin: WaysStandIn

    async def come(self, method: str, **facts: Any) -> Answer:
        """Sign in by a fresh code."""
        phone = facts.pop("phone_number", "")
        body = {"method": method, "code": self.standin.mint(method, **facts), "device": "微信"}
        if phone:
            body["phone_code"] = self.standin.mint("wechat_phone", phone=phone)
        visitor = await self.town.stranger()
        return await visitor.call("POST", "/api/v1/sessions", body=body)

    async def ticket(self, subject: str, level: int, *, name: str = NAME, number: str = NUMBER) -> Answer:
        return await self.come(
            "ticket", subject=subject, level=level, kind="person", source="s", name=name, id_number=number
        )


@pytest.fixture
async def ways(settings: Settings, clock: ShiftedClock) -> AsyncIterator[Ways]:
    standin = WaysStandIn()
    await standin.open()
    try:
        async with running_town(settings.model_copy(update={"ways": standin.settings()}), clock) as town:
            yield Ways(town, standin)
    finally:
        await standin.close()


def _who(answer: Answer) -> str:
    assert answer.status == 201, str(answer)
    return str(answer.body["resident"]["id"])


async def test_the_same_person_by_different_ways_is_one_resident_joined_on_record(ways: Ways) -> None:
    by_phone = (await ways.town.resident(0)).me["id"]
    assert _who(await ways.ticket("n-1", 3)) == by_phone
    person = {"userid": "z-1", "authlevel": "3", "username": NAME, "idnum": NUMBER, "mobile": "15400000099"}
    assert _who(await ways.come("zheliban", **person)) == by_phone
    assert _who(await ways.ticket("n-1", 1, name="", number="")) == by_phone, "the account is known now"
    rows = await sql.rows("SELECT outcome, place FROM audit_entries WHERE action = 'identity.join' ORDER BY id")
    assert [(row["outcome"], row["place"]) for row in rows] == [
        ("joined", "ticket"), ("proven", "ticket"), ("joined", "zheliban"),
    ]  # fmt: skip


async def test_a_name_and_number_alone_join_nobody(ways: Ways) -> None:
    by_phone = (await ways.town.resident(0)).me["id"]
    first, again = await ways.ticket("n-1", 2), await ways.ticket("n-1", 2)
    assert _who(first) == _who(again) != by_phone
    assert (first.body["resident"]["loa"], first.body["resident"]["name_masked"]) == (2, None)
    rows = await sql.rows("SELECT outcome FROM audit_entries WHERE action = 'identity.join' ORDER BY id")
    assert [row["outcome"] for row in rows] == ["too-weak", "taken", "taken"], "each time on record"


async def test_a_ticket_of_an_identity_that_is_here_leads_to_the_merge_with_what_it_has_proven(ways: Ways) -> None:
    by_phone = await ways.town.resident(0)
    person = {"userid": "z-1", "authlevel": "2", "username": NAME, "idnum": NUMBER, "mobile": PHONE}
    weak = await ways.come("zheliban", **person)
    assert weak.status == 201 and weak.body["earlier_account"] is True, "her own phone's number is not taken over"
    offer = await (await _signed_in(ways, weak)).must("GET", "/api/v1/me/merge")
    found = {name: offer[name] for name in ("state", "level", "needed", "ready", "earlier", "way_label")}
    assert found == {
        "state": "offered", "level": 3, "needed": 4, "ready": False, "earlier": None, "way_label": "浙里办",
    }  # fmt: skip
    strong = await ways.come("zheliban", **person | {"authlevel": "3"})
    assert _who(strong) == _who(weak) != by_phone.me["id"], "the platform's account has a resident by now"
    here = await _signed_in(ways, strong)
    ready = await here.must("GET", "/api/v1/me/merge")
    assert (ready["ready"], ready["level"]) == (True, 4)
    elsewhere = await _signed_in(ways, weak)
    must_problem(await elsewhere.call("POST", "/api/v1/me/merge", body={"id": ready["id"]}), "merge-needs-proof")
    done = await here.must("POST", "/api/v1/me/merge", {"id": ready["id"]}, status=200)
    assert (done["resident"]["id"], done["resident"]["loa"]) == (by_phone.me["id"], 4)
    after = await ways.come("zheliban", **person)
    assert (_who(after), after.body["earlier_account"]) == (by_phone.me["id"], False)


async def test_linking_an_account_that_proves_an_earlier_ones_identity_leads_to_the_merge(ways: Ways) -> None:
    earlier, later = await ways.town.resident(0), await ways.town.resident(2, loa=2)
    person = {"subject": "n-1", "level": 3, "kind": "person", "source": "s", "name": NAME, "id_number": NUMBER}
    link = {"method": "ticket", "code": ways.standin.mint("ticket", **person)}
    assert (await later.call("POST", "/api/v1/me/accounts", body=link)).status == 204
    offer = await later.must("GET", "/api/v1/me/merge")
    assert (offer["ready"], offer["way_label"]) == (True, "国家政务服务平台")
    assert (await later.must("GET", "/api/v1/me"))["loa"] == 2, "nothing is proven by it here"
    link["code"] = ways.standin.mint("ticket", **person)
    must_problem(await earlier.call("POST", "/api/v1/me/accounts", body=link), "account-taken")
    third = await ways.town.resident(1, loa=2)
    link["code"] = ways.standin.mint("ticket", **person)
    must_problem(await third.call("POST", "/api/v1/me/accounts", body=link), "identity-taken")
    assert (await third.must("GET", "/api/v1/me/merge"))["ready"] is True


async def _signed_in(ways: Ways, entered: Answer) -> Visitor:
    """Whoever holds the session that was answered."""
    visitor = await ways.town.stranger()
    visitor.headers["Authorization"] = f"Bearer {entered.body['token']}"
    return visitor


async def test_a_phone_alone_joins_nobody_until_she_links_the_account_herself(ways: Ways) -> None:
    phone = await ways.town.resident(0, loa=2)
    must_problem(await ways.come("wechat", openid="o-1", phone_number=PHONE), "account-unknown")
    link = {"method": "wechat", "code": ways.standin.mint("wechat", openid="o-1")}
    assert (await phone.call("POST", "/api/v1/me/accounts", body=link)).status == 204
    assert _who(await ways.come("wechat", openid="o-1", phone_number=PHONE)) == phone.me["id"]
    assert [one["method"] for one in (await phone.must("GET", "/api/v1/me/accounts"))["accounts"]] == ["wechat"]
    other = await ways.town.resident(1, loa=2)
    link["code"] = ways.standin.mint("wechat", openid="o-1")
    must_problem(await other.call("POST", "/api/v1/me/accounts", body=link), "account-taken")
    assert (await phone.call("DELETE", "/api/v1/me/accounts/wechat")).status == 204
    must_problem(await phone.call("DELETE", "/api/v1/me/accounts/wechat"), "not-found")


async def test_somebody_new_is_registered_and_one_account_at_once_twice_is_one_resident(ways: Ways) -> None:
    answers = await asyncio.gather(*(ways.come("wechat", openid="o-9") for _ in range(4)))
    assert len({_who(answer) for answer in answers}) == 1
    assert {answer.body["resident"]["loa"] for answer in answers} == {2}
    count = await sql.row("SELECT COUNT(*) AS n FROM residents")
    assert count is not None
    assert count["n"] == 1, "nobody is left over"
    only = await ways.town.stranger()
    only.headers["Authorization"] = f"Bearer {answers[0].body['token']}"
    must_problem(await only.call("DELETE", "/api/v1/me/accounts/wechat"), "last-way-in")


async def test_a_proven_account_raises_its_resident_and_another_person_never_takes_it(ways: Ways) -> None:
    first = await ways.ticket("n-1", 2)
    assert first.body["resident"]["loa"] == 3
    again = await ways.ticket("n-1", 3)
    assert (_who(again), again.body["resident"]["loa"]) == (_who(first), 4)
    must_problem(await ways.ticket("n-1", 3, name=PEOPLE[1][0], number=PEOPLE[1][1]), "account-taken")
    assert (await ways.ticket("n-1", 3, number="000")).status == 201, "a number that cannot be read proves nothing"


async def test_a_resident_of_an_account_does_not_become_somebody_who_is_here(ways: Ways) -> None:
    made = await ways.come("ticket", subject="n-2", level=1, kind="person", source="s")
    await ways.town.resident(0)
    again = await ways.ticket("n-2", 3)
    assert (_who(again), again.body["resident"]["loa"], again.body["earlier_account"]) == (_who(made), 2, True)


async def test_what_is_no_way_in_says_so(ways: Ways) -> None:
    must_problem(await ways.come("alipay", open_id="a"), "sign-in-method-unknown")
    must_problem(await ways.come("ticket", subject="c", level=3, kind="legal", source="s"), "legal-person-here")
    visitor = await ways.town.stranger()
    must_problem(await visitor.call("POST", "/api/v1/sessions", body={"method": "wechat"}), "invalid-input")
    must_problem(await visitor.call("POST", "/api/v1/sessions", body={"method": "ticket", "code": "x"}), "way-refused")
    ways.standin.mode = "down"
    must_problem(await ways.come("wechat", openid="o"), "way-unavailable", status=503)
    offered = (await visitor.must("GET", "/api/v1/sign-in-methods"))["methods"]
    assert [one["method"] for one in offered] == ["sms", "wechat", "zheliban", "ticket", "net_identity"]
    phone = await ways.town.resident(0, loa=2)
    body = {"method": "alipay", "code": "x"}
    must_problem(await phone.call("POST", "/api/v1/me/accounts", body=body), "sign-in-method-unknown")


async def test_a_resident_sees_her_devices_and_signs_out_a_lost_one(server: Town) -> None:
    here, lost = await server.resident(0), Phone(server.origin, PHONE)
    await server.invite(lost)
    await lost.sign_in()
    await lost.code()
    found = (await here.must("GET", "/api/v1/sessions"))["sessions"]
    assert [(one["device"], one["current"]) for one in found] == [("test phone", False), ("test phone", True)]
    assert (await here.must("GET", f"/api/v1/sessions?cursor={found[0]['id']}"))["sessions"] == found[1:]
    assert (await here.call("GET", "/api/v1/sessions?cursor=x")).status == 422
    other = await server.resident(1, loa=2)
    must_problem(await other.call("DELETE", f"/api/v1/sessions/{found[0]['id']}"), "not-found")
    assert (await here.call("DELETE", f"/api/v1/sessions/{found[0]['id']}")).status == 204
    must_problem(await lost.call("GET", "/api/v1/me"), "unauthenticated")
    must_problem(await here.call("DELETE", f"/api/v1/sessions/{found[0]['id']}"), "not-found")
    assert len((await here.must("GET", "/api/v1/sessions"))["sessions"]) == 1


async def test_proving_oneself_gives_the_session_a_new_token(server: Town) -> None:
    phone = await server.resident(0, loa=2)
    before = phone.headers["Authorization"]
    await phone.verify(NAME, NUMBER)
    assert phone.headers["Authorization"] != before
    must_problem(await phone.call("GET", "/api/v1/me", headers={"Authorization": before}), "unauthenticated")
    assert (await phone.must("GET", "/api/v1/me"))["loa"] == 3


async def test_the_demonstration_plays_the_platforms_own_page_and_its_ticket_lets_in(
    settings: Settings, clock: ShiftedClock
) -> None:
    async with running_town(settings.model_copy(update={"profile": "demo"}), clock) as town:
        visitor = await town.stranger()
        offered = {
            one["method"]: one["login_url"] for one in (await visitor.must("GET", "/api/v1/sign-in-methods"))["methods"]
        }
        assert offered["zheliban"] == "/dev/platform/zheliban" and offered["wechat"] == ""
        for way in ("zheliban", "ticket"):
            chosen = await visitor.call("GET", f"/dev/platform/{way}?as=mother")
            assert chosen.status == 303
            query = dict(parse_qsl(chosen.headers["Location"].partition("?")[2]))
            assert query.pop("way") == way
            came = await visitor.call("POST", "/api/v1/sessions", body={"method": way, "code": query["ticket"]})
            assert came.status == 201 and came.body["resident"]["loa"] == 4
        assert (await visitor.call("GET", "/dev/platform/zheliban")).status == 200, "who logs in there"
        assert (await visitor.call("GET", "/dev/platform/wechat?as=mother")).status == 404


async def test_nobody_plays_a_platform_where_ways_are_real(ways: Ways) -> None:
    visitor = await ways.town.stranger()
    assert (await visitor.call("GET", "/dev/platform/zheliban?as=mother")).status == 404
