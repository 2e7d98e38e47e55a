"""A resident's rights over her data, over HTTP: consents, a copy, a correction, an end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from config.floor import sql
from config.floor.refusal import Missing
from config.floor.unit import Unit
from notify.segments import read
from server.adapters.migrate import schema
from server.domain.privacy.holdings import HOLDINGS
from tests.journeys.forms import fill, materials
from tests.journeys.people import Phone, a_photo
from tests.journeys.town import PEOPLE, PORTAL, Town

NAME, ID_NUMBER, NUMBER = PEOPLE[0]
DAY = timedelta(days=1)


async def her_copy(server: Town, phone: Phone, form: str = "json") -> bytes:
    asked = await phone.must("POST", "/api/v1/me/export", {}, status=202, headers={"Idempotency-Key": f"copy-{form}"})
    assert asked["state"] == "asked"
    while await server.services.rights.exports.make_waiting():
        pass
    listed = (await phone.must("GET", "/api/v1/me/export"))["exports"]
    assert [one["state"] for one in listed if one["id"] == asked["id"]] == ["ready"]
    answer = await phone.call("GET", f"/api/v1/me/export/{asked['id']}?form={form}")
    assert answer.status == 200, str(answer)
    return answer.content


async def apply_for(phone: Phone, *, draft: bool) -> str:
    item = await phone.must("GET", "/api/v1/items/elder-card")
    body: dict[str, Any] = {"item": "elder-card", "draft": draft}
    if not draft:
        body |= {"answers": fill(item), "materials": await materials(phone, item)}
    return str((await phone.must("POST", "/api/v1/cases", body, status=201))["case_no"])


async def close_now(server: Town) -> None:
    """The days to undo are over, and so is every unit that had begun before."""
    server.clock.advance(timedelta(days=16))
    await server.services.rights.closings.close_due()
    await server.services.rights.closings.erase_closed()
    server.clock.advance(timedelta(minutes=11))
    await server.services.rights.closings.erase_closed()


async def count(text: str, *values: object) -> int:
    row = await sql.row(text, *values)
    assert row is not None
    return int(row["n"])


async def actions(resident_id: str) -> list[str]:
    rows = await sql.rows("SELECT action FROM audit_entries WHERE resident_id = $1 ORDER BY id", UUID(resident_id))
    return [row["action"] for row in rows]


async def test_a_copy_holds_every_value_of_hers_in_the_clear_and_nothing_of_anybody_elses(server: Town) -> None:
    phone, other = await server.resident(0), await server.resident(1)
    case_no, others = await apply_for(phone, draft=True), await apply_for(other, draft=True)
    copy = json.loads(await her_copy(server, phone))
    held = {one["table"]: one["rows"] for one in copy["holdings"]}
    assert held["residents"][0]["name"] == NAME
    assert held["residents"][0]["id_number"] == ID_NUMBER
    assert held["residents"][0]["phone"] == NUMBER
    assert [case["case_no"] for case in held["cases"]] == [case_no]
    assert others not in json.dumps(copy)
    assert PEOPLE[1][2] not in json.dumps(copy, ensure_ascii=False)
    assert {(one["table"], one["column"]) for one in copy["left_out"]} >= {("sessions", "token_hash")}
    assert {"export.ask", "export.make", "export.fetch"} <= set(await actions(phone.me["id"]))


async def test_a_copy_can_be_read_in_words_and_lies_encrypted_until_its_days_are_over(server: Town) -> None:
    phone = await server.resident(0)
    page = (await her_copy(server, phone, "html")).decode()
    assert "<h1>我的个人信息</h1>" in page
    assert NAME in page
    assert "<dt>身份证号</dt>" in page
    stored = await sql.rows("SELECT content FROM personal_export_parts")
    assert stored
    assert all(NAME.encode() not in bytes(row["content"]) for row in stored)
    export_id = (await phone.must("GET", "/api/v1/me/export"))["exports"][0]["id"]
    server.clock.advance(8 * DAY)
    phone = await server.resident(0)
    await phone.refused("GET", f"/api/v1/me/export/{export_id}", code="export-over")
    await server.house.database.unit_of_work("", server.services.rights.exports.sweep)
    assert await count("SELECT count(*) AS n FROM personal_export_parts") == 0


async def test_a_copy_is_for_somebody_proven_and_for_nobody_else(server: Town) -> None:
    unproven = await server.resident(2, loa=2)
    await unproven.refused("POST", "/api/v1/me/export", {}, code="loa-needed")
    phone, other = await server.resident(0), await server.resident(1)
    await her_copy(server, phone)
    export_id = (await phone.must("GET", "/api/v1/me/export"))["exports"][0]["id"]
    await other.refused("GET", f"/api/v1/me/export/{export_id}", code="not-found")


async def test_two_makers_of_one_copy_make_one(server: Town) -> None:
    phone, exports = await server.resident(0), server.services.rights.exports
    twice = [await phone.must("POST", "/api/v1/me/export", {}, status=202) for _ in range(2)]
    assert twice[0]["id"] == twice[1]["id"]
    await asyncio.gather(exports.make_waiting(), exports.make_waiting())
    parts = await sql.rows("SELECT form, number FROM personal_export_parts ORDER BY form, number")
    assert len(parts) == len({(row["form"], row["number"]) for row in parts}) >= 2


async def test_a_notice_is_acknowledged_by_version_and_asked_again_with_a_new_one(server: Town) -> None:
    phone = await server.resident(0)
    first = await phone.must("GET", "/api/v1/me/consents")
    assert first["asks"] == 1
    word = {"word": "yes", "version": 1}
    done = await phone.must("PUT", "/api/v1/me/consents/privacy_notice", word)
    assert done["asks"] == 0
    texts = server.services.rights.consents.texts
    notice = texts.get("privacy_notice")
    assert notice is not None
    newer = notice.model_copy(update={"versions": (*notice.versions, notice.current.model_copy(update={"number": 2}))})
    texts._by_code["privacy_notice"] = newer
    texts._all = tuple(newer if one.code == newer.code else one for one in texts)
    assert (await phone.must("GET", "/api/v1/me/consents"))["asks"] == 1
    await phone.refused("PUT", "/api/v1/me/consents/privacy_notice", word, code="consent-text-changed")
    await phone.must("PUT", "/api/v1/me/consents/privacy_notice", {"word": "yes", "version": 2})
    history = (await phone.must("GET", "/api/v1/me/consents"))["history"]
    assert [(one["version"], one["ended_at"] is None) for one in history] == [(2, True), (1, False)]


async def test_what_the_law_requires_without_consent_is_said_and_cannot_be_refused(server: Town) -> None:
    phone = await server.resident(0)
    purposes = {one["code"]: one for one in (await phone.must("GET", "/api/v1/me/consents"))["purposes"]}
    assert purposes["handling"]["kind"] == "law"
    assert purposes["information"]["stops"]
    no = {"word": "no", "version": 1}
    for purpose in ("handling", "privacy_notice"):
        await phone.refused("PUT", f"/api/v1/me/consents/{purpose}", no, code="consent-not-a-choice")
    await phone.refused("PUT", "/api/v1/me/consents/nothing", no, code="not-found")


async def test_who_refused_news_is_picked_for_none_from_then_on_and_still_for_services(server: Town) -> None:
    phone, audience = await server.resident(0), server.services.campaigns.audience

    async def picked(category: str) -> list[UUID]:
        unit = await server.house.database.reading(PORTAL)
        return await audience.select(unit, read({}), category).first(9)

    assert len(await picked("information")) == 1
    done = await phone.must("PUT", "/api/v1/me/consents/information", {"word": "no", "version": 1})
    assert [one["word"] for one in done["purposes"] if one["code"] == "information"] == ["no"]
    assert await picked("information") == []
    assert len(await picked("service")) == 1
    await phone.must("PUT", "/api/v1/me/consents/information", {"word": "yes", "version": 1})
    assert len(await picked("information")) == 1


async def test_two_words_at_once_leave_one_that_stands(server: Town) -> None:
    phone = await server.resident(0)
    path = "/api/v1/me/consents/information"
    await asyncio.gather(
        *[phone.must("PUT", path, {"word": word, "version": 1}) for word in ("no", "yes", "no", "yes")]
    )
    standing = await sql.rows("SELECT word FROM consents WHERE purpose = 'information' AND ended_at IS NULL")
    assert len(standing) == 1


async def test_a_phone_number_is_changed_by_the_code_sent_to_the_new_one_and_the_old_one_is_told(
    server: Town,
) -> None:
    phone = await server.resident(0)
    elsewhere = await server.invite(Phone(server.origin, NUMBER))
    await elsewhere.sign_in()
    clerk = await server.counter()
    for one in (phone, elsewhere):
        await one.code("01", at=server.now())
    new = await server.invite(Phone(server.origin, "15400000077"))
    otp = await new.one_time_code()
    await phone.refused("POST", "/api/v1/me/phone", {"phone": new.number, "otp": "000000"}, code="otp-wrong")
    changed = await phone.must("POST", "/api/v1/me/phone", {"phone": new.number, "otp": otp})
    assert changed["phone_masked"] == "154****0077"
    await elsewhere.refused("GET", "/api/v1/me", code="unauthenticated")
    gone = await clerk.scan(elsewhere.derive("01", at=server.now()), "hall_queue")
    assert gone.body["code"] == "code-revoked", "what was signed out shows no code any more"
    assert (await clerk.scan(phone.derive("01", at=server.now()), "hall_queue")).status == 200
    assert (await new.sign_in())["id"] == phone.me["id"]
    for _ in range(200):
        if any("0077" in text for text in await phone.sms()):
            break
        await asyncio.sleep(0.01)
    assert any("0077" in text for text in await phone.sms())
    assert "identity.phone" in await actions(phone.me["id"])


async def test_a_number_of_another_account_is_not_taken_over(server: Town) -> None:
    phone, other = await server.resident(0), await server.resident(1)
    body = {"phone": other.number, "otp": await other.one_time_code()}
    await phone.refused("POST", "/api/v1/me/phone", body, code="phone-taken")
    assert (await other.must("GET", "/api/v1/me"))["id"] == other.me["id"]


async def test_a_name_is_changed_only_where_the_register_agrees(server: Town) -> None:
    phone = await server.resident(0)
    await phone.refused("POST", "/api/v1/me/name", {"name": "王秀秀"}, code="identity-mismatch")
    same = await phone.must("POST", "/api/v1/me/name", {"name": NAME})
    assert same["name_masked"] == phone.me["name_masked"]
    assert (await actions(phone.me["id"])).count("identity.name") == 2


async def test_closing_says_first_what_goes_what_stays_and_what_is_open(server: Town) -> None:
    phone = await server.resident(0)
    case_no = await apply_for(phone, draft=False)
    said = await phone.must("GET", "/api/v1/me/closing")
    assert [one["case_no"] for one in said["open_cases"]] == [case_no]
    by_code = {one["code"]: one for one in said["categories"]}
    assert "办件" in by_code["cases"]["kept"]
    assert by_code["cases"]["why_kept"]
    assert by_code["notices"]["kept"] == []
    await phone.refused("DELETE", "/api/v1/me", code="closing-cases-open")
    await phone.must("POST", f"/api/v1/cases/{case_no}/withdrawal", {}, status=200)
    asked = await phone.must("DELETE", "/api/v1/me")
    assert asked["due_at"] is not None
    assert (await phone.must("DELETE", "/api/v1/me"))["due_at"] == asked["due_at"]
    kept = await phone.must("DELETE", "/api/v1/me/closing")
    assert kept["asked_at"] is None
    await phone.refused("DELETE", "/api/v1/me/closing", code="closing-not-asked")
    await close_now(server)
    assert (await (await server.resident(0)).must("GET", "/api/v1/me"))["id"] == phone.me["id"]


async def test_a_closed_account_leaves_no_value_and_no_access_and_the_record_stays(server: Town) -> None:
    phone = await server.resident(0)
    await apply_for(phone, draft=True)
    file_id = await phone.upload(a_photo(), "照片.jpg", "image/jpeg")
    shows = await phone.upload(a_photo(), "户口簿.jpg", "image/jpeg")
    request = {"category": "identity", "said": "名字改了", "wanted_name": "王秀岚", "files": [shows]}
    await phone.must("POST", "/api/v1/me/corrections", request, status=201)
    done = await apply_for(phone, draft=False)
    await phone.must("POST", f"/api/v1/cases/{done}/withdrawal", {}, status=200)
    await phone.code("01", at=server.now())
    await phone.must("PUT", "/api/v1/me/consents/privacy_notice", {"word": "yes", "version": 1})
    await her_copy(server, phone)
    resident_id = UUID(phone.me["id"])
    before = await actions(phone.me["id"])
    await phone.must("DELETE", "/api/v1/me")
    await close_now(server)
    await phone.refused("GET", "/api/v1/me", code="unauthenticated")
    row = await sql.row("SELECT * FROM residents WHERE id = $1", resident_id)
    assert row is not None
    assert {name for name in row if name.endswith(("_sealed", "_index", "_next")) and row[name] is not None} == set()
    left = {}
    for held in HOLDINGS:
        if held.closing == "erase":
            spared = f" AND NOT ({held.kept})" if held.kept else ""
            left[held.table] = await count(
                f"SELECT count(*) AS n FROM {held.table} WHERE ({held.whose}){spared}", resident_id, PORTAL
            )
    assert {table: n for table, n in left.items() if n} == {}
    assert await count("SELECT count(*) AS n FROM cases WHERE resident_id = $1", resident_id) == 1
    for one in (file_id, shows):
        assert await count("SELECT count(*) AS n FROM material_files WHERE id = $1", UUID(one)) == 0
        assert not (server.services.settings.data_dir / "files" / one).exists()
    after = await actions(phone.me["id"])
    assert after[: len(before)] == before
    assert after[-1] == "account.erase"
    with pytest.raises(Missing):  # what began before and decides now finds nobody
        await server.services.residents.hold(await server.house.database.reading(PORTAL), resident_id)
    again = await server.resident(0, loa=2)
    assert again.me["id"] != str(resident_id)


async def test_a_try_of_a_notice_that_is_noted_while_its_account_is_erased_goes_with_it(server: Town) -> None:
    phone, closings = await server.resident(0), server.services.rights.closings
    me = UUID(phone.me["id"])
    case_no = await apply_for(phone, draft=False)
    await phone.must("POST", f"/api/v1/cases/{case_no}/withdrawal", {}, status=200)
    await phone.must("DELETE", "/api/v1/me")
    server.clock.advance(16 * DAY)
    assert await closings.close_due() == 1
    run, bare = closings._run, 0
    hers = "FROM notify_deliveries WHERE message_id IN (SELECT id FROM notify_inbox WHERE recipient = $1)"
    note = (
        "INSERT INTO notify_attempts (id, delivery_id, number, outcome, reason, provider_ref, at)"
        f" SELECT id, id, 99, 'late-sent', '', '', updated_at {hers}"
    )

    async def beside(portal: str, decide: Callable[[Unit], Awaitable[Any]]) -> Any:
        """Once no try is found any more and the next table's turn has come, the sender notes another."""
        nonlocal bare
        if not await count(f"SELECT count(*) AS n FROM notify_attempts WHERE delivery_id IN (SELECT id {hers})", me):
            bare += 1
            if bare == 2:
                await sql.execute(note, me)
        return await run(portal, decide)

    await sql.execute(note, me)
    vars(closings)["_run"] = beside
    await closings.erase_closed()
    assert bare > 2
    assert await count("SELECT count(*) AS n FROM notify_attempts WHERE outcome = 'late-sent'") == 0
    assert await closings.erase_closed() == 0


