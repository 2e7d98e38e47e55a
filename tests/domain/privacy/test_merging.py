"""The same person by different ways is one resident: found by the proven identity, merged by her word, on record."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from config.floor import sql
from config.floor.ids import new_id
from server.adapters.database import Database
from server.adapters.migrate import schema
from server.adapters.proofs_standin import SAMPLE_CARD
from server.domain.privacy.holdings import HOLDINGS
from server.domain.privacy.moving import MOVES, STAYS, numbered
from tests.journeys.people import Phone
from tests.journeys.town import PEOPLE, Town
from tests.journeys.visitor import must_problem

NAME, NUMBER, PHONE = PEOPLE[0]
SECOND = "15400000077"
MERGE = "/api/v1/me/merge"
PERSON = {
    "resident_id", "recipient", "acting_id", "principal_id", "delegate_id", "representative_id", "acting",
    "guardian_id",
}  # fmt: skip

WHOLE = re.compile(r"SCAN |\(portal=\?\)")
"""A plan that reads a table, or a whole portal's part of it."""
FEW = "notify_team_testers"
"""A team's test recipients are a handful."""


def test_every_table_with_a_person_in_it_moves_or_says_why_it_stays() -> None:
    moved = [one.table for one in MOVES]
    assert sorted([*moved, *STAYS]) == sorted(held.table for held in HOLDINGS), "server/domain/privacy/moving.py"
    columns = schema()
    for one in MOVES:
        assert set(one.columns) >= PERSON & columns[one.table].keys(), one.table
        assert set(one.columns) <= columns[one.table].keys() | {"resident_id"}, one.table


async def test_what_is_one_persons_is_found_without_reading_a_table(database: Database) -> None:
    """Asked of SQLite, whose plan follows from the indexes alone; PostgreSQL, which has the same, goes by statistics
    too, and of tables as empty as a test's it reads whatever comes first."""
    if sql.is_postgres():
        pytest.skip("the other database")
    known = {"gone": new_id(), "stays": new_id(), "portal": "demo", "now": datetime.now(UTC)}
    plans: dict[str, str] = {}
    for one in MOVES:
        for text in (*one.settle, *one.texts()):
            statement, values = numbered(text, known)
            rows = await sql.rows(f"EXPLAIN QUERY PLAN {statement}", *values)
            plans[text] = "\n".join(str(row["detail"]) for row in rows)
    read_whole = [text for text, plan in plans.items() if WHOLE.search(plan)]
    assert not [text for text in read_whole if FEW not in text]


async def _other_account(server: Town) -> Phone:
    """The same woman with a second phone, whose number the operator knows to be hers."""
    standin = server.house.proofs.standin
    assert standin is not None
    standin.phones = {**standin.phones, SECOND: NUMBER}
    phone = await server.invite(Phone(server.origin, SECOND))
    await phone.sign_in()
    return phone


async def _claim(phone: Phone) -> None:
    claim = {"method": "name_and_id", "name": NAME, "id_number": NUMBER}
    must_problem(await phone.call("POST", "/api/v1/me/verifications", body=claim), "identity-taken")


async def _prove(phone: Phone) -> None:
    """Her mobile number and her bank card: LoA 4 without a face."""
    begun = await phone.must("POST", "/api/v1/me/provings", {"purpose": "level_4", "way": "phone_and_bank"})
    path = f"/api/v1/me/provings/{begun['id']}/answers"
    assert begun["asks"] == [], "the next step is about the person of the first one"
    await phone.must("POST", path, {}, status=200)
    must_problem(await phone.call("POST", path, body={"card": SAMPLE_CARD}), "identity-taken")


async def _offered(server: Town) -> tuple[Phone, Phone, dict[str, Any]]:
    """Her earlier account, the later one, and the offer to make them one."""
    first, second = await server.resident(0), await _other_account(server)
    await _claim(second)
    await _prove(second)
    return first, second, await second.must("GET", MERGE)


async def _count(text: str, *values: object) -> int:
    row = await sql.row(f"SELECT count(*) AS n FROM {text}", *values)
    assert row is not None
    return int(row["n"])


