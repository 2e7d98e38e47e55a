"""Using a delegation: his case, his code, his paper; and what a delegate never does."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from config.floor import sql
from server.web.operations import Resident
from tests.domain.delegations.family import FOR, ITEM, PATH, acts_for, given, offer
from tests.journeys.forms import fill, materials
from tests.journeys.people import Phone
from tests.journeys.town import Town
from tests.web.callers import operations, path_of

CASES = "/api/v1/cases"
FOR_OTHERS = {
    "submitCase", "listCases", "readCase", "submitDraft", "correctCase", "withdrawCase", "reviewCase", "readDocument",
    "uploadFile", "readFile", "issueCodeKey", "showCode", "orderCredential", "listCredentials", "printCredential",
}  # fmt: skip


async def applied(phone: Phone, item: str = ITEM, *, draft: bool = False) -> str:
    """A case that this phone has begun."""
    guide = await phone.must("GET", f"/api/v1/items/{item}")
    body = {"item": item, "answers": fill(guide), "materials": await materials(phone, guide), "draft": draft}
    return str((await phone.must("POST", CASES, body, status=201))["case_no"])


async def test_a_delegate_never_does_what_no_route_opens_to_delegates(server: Town) -> None:
    _, delegate, delegation = await given(server)
    acting = await acts_for(server, delegate, delegation)
    opened = set()
    for operation in operations():
        if not isinstance(operation.access, Resident):
            continue
        if operation.access.for_others:
            opened.add(operation.name)
            continue
        body: Any = {} if operation.method in ("POST", "PUT") and operation.media != "multipart" else None
        answer = await acting.call(operation.method, path_of(operation), body=body)
        assert (answer.status, answer.body["code"]) == (403, "delegate-never"), str(answer)
    assert opened == FOR_OTHERS
    assert (await delegate.must("GET", "/api/v1/me"))["name_masked"] == "李*国"


async def test_his_case_is_begun_read_and_withdrawn_for_him_and_both_see_who_did_it(server: Town) -> None:
    principal, delegate, delegation = await given(server)
    acting = await acts_for(server, delegate, delegation)
    case_no = await applied(acting)
    row = await sql.row("SELECT resident_id, acting_id, on_behalf_of, loa FROM cases WHERE case_no = $1", case_no)
    assert row is not None
    assert (str(sql.uid(row["resident_id"])), str(sql.uid(row["acting_id"]))) == (principal.me["id"], delegate.me["id"])
    assert (str(sql.uid(row["on_behalf_of"])), row["loa"]) == (delegation, 5)
    seen = await principal.must("GET", f"{CASES}/{case_no}")
    assert seen["for_whom"] == "李*国 代 王*兰" == seen["timeline"][0]["actor"]
    assert (await acting.must("GET", f"{CASES}/{case_no}"))["for_whom"] == seen["for_whom"]
    assert [one["case_no"] for one in (await acting.must("GET", CASES))["cases"]] == [case_no]
    assert (await delegate.must("GET", CASES))["cases"] == []
    await delegate.refused("GET", f"{CASES}/{case_no}", code="not-found")
    for reader in (principal, delegate):
        (told,) = [one for one in (await reader.must("GET", "/api/v1/notices"))["notices"] if "提交" in one["title"]]
        assert "李*国 代 王*兰" in told["body"]
    looks = (await principal.must("GET", "/api/v1/looks"))["looks"]
    assert "代办人打开了您的办件" in [one["what"] for one in looks]
    await acting.must("POST", f"{CASES}/{case_no}/withdrawal", {"reason": "不办了"})
    acts = [(await who.must("GET", f"{PATH}/{delegation}/acts"))["acts"] for who in (principal, delegate)]
    assert acts[0] == acts[1]
    assert all(one["text"].startswith("李*国 代 王*兰：") for one in acts[0])
    assert len(acts[0]) == 3


async def test_beyond_the_scope_nothing_is_there(server: Town) -> None:
    principal, delegate, delegation = await given(server, scope={"purposes": ["apply_here"]})
    own = await applied(principal)
    acting = await acts_for(server, delegate, delegation)
    assert (await acting.must("GET", CASES))["cases"] == []
    await acting.refused("GET", f"{CASES}/{own}", code="not-found")
    await acting.refused("POST", f"{CASES}/{own}/withdrawal", {"reason": ""}, code="not-found")
    await acting.refused("POST", CASES, {"item": ITEM, "draft": True}, code="beyond-delegation")
    stranger = await server.resident(2)
    stranger.headers[FOR] = delegation
    await stranger.refused("GET", CASES, code="delegation-over")
    stranger.headers[FOR] = "no id"
    await stranger.refused("GET", CASES, code="delegation-over")


async def test_one_case_only_is_one_case(server: Town) -> None:
    _, delegate, delegation = await given(server, kind="single_case", relation=None, scope={"items": [ITEM]})
    acting = await acts_for(server, delegate, delegation)
    body = {"item": ITEM, "draft": True}
    found = await asyncio.gather(*(acting.call("POST", CASES, body=body) for _ in range(3)))
    assert sorted(one.status for one in found) == [201, 403, 403], found
    assert len((await acting.must("GET", CASES))["cases"]) == 1
    await acting.refused("POST", CASES, body, code="beyond-delegation")


async def test_his_code_names_both_and_dies_with_the_delegation(server: Town) -> None:
    principal, delegate, delegation = await given(server)
    acting, clerk = await acts_for(server, delegate, delegation), await server.counter()
    first = await clerk.scan(await acting.code("03", at=server.now()), "apply_here")
    assert first.status == 200, str(first)
    holder = first.body["holder"]
    assert holder["acting_label"] == "李*国 代 王*兰（朋友）出示"
    server.clock.advance(timedelta(seconds=30))
    beyond = await clerk.scan(acting.derive("02", at=server.now()), "show_licence")
    assert beyond.body["code"] == "purpose-not-allowed"
    assert "授权里没有" in beyond.body["detail"]
    await principal.must("DELETE", f"{PATH}/{delegation}", status=204)
    server.clock.advance(timedelta(seconds=30))
    over = await clerk.scan(acting.derive("03", at=server.now()), "apply_here")
    assert over.body["code"] == "code-revoked"
    await clerk.refused("GET", f"/counter/api/v1/visits/{first.body['visit_id']}", code="delegation-over")
    seen = {one["id"]: one for one in (await delegate.must("GET", "/api/v1/visits"))["visits"]}
    assert seen[first.body["visit_id"]]["consent"]["state"] == "withdrawn", "its question went with it, at once"
    visit = f"/api/v1/visits/{first.body['visit_id']}/consent"
    await delegate.refused("POST", visit, {"allow": True, "fields": ["name"]}, code="delegation-over")
    await acting.refused("POST", "/api/v1/code-keys", {}, code="delegation-over")
    outcomes = [one["outcome"] for one in (await principal.must("GET", "/api/v1/looks"))["looks"]]
    assert outcomes[:3] == ["code-revoked", "purpose-not-allowed", "accepted"]


async def test_a_code_outlives_no_delegation_that_runs_out(server: Town) -> None:
    _, delegate, delegation = await given(server, days=0)
    acting = await acts_for(server, delegate, delegation)
    key = await acting.must("POST", "/api/v1/code-keys", {}, status=201)
    row = await sql.row("SELECT valid_until FROM delegations WHERE id = $1", delegation)
    assert row is not None
    assert sql.instant(row["valid_until"]).isoformat().replace("+00:00", "Z")[:19] == key["valid_until"][:19]
    await acting.code("03", at=server.now())
    server.clock.advance(timedelta(days=1))
    clerk = await server.counter()
    late = await clerk.scan(acting.derive("03", at=server.now()), "apply_here")
    assert late.body["code"] in ("code-expired", "code-revoked")


async def test_his_paper_is_of_the_masked_tier_and_dies_with_the_delegation(server: Town) -> None:
    principal, delegate, delegation = await given(server)
    acting, clerk = await acts_for(server, delegate, delegation), await server.counter()
    await acting.refused(
        "POST", "/api/v1/credentials", {"tier": "T1", "form": "paper"}, code="credential-tier-not-allowed"
    )
    paper = await acting.must("POST", "/api/v1/credentials", {"tier": "T0", "form": "paper"}, status=201)
    assert paper["name"] == "王*兰"
    printed = await acting.call("GET", f"/api/v1/credentials/{paper['id']}/paper")
    assert (printed.status, printed.media) == (200, "application/pdf")
    assert len((await acting.must("GET", "/api/v1/credentials"))["credentials"]) == 1
    await principal.must("POST", "/api/v1/credentials", {"tier": "T1", "form": "paper"}, status=201)
    assert len((await acting.must("GET", "/api/v1/credentials"))["credentials"]) == 1
    seen = await clerk.scan(paper["text"], "apply_here")
    assert (seen.status, seen.body["holder"]["acting_for"]) == (200, None), str(seen)
    await delegate.must("DELETE", f"{PATH}/{delegation}", status=204)
    over = await clerk.scan(paper["text"], "apply_here")
    assert over.status >= 400, str(over)
    states = {one["id"]: one["state"] for one in (await principal.must("GET", "/api/v1/credentials"))["credentials"]}
    assert sorted(states.values()) == ["revoked", "valid"]


async def test_a_use_and_the_withdrawal_at_once_leave_nothing_alive(server: Town) -> None:
    principal, delegate, delegation = await given(server)
    acting = await acts_for(server, delegate, delegation)
    uses = [acting.call("POST", "/api/v1/code-keys", body={}) for _ in range(4)]
    uses += [acting.call("POST", "/api/v1/credentials", body={"tier": "T0", "form": "paper"}) for _ in range(2)]
    found = await asyncio.gather(*uses[:3], principal.call("DELETE", f"{PATH}/{delegation}"), *uses[3:])
    assert all(one.status in (201, 204) or one.body["code"] == "delegation-over" for one in found), found
    alive = await sql.row(
        "SELECT count(*) AS n FROM code_handles WHERE delegation = $1 AND revoked_at IS NULL", delegation
    )
    papers = await sql.row(
        "SELECT count(*) AS n FROM credentials WHERE delegation_id = $1 AND state = 'valid'", delegation
    )
    assert alive is not None
    assert papers is not None
    assert (alive["n"], papers["n"]) == (0, 0)


async def test_a_replayed_answer_is_the_delegates_own(server: Town) -> None:
    principal, delegate, delegation = await given(server)
    acting = await acts_for(server, delegate, delegation)
    key, body = {"Idempotency-Key": "one"}, {"item": ITEM, "draft": True}
    first = await acting.call("POST", CASES, body=body, headers=key)
    again = await acting.call("POST", CASES, body=body, headers=key)
    mine = await principal.call("POST", CASES, body=body, headers=key)
    assert first.body == again.body != mine.body
    await principal.must("DELETE", f"{PATH}/{delegation}", status=204)
    after = await acting.call("POST", CASES, body=body, headers=key)
    assert after.body["code"] == "delegation-over"
    made = await principal.must("POST", PATH, offer(server), status=201)
    assert made["state"] == "proposed"
