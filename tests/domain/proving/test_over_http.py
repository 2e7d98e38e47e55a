"""Proving step by step over HTTP: counted before it is asked, refused without telling why, continued in place."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from config.floor import sql
from config.settings import Settings
from server.adapters.clock import ShiftedClock
from server.adapters.proofs_standin import SAMPLE_CARD, ProofsStandIn
from server.adapters.ways_standin import WaysStandIn
from tests.journeys.people import Phone
from tests.journeys.town import PEOPLE, Town, running_town
from tests.journeys.visitor import Answer, must_problem

NAME, NUMBER, PHONE = PEOPLE[0]
PROVINGS = "/api/v1/me/provings"
OFFER = {
    "kind": "relative", "side": "principal", "other": {"name": PEOPLE[2][0], "phone": PEOPLE[2][2]},
    "relation": "child", "scope": {"all_items": True}, "last_day": "2027-01-01",
}  # fmt: skip


async def _begin(phone: Phone, purpose: str, way: str, platform: str = "h5") -> dict[str, Any]:
    body = {"purpose": purpose, "way": way, "platform": platform}
    found: dict[str, Any] = await phone.must("POST", PROVINGS, body)
    return found


async def _give(phone: Phone, challenge: dict[str, Any], **given: str) -> Answer:
    answer = await phone.call("POST", f"{PROVINGS}/{challenge['id']}/answers", body=given)
    if answer.status == 200 and answer.body["token"]:
        phone.headers["Authorization"] = f"Bearer {answer.body['token']}"
    return answer


async def _agree(phone: Phone, challenge: dict[str, Any], word: str = "yes") -> None:
    asked = challenge["consent"]
    await phone.must("PUT", f"/api/v1/me/consents/{asked['purpose']}", {"word": word, "version": asked["version"]})


async def _prove_by_bank(phone: Phone) -> Answer:
    challenge = await _begin(phone, "level_4", "phone_and_bank")
    assert (challenge["step"], challenge["asks"]) == ("operator", [])
    first = await _give(phone, challenge)
    assert (first.status, first.body["proving"]["asks"]) == (200, ["card"]), first.body
    return await _give(phone, challenge, card=SAMPLE_CARD)


def _standin(town: Town) -> ProofsStandIn:
    assert town.house.proofs.standin is not None
    return town.house.proofs.standin


async def test_step_up_names_the_steps_in_order_and_then_the_same_action_goes_on(
    server: Town, clock: ShiftedClock
) -> None:
    phone = await server.resident(0, loa=2)
    offer = OFFER | {"last_day": ((await clock.read()) + timedelta(days=30)).date().isoformat()}
    key = {"Idempotency-Key": "the-very-same-action"}
    refused = must_problem(await phone.call("POST", "/api/v1/delegations", body=offer, headers=key), "loa-needed")
    assert (refused["needed"], refused["have"]) == (4, 2)
    ahead = [(one["code"], [way["code"] for way in one["ways"]]) for one in refused["ahead"]]
    assert ahead == [
        ("level_3", ["name_and_id", "counter"]), ("level_4", ["phone_and_bank", "counter"]),
    ]  # fmt: skip
    must_problem(await phone.call("POST", PROVINGS, body={"purpose": "level_4", "way": "phone_and_bank"}), "loa-needed")
    first = await _give(phone, await _begin(phone, "level_3", "name_and_id"), name=NAME, id_number=NUMBER)
    assert first.body["resident"]["loa"] == 3
    done = await _prove_by_bank(phone)
    assert (done.status, done.body["resident"]["loa"]) == (200, 4)
    assert (await phone.call("POST", "/api/v1/delegations", body=offer, headers=key)).status == 201


async def test_how_each_level_was_proven_is_kept_and_shown_and_nothing_that_was_shown_is(server: Town) -> None:
    phone = await server.resident(0)
    await _prove_by_bank(phone)
    shown = await phone.must("GET", "/api/v1/me/proofs")
    assert [(one["level"], one["way"]) for one in shown["proofs"]] == [(4, "phone_and_bank"), (3, "name_and_id")]
    assert shown["loa"] == 4 and [one["code"] for one in shown["ahead"]] == ["level_5"]
    assert all(one["level_label"] and one["way_label"] for one in shown["proofs"])
    kept = repr(await sql.rows("SELECT * FROM provings")) + repr(await sql.rows("SELECT * FROM resident_proofs"))
    assert SAMPLE_CARD not in kept
    rows = await sql.rows("SELECT claim_sealed, token_sealed FROM provings")
    assert {(row["claim_sealed"], row["token_sealed"]) for row in rows} == {(None, None)}


async def test_no_table_has_a_place_for_a_face(server: Town) -> None:
    """A picture is kilobytes: no column of a challenge takes one, and its sealed ones are emptied by the decision."""
    await server.resident(0)
    column = "name" if not sql.is_postgres() else "column_name"
    table = (
        "SELECT name, type AS kind FROM pragma_table_info('provings')"
        if not sql.is_postgres()
        else "SELECT column_name, data_type AS kind FROM information_schema.columns WHERE table_name = 'provings'"
    )
    binary = {row[column] for row in await sql.rows(table) if row["kind"].lower() in ("blob", "bytea")}
    assert binary == {"claim_sealed", "token_sealed"}


async def test_a_wrong_name_a_wrong_number_and_nobody_are_answered_the_same(server: Town) -> None:
    phone = await server.resident(0, loa=2)
    challenge = await _begin(phone, "level_3", "name_and_id")
    answers = [
        await _give(phone, challenge, name="王秀英", id_number=NUMBER),
        await _give(phone, challenge, name=NAME, id_number=PEOPLE[1][1]),
        await _give(phone, challenge, name="没有人", id_number="511602190001010013"),
    ]
    assert {answer.status for answer in answers} == {422} and all(one.body == answers[0].body for one in answers)
    must_problem(answers[0], "identity-mismatch")


async def test_of_many_guesses_at_once_no_more_are_compared_than_the_challenge_allows(server: Town) -> None:
    phone = await server.resident(0, loa=2)
    asked: list[str] = []
    register = server.services.register.matches

    async def counting(name: str, id_number: str) -> bool:
        asked.append(name)
        return await register(name, id_number)

    compare = server.services.proving.ports.compare["name_and_id"]
    vars(compare)["_register"] = type("Counting", (), {"matches": staticmethod(counting)})()
    challenge = await _begin(phone, "level_3", "name_and_id")
    answers = await asyncio.gather(*(_give(phone, challenge, name=f"猜{n:02d}", id_number=NUMBER) for n in range(20)))
    codes = [answer.body["code"] for answer in answers]
    assert len(asked) == codes.count("identity-mismatch") == 5
    assert set(codes) == {"identity-mismatch", "proof-locked"}
    must_problem(await _give(phone, challenge, name=NAME, id_number=NUMBER), "proof-locked")


async def test_the_challenge_is_locked_and_not_the_person(server: Town) -> None:
    phone = await server.resident(0)
    standin = _standin(server)
    challenge = await _begin(phone, "level_4", "phone_and_bank")
    await _give(phone, challenge)
    for _ in range(3):
        must_problem(await _give(phone, challenge, card="4000000000000002"), "identity-mismatch")
    must_problem(await _give(phone, challenge, card=SAMPLE_CARD), "proof-locked")
    assert (await phone.must("GET", f"{PROVINGS}/{challenge['id']}"))["state"] == "locked"
    assert standin.calls.count("bank_card") == 3, "the locked one asked nobody"
    again = await _begin(phone, "level_4", "phone_and_bank")
    assert (await _give(phone, again)).status == 200
    for _ in range(3):
        must_problem(await _give(phone, again, card="4000000000000002"), "identity-mismatch")
    third = await _begin(phone, "level_4", "phone_and_bank")
    must_problem(await _give(phone, third), "identity-attempts-exceeded")
    assert (await phone.must("GET", "/api/v1/me"))["loa"] == 3, "signed in and as trusted as before"


async def test_a_card_number_that_breaks_its_check_and_a_silent_bank_use_no_attempt_up(server: Town) -> None:
    phone = await server.resident(0)
    challenge = await _begin(phone, "level_4", "phone_and_bank")
    await _give(phone, challenge)
    wrong = must_problem(await _give(phone, challenge, card="4000000000000001"), "card-number-wrong")
    assert wrong["errors"][0]["field"] == "card"
    must_problem(await _give(phone, challenge), "invalid-input")
    standin = _standin(server)
    for mode in ("down", "garbage", "down", "garbage"):
        standin.mode = mode
        must_problem(await _give(phone, challenge, card=SAMPLE_CARD), "proof-unavailable")
    standin.mode = "well"
    assert (await _give(phone, challenge, card=SAMPLE_CARD)).body["resident"]["loa"] == 4


async def test_a_challenge_is_over_with_its_minutes_and_with_a_newer_one(server: Town, clock: ShiftedClock) -> None:
    phone = await server.resident(0)
    first = await _begin(phone, "level_4", "phone_and_bank")
    second = await _begin(phone, "level_4", "phone_and_bank")
    must_problem(await _give(phone, first), "proof-over")
    clock.advance(timedelta(minutes=16))
    must_problem(await _give(phone, second), "proof-over")
    made = await asyncio.gather(*(_begin(phone, "level_4", "phone_and_bank") for _ in range(4)))
    states = [(await phone.must("GET", f"{PROVINGS}/{one['id']}"))["state"] for one in made]
    assert sorted(states) == ["open", "over", "over", "over"]


async def test_nobody_else_and_no_other_session_finds_a_challenge(server: Town) -> None:
    phone, other = await server.resident(0), await server.resident(1)
    challenge = await _begin(phone, "level_4", "phone_and_bank")
    elsewhere = await server.resident(0)
    for stranger in (other, elsewhere):
        must_problem(await stranger.call("GET", f"{PROVINGS}/{challenge['id']}"), "not-found")
        must_problem(await _give(stranger, challenge), "not-found")


async def test_a_way_that_is_not_open_here_is_refused(server: Town) -> None:
    phone = await server.resident(0)
    for body in (
        {"purpose": "level_4", "way": "wechat_face"},
        {"purpose": "level_4", "way": "counter"},
        {"purpose": "level_9", "way": "counter"},
    ):
        must_problem(await phone.call("POST", PROVINGS, body=body), "proof-way-closed")
    body = {"purpose": "level_4", "way": "wechat_face", "platform": "wechat"}
    must_problem(await phone.call("POST", PROVINGS, body=body), "account-not-linked")
    must_problem(
        await phone.call("POST", PROVINGS, body={"purpose": "level_3", "way": "name_and_id"}),
        "identity-already-verified",
    )


@pytest.fixture
async def faces(settings: Settings, clock: ShiftedClock) -> AsyncIterator[tuple[Town, WaysStandIn, ProofsStandIn]]:
    """A town where both platforms look at faces."""
    ways = WaysStandIn()
    people = {number: name for name, number, _ in PEOPLE}
    proofs = ProofsStandIn(people, {phone: number for _, number, phone in PEOPLE})
    await ways.open()
    await proofs.open()
    update = {"ways": ways.settings(), "proofs": proofs.with_alipay()}
    try:
        async with running_town(settings.model_copy(update=update), clock) as town:
            yield town, ways, proofs
    finally:
        await ways.close()
        await proofs.close()


async def test_a_face_is_looked_at_by_its_platform_and_only_its_word_to_the_server_counts(
    faces: tuple[Town, WaysStandIn, ProofsStandIn],
) -> None:
    town, ways, proofs = faces
    phone = await town.resident(0)
    link = {"method": "wechat", "code": ways.mint("wechat", openid="o-face")}
    assert (await phone.call("POST", "/api/v1/me/accounts", body=link)).status == 204
    challenge = await _begin(phone, "level_4", "wechat_face", "wechat")
    await _agree(phone, challenge)
    must_problem(await _give(phone, challenge), "proof-not-passed")  # nothing was opened yet
    opened = await phone.must("POST", f"{PROVINGS}/{challenge['id']}/face")
    assert opened["url"] is None
    assert await phone.must("POST", f"{PROVINGS}/{challenge['id']}/face") == opened, "asked again, the same one"
    must_problem(await _give(phone, challenge), "proof-not-passed")
    opened = await phone.must("POST", f"{PROVINGS}/{challenge['id']}/face")
    proofs.look(opened["token"])
    done = await _give(phone, challenge)
    assert (done.status, done.body["resident"]["loa"]) == (200, 4)
    assert {key for asked in proofs.asked for key in asked} == {"cert_info", "openid", "out_seq_no"}
    shown = await phone.must("GET", "/api/v1/me/proofs")
    assert shown["proofs"][0]["way"] == "wechat_face"


async def test_no_face_is_looked_at_before_a_consent_of_its_own_and_none_after_it_is_withdrawn(
    faces: tuple[Town, WaysStandIn, ProofsStandIn],
) -> None:
    town, _, proofs = faces
    phone = await town.resident(1)
    assert "face" not in [one["code"] for one in (await _consents(phone))["purposes"] if one["asks"]], "never ahead"
    challenge = await _begin(phone, "level_4", "alipay_face")
    face = f"{PROVINGS}/{challenge['id']}/face"
    assert challenge["consent"]["title"] and "不同意也能办" in challenge["consent"]["text"]
    must_problem(await phone.call("POST", face), "face-consent-needed")
    must_problem(await _give(phone, challenge), "face-consent-needed")
    assert proofs.calls == [], "nobody was asked"
    await _agree(phone, challenge)
    agreed = await phone.must("GET", f"{PROVINGS}/{challenge['id']}")
    assert (agreed["consent"], agreed["attempts_left"]) == (None, challenge["attempts_left"])
    opened = await phone.must("POST", face)
    await _agree(phone, challenge, "no")
    must_problem(await phone.call("POST", face), "face-consent-needed")
    must_problem(await _give(phone, challenge), "face-consent-needed")
    await _agree(phone, challenge)
    assert (await phone.must("POST", face))["url"] != opened["url"], "what was opened before the no counts for nothing"


async def _consents(phone: Phone) -> dict[str, Any]:
    found: dict[str, Any] = await phone.must("GET", "/api/v1/me/consents")
    return found


async def test_alipay_looks_on_its_own_page_and_a_browser_comes_back(
    faces: tuple[Town, WaysStandIn, ProofsStandIn],
) -> None:
    town, _, proofs = faces
    phone = await town.resident(1)
    challenge = await _begin(phone, "level_4", "alipay_face")
    await _agree(phone, challenge)
    opened = await phone.must("POST", f"{PROVINGS}/{challenge['id']}/face")
    assert opened["url"].startswith(proofs.url)
    async with phone.session.get(opened["url"]) as page:
        text = await page.text()
    assert "不是支付宝" in text and 'name="passed"' in text
    token = text.split('name="certify_id" value="')[1].split('"')[0]
    async with phone.session.post(f"{proofs.url}/gateway.do", data={"certify_id": token, "passed": "T"}) as page:
        assert page.status == 200
    proofs.mode = "down"
    must_problem(await _give(phone, challenge), "proof-unavailable")
    proofs.mode = "well"
    done = await _give(phone, challenge)
    assert done.body["resident"]["loa"] == 4