async def _draft(phone: Phone) -> str:
    made = await phone.must("POST", "/api/v1/cases", {"item": "elder-card", "draft": True}, status=201)
    return str(made["case_no"])


async def _draft_in(owner: Phone, maker: Phone) -> str:
    """One that the unproven account began, as an item that asks for no proof lets it (none of the samples does)."""
    case_no = await _draft(maker)
    await sql.execute("UPDATE cases SET resident_id = $1 WHERE case_no = $2", UUID(owner.me["id"]), case_no)
    return case_no


async def test_she_proves_sees_both_accounts_and_makes_them_one(server: Town) -> None:
    first, second = await server.resident(0), await _other_account(server)
    cases = {await _draft(first), await _draft_in(second, first)}
    lost = await server.invite(Phone(server.origin, SECOND))
    await lost.sign_in()
    await second.must("PUT", "/api/v1/me/consents/information", {"word": "yes", "version": 1})
    await first.must("PUT", "/api/v1/me/consents/information", {"word": "no", "version": 1})
    assert (await second.must("GET", MERGE))["state"] == "none"
    await _claim(second)
    weak = await second.must("GET", MERGE)
    assert (weak["state"], weak["level"], weak["needed"], weak["ready"]) == ("offered", 3, 4, False)
    assert weak["earlier"] is None, "what somebody has is shown to nobody who only knows her name and number"
    assert [one["code"] for one in weak["ahead"]] == ["level_4"]
    must_problem(await second.call("POST", MERGE, body={"id": weak["id"]}), "merge-needs-proof")
    await _prove(second)
    ready = await second.must("GET", MERGE)
    assert ready["ready"] and (ready["mine"]["cases"], ready["earlier"]["cases"]) == (1, 1)
    assert ready["earlier"]["phone_masked"].endswith(PHONE[-4:])

    done = await second.must("POST", MERGE, {"id": ready["id"]}, status=200)
    assert (done["resident"]["id"], done["resident"]["loa"]) == (first.me["id"], 4)
    assert {"label": "办件", "count": 1} in done["merge"]["moved"]
    assert {one["case_no"] for one in (await second.must("GET", "/api/v1/cases"))["cases"]} == cases
    assert (await first.must("GET", "/api/v1/me"))["loa"] == 4, "her other phone stays signed in"
    assert (await lost.call("GET", "/api/v1/me")).status == 401, "other devices of the closed account do not"
    words = {one["code"]: one["word"] for one in (await second.must("GET", "/api/v1/me/consents"))["purposes"]}
    assert words["information"] == "no", "the earlier account's word stands"
    assert await second.must("POST", MERGE, {"id": ready["id"]}, status=200) == done, "a lost answer, asked for again"


async def test_a_merged_account_points_at_the_earlier_one_and_its_phone_still_signs_in(server: Town) -> None:
    first, second, offer = await _offered(server)
    gone = UUID(second.me["id"])
    await second.must("POST", MERGE, {"id": offer["id"]}, status=200)
    row = await sql.row("SELECT merged_into, closed_at FROM residents WHERE id = $1", gone)
    assert row is not None and row["closed_at"] is not None
    assert str(sql.uid(row["merged_into"])) == first.me["id"]
    again = await server.invite(Phone(server.origin, SECOND))
    assert (await again.sign_in())["id"] == first.me["id"]
    assert [one["method"] for one in (await again.must("GET", "/api/v1/me/accounts"))["accounts"]] == ["sms"]
    assert (await again.call("DELETE", "/api/v1/me/accounts/sms")).status == 204
    later = await server.invite(Phone(server.origin, SECOND))
    assert (await later.sign_in())["id"] not in (first.me["id"], second.me["id"]), "she let go of that number"