async def test_an_account_with_an_application_under_way_waits_and_a_death_in_the_middle_is_gone_on_from(
    server: Town,
) -> None:
    phone, closings = await server.resident(0), server.services.rights.closings
    await phone.must("DELETE", "/api/v1/me")
    case_no = await apply_for(phone, draft=False)
    server.clock.advance(16 * DAY)
    assert await closings.close_due() == 0
    phone = await server.resident(0)
    await phone.must("POST", f"/api/v1/cases/{case_no}/withdrawal", {}, status=200)
    assert sum(await asyncio.gather(closings.close_due(), closings.close_due())) == 1
    dying = closings._erase

    async def dies(portal: str, resident_id: UUID) -> int:
        await server.house.database.unit_of_work(
            portal, lambda unit: sql.execute("DELETE FROM sessions WHERE subject = $1", resident_id)
        )
        raise RuntimeError("killed")

    vars(closings)["_erase"] = dies
    try:
        await closings.erase_closed()
    except RuntimeError:
        vars(closings)["_erase"] = dying
    while await closings.erase_closed():
        pass
    server.clock.advance(timedelta(minutes=11))
    await closings.erase_closed()
    assert await count("SELECT count(*) AS n FROM account_closings WHERE erased_at IS NOT NULL") == 1
    assert await count("SELECT count(*) AS n FROM audit_entries WHERE action = 'account.erase'") == 1


async def test_a_request_for_correction_is_answered_once_and_told(server: Town) -> None:
    phone, desk = await server.resident(0), await server.desk("H1", "handler")
    asked = await phone.must(
        "POST", "/api/v1/me/corrections", {"category": "cases", "said": "办件里的地址写错了"}, status=201
    )
    waiting = (await desk.must("GET", "/console/api/v1/corrections"))["corrections"]
    assert [one["said"] for one in waiting] == ["办件里的地址写错了"]
    path = f"/console/api/v1/corrections/{asked['id']}/answer"
    await desk.must("POST", path, {"state": "done", "answer": "已改为东街二号"})
    await desk.refused("POST", path, {"state": "refused", "answer": "再答一次"}, code="correction-answered")
    mine = (await phone.must("GET", "/api/v1/me/corrections"))["corrections"]
    assert [(one["state"], one["answer"]) for one in mine] == [("done", "已改为东街二号")]
    titles = [one["title"] for one in (await phone.must("GET", "/api/v1/notices"))["notices"]]
    assert "更正请求已答复" in titles


def test_nothing_is_erased_by_a_name_that_the_schema_does_not_have() -> None:
    assert {held.table for held in HOLDINGS} <= schema().keys()