async def test_the_record_says_who_by_which_proof_and_what_moved_and_both_are_told(server: Town) -> None:
    first, second, offer = await _offered(server)
    await _draft_in(second, first)
    await second.must("POST", MERGE, {"id": offer["id"]}, status=200)
    rows = await sql.rows(
        "SELECT resident_id, subject, purpose, fields_seen FROM audit_entries WHERE action = 'account.merge'"
    )
    assert {str(sql.uid(row["resident_id"])) for row in rows} == {first.me["id"], second.me["id"]}
    assert {row["purpose"] for row in rows} == {"phone_and_bank"}
    assert all("cases=1" in sql.document(row["fields_seen"]) for row in rows)
    kept = await sql.row("SELECT state, claim_sealed, level, way FROM resident_merges")
    assert kept is not None
    assert (kept["state"], kept["claim_sealed"], int(kept["level"]), kept["way"]) == ("done", None, 4, "phone_and_bank")
    told = [one["title"] for one in (await second.must("GET", "/api/v1/notices"))["notices"]]
    assert "两个账号已合为一个" in told
    assert await _count("notify_messages WHERE event = 'account.merged'") == 2, "her inbox, and the other phone"
    shown = await second.must("GET", "/api/v1/me/proofs")
    assert (shown["proofs"][0]["level"], shown["proofs"][0]["way"]) == (4, "phone_and_bank")


async def test_who_looked_at_the_account_that_was_merged_is_in_her_list_and_in_her_copy(server: Town) -> None:
    first, second, offer = await _offered(server)
    clerk = await server.counter()
    text = await second.code("03", at=server.now())
    seen = await clerk.must("POST", "/counter/api/v1/scans", {"text": text, "purpose": "apply_here"})
    assert (await first.must("GET", "/api/v1/looks"))["looks"] == []
    before = await _entries_about(second.me["id"])
    await second.must("POST", MERGE, {"id": offer["id"]}, status=200)
    (look,) = (await first.must("GET", "/api/v1/looks"))["looks"]
    assert (look["kind"], look["staff_no"]) == ("scan", "C1")
    assert (await first.must("POST", f"/api/v1/looks/{look['id']}/dispute", {}))["disputed"] is True
    stranger = await server.resident(1)
    assert (await stranger.must("GET", "/api/v1/looks"))["looks"] == []
    await stranger.refused("POST", f"/api/v1/looks/{look['id']}/dispute", {}, code="not-found")
    assert (await _entries_about(second.me["id"]))[: len(before)] == before, "the record itself is not touched"
    copier = vars(server.services.rights.exports)["_copier"]
    copied = [one async for one in copier.read("demo", UUID(first.me["id"])) if one.held.table == "audit_entries"]
    assert {row["action"] for one in copied for row in one.rows} >= {"visit.look", "identity.verify", "account.merge"}
    assert seen["visit_id"]


async def test_an_auditor_finds_what_is_on_record_about_a_person_under_all_her_accounts(server: Town) -> None:
    first, second, offer = await _offered(server)
    clerk, auditor = await server.counter(), await server.desk("A9", "auditor")
    text = await second.code("03", at=server.now())
    await clerk.must("POST", "/counter/api/v1/scans", {"text": text, "purpose": "apply_here"})
    await second.must("POST", MERGE, {"id": offer["id"]}, status=200)
    body = {"name": NAME, "id_number": NUMBER, "reason": "inspection"}
    found = (await auditor.must("POST", "/console/api/v1/audit/people", body))["resident"]
    assert found == first.me["id"]
    for account in (found, second.me["id"]):  # by either of them it is the same person
        page = await auditor.must("GET", f"/console/api/v1/audit?resident={account}")
        marked = {one["action"]: one["account_label"] for one in page["entries"]}
        assert marked["visit.look"] == "记在已合并的另一个账号下" and marked["audit.search"] == ""
    table = (await auditor.must("GET", f"/console/api/v1/audit/export?resident={found}&action=visit.")).decode()
    assert "账号" in table.splitlines()[0] and "记在已合并的另一个账号下" in table
    stranger = (await server.resident(1)).me["id"]
    entries = (await auditor.must("GET", f"/console/api/v1/audit?resident={stranger}"))["entries"]
    assert {one["account_label"] for one in entries} == {""}
    assert "visit.look" not in {one["action"] for one in entries}


async def _entries_about(resident: str) -> list[sql.Row]:
    text = "SELECT id, action, resident_id, subject FROM audit_entries WHERE resident_id = $1 ORDER BY id"
    return await sql.rows(text, UUID(resident))


async def test_of_two_words_at_once_one_merges_and_nothing_is_left_behind(server: Town) -> None:
    _, second, offer = await _offered(server)
    other = await server.invite(Phone(server.origin, SECOND))
    await other.sign_in()
    gone = UUID(second.me["id"])
    word, consent = {"word": "yes", "version": 1}, "/api/v1/me/consents/information"
    answers = await asyncio.gather(
        second.call("POST", MERGE, body={"id": offer["id"]}),
        *(other.call("PUT", consent, body=word) for _ in range(3)),
        second.call("POST", MERGE, body={"id": offer["id"]}),
    )
    assert (answers[0].status, answers[0].body) == (200, answers[-1].body)
    assert {one.status for one in answers[1:-1]} <= {200, 401, 404}
    assert await _count("audit_entries WHERE action = 'account.merge'") == 2
    await server.house.database.unit_of_work("", server.services.rights.merging.move_stragglers)
    assert await _count("consents WHERE resident_id = $1", gone) == 0
    assert await _count("consents WHERE ended_at IS NULL AND purpose = 'information'") <= 1


async def test_a_death_in_the_middle_leaves_two_accounts_as_they_were(
    server: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, offer = await _offered(server)
    case_no = await _draft_in(second, first)
    endings = vars(server.services.rights.merging)["_endings"]

    async def dies(*_: object) -> None:
        raise ConnectionResetError

    monkeypatch.setattr(endings, "tell_merged", dies)
    assert (await second.call("POST", MERGE, body={"id": offer["id"]})).status == 503
    assert (await second.must("GET", "/api/v1/me"))["id"] == second.me["id"]
    assert [one["case_no"] for one in (await second.must("GET", "/api/v1/cases"))["cases"]] == [case_no]
    assert (await first.must("GET", "/api/v1/me"))["loa"] == 3
    monkeypatch.undo()
    done = await second.must("POST", MERGE, {"id": offer["id"]}, status=200)
    assert done["resident"]["id"] == first.me["id"]


async def test_nobody_else_merges_and_an_old_proof_does_not(server: Town) -> None:
    _, second, offer = await _offered(server)
    other = await server.resident(1)
    must_problem(await other.call("POST", MERGE, body={"id": offer["id"]}), "not-found")
    elsewhere = await server.invite(Phone(server.origin, SECOND))
    await elsewhere.sign_in()
    assert (await elsewhere.must("GET", MERGE))["ready"] is False
    must_problem(await elsewhere.call("POST", MERGE, body={"id": offer["id"]}), "merge-needs-proof")
    server.clock.advance(timedelta(minutes=61))
    assert (await second.must("GET", MERGE))["state"] == "none"
    must_problem(await second.call("POST", MERGE, body={"id": offer["id"]}), "merge-over")


async def test_the_card_at_a_counter_is_proof_enough_for_an_account_proven_at_a_counter(server: Town) -> None:
    first, second, clerk = await server.resident(0), await _other_account(server), await server.counter()
    card = {"name": NAME, "id_number": NUMBER, "card_in_hand": True}
    for phone in (first, second):
        text = await phone.code(at=server.now())
        visit = await clerk.must("POST", "/counter/api/v1/scans", {"text": text, "purpose": "apply_here"})
        await clerk.must("POST", "/counter/api/v1/identity-checks", {**card, "visit_id": visit["visit_id"]}, status=201)
    offer = await second.must("GET", MERGE)
    assert (offer["ready"], offer["level"], offer["needed"]) == (True, 5, 5)
    done = await second.must("POST", MERGE, {"id": offer["id"]}, status=200)
    assert (done["resident"]["id"], done["resident"]["loa"]) == (first.me["id"], 5)
