"""Reads of an unplugged counter come home once each; what does not fit together is laid before an administrator."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from codes import holder_proof, trust_list
from codes.verdict import Opened, open_text
from config.floor.ids import new_id
from tests.domain.credentials.test_over_http import DEVICE, device_key, keys_of, ordered
from tests.journeys.people import Counter, Phone
from tests.journeys.town import Town

UPLOAD = "/counter/api/v1/offline-reads"


async def read_of(
    server: Town,
    paper: dict[str, Any],
    clerk: Counter,
    *,
    ago: float = 60,
    keys: trust_list.TrustList | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A line as the terminal writes it down after its own verdict."""
    opened = open_text(paper["text"], keys=keys or await keys_of(server), now=server.now())
    assert isinstance(opened, Opened)
    at = datetime.fromtimestamp(server.now() - ago, UTC).isoformat().replace("+00:00", "Z")
    told = opened.credential
    return {
        "id": str(new_id()), "at": at, "list": told.uri, "idx": told.index, "kid": opened.key.kid.hex(),
        "tier": paper["tier"], "verdict": "accepted", "purpose": "apply_here", "staff_no": clerk.staff_no,
        "card_in_hand": False, "list_age_seconds": 7200, **more,
    }  # fmt: skip


async def bring(clerk: Counter, *lines: dict[str, Any]) -> dict[str, Any]:
    done: dict[str, Any] = await clerk.must("POST", UPLOAD, {"lines": list(lines)}, status=200)
    return done


async def seen(phone: Phone) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await phone.must("GET", "/api/v1/visits"))["visits"]
    return found


async def conflicts(server: Town, **query: str) -> list[dict[str, Any]]:
    desk = await server.desk("ADM", "administrator")
    tail = "&".join(f"{key}={value}" for key, value in query.items())
    found: list[dict[str, Any]] = (await desk.must("GET", f"/console/api/v1/conflicts?{tail}"))["conflicts"]
    return found


async def test_each_line_is_stored_once_and_the_resident_sees_it(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    paper = await ordered(phone, "T1")
    bare, card = await read_of(server, paper, clerk), await read_of(server, paper, clerk, ago=30, card_in_hand=True)
    first = await bring(clerk, bare, card, bare)
    assert (first["stored"], first["known"], first["wrong"]) == (2, 1, [])
    again = await bring(clerk, bare, card)
    assert (again["stored"], again["known"]) == (0, 2)
    shown = await seen(phone)
    assert [line["outcome"] for line in shown] == ["accepted", "accepted"]
    assert sorted(len(line["fields"]) for line in shown) == [3, 6]
    assert datetime.fromisoformat(shown[-1]["at"]) < datetime.fromtimestamp(server.now() - 20, UTC)
    assert await conflicts(server) == []


async def test_two_uploads_at_once_store_each_line_once(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    paper = await ordered(phone, "T0")
    lines = [await read_of(server, paper, clerk, ago=60 + 5 * number) for number in range(4)]
    answers = await asyncio.gather(*(bring(clerk, *lines) for _ in range(3)))
    assert sorted(answer["stored"] for answer in answers) == [0, 0, 4]
    assert len(await seen(phone)) == 4


async def test_wrong_lines_are_named_and_the_good_ones_go_in(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    good = await read_of(server, await ordered(phone, "T0"), clerk)
    future = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    wrong: list[dict[str, Any]] = [
        {**good, "id": str(new_id()), "at": future},
        {**good, "id": str(new_id()), "at": "yesterday"},
        {**good, "id": str(new_id()), "verdict": "splendid"},
        {**good, "id": str(new_id()), "purpose": "curiosity"},
        {**good, "id": str(new_id()), "idx": None},
        {**good, "id": str(new_id()), "staff_no": "NOBODY"},
        {**good, "id": str(new_id()), "tier": "T2"},
        {**good, "id": str(new_id()), "list": "gz:status/77"},
        {"id": "x"},
    ]
    done = await bring(clerk, *wrong, good)
    assert done["stored"] == 1
    assert [(one["index"], one["field"]) for one in done["wrong"]] == [
        (0, "at"), (1, "at"), (2, "verdict"), (3, "purpose"), (4, "idx"), (5, "staff_no"), (6, "credential"),
        (7, "credential"), (8, "id"),
    ]  # fmt: skip
    assert all(one["message"] for one in done["wrong"])
    assert len(await seen(phone)) == 1


async def test_refused_reads_come_home_too(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    paper = await ordered(phone, "T0")
    stale = await read_of(server, paper, clerk, verdict="proof-stale", ago=90)
    late = await read_of(server, paper, clerk, verdict="list-too-old")
    nobody = {**stale, "id": str(new_id()), "list": None, "idx": None, "tier": None, "verdict": "bad-signature"}
    lost = await read_of(server, paper, clerk, verdict="revoked", ago=10)
    other = await read_of(server, paper, clerk, verdict="card-mismatch", ago=30)
    assert (await bring(clerk, stale, late, nobody, lost, other))["stored"] == 5
    outcomes = sorted(line["outcome"] for line in await seen(phone))
    assert outcomes == ["card-mismatch", "code-expired", "code-revoked", "code-unknown"]
    assert await conflicts(server) == []


async def test_one_credential_at_two_counters_is_a_conflict_and_can_be_suspended(server: Town) -> None:
    phone, three, five = await server.resident(), await server.counter(), await server.counter("C5", "5 号窗口")
    paper = await ordered(phone, "T0")
    await bring(three, await read_of(server, paper, three, ago=300))
    assert (await five.scan(paper["text"], "apply_here")).status == 200
    (found,) = await conflicts(server)
    assert (found["kind"], found["credential_state"], found["settlement"]) == ("two_counters", "valid", None)
    assert [found[one]["place"].split(" ", 1)[1] for one in ("other", "read")] == ["3 号窗口", "5 号窗口"]
    assert (found["read"]["offline"], found["other"]["offline"]) == (False, True)
    desk = await server.desk("ADM2", "administrator")
    path = f"/console/api/v1/conflicts/{found['id']}/settlement"
    done = await desk.must("POST", path, {"settlement": "seen"})
    assert (done["settlement"], done["settled_by"], done["credential_state"]) == ("seen", "ADM2", "valid")
    for _ in range(2):
        done = await desk.must("POST", path, {"settlement": "suspended"})
        assert (done["settlement"], done["credential_state"]) == ("suspended", "suspended")
    assert (await five.scan(paper["text"], "apply_here")).body["title"] == "这份凭证暂停使用"
    assert (await desk.must("GET", "/console/api/v1/conflicts"))["waiting"] == 0
    assert len((await desk.must("GET", "/console/api/v1/conflicts?state=all"))["conflicts"]) == 1


async def test_reads_far_apart_or_at_one_counter_are_no_conflict(server: Town) -> None:
    phone, three, five = await server.resident(), await server.counter(), await server.counter("C5", "5 号窗口")
    paper = await ordered(phone, "T0")
    await bring(three, await read_of(server, paper, three, ago=60), await read_of(server, paper, three, ago=90))
    await bring(five, await read_of(server, paper, five, ago=60 + 11 * 60))
    assert await conflicts(server) == []


async def test_a_read_after_the_credential_was_taken_back_is_a_conflict(server: Town) -> None:
    phone, clerk = await server.resident(), await server.counter()
    paper = await ordered(phone, "T0")
    before = await read_of(server, paper, clerk, ago=5)
    await phone.must("DELETE", f"/api/v1/credentials/{paper['id']}", status=204)
    server.clock.advance(timedelta(minutes=10))
    after = await read_of(server, paper, clerk, ago=5)
    await bring(clerk, before, after)
    (found,) = await conflicts(server)
    assert (found["kind"], found["other"], found["read"]["list_age_seconds"]) == ("taken_back", None, 7200)
    desk = await server.desk("ADM2", "administrator")
    path = f"/console/api/v1/conflicts/{found['id']}/settlement"
    await desk.refused("POST", path, {"settlement": "suspended"}, code="credential-over")
    await desk.must("POST", path, {"settlement": "seen"})
    await desk.refused(
        "POST", f"/console/api/v1/conflicts/{new_id()}/settlement", {"settlement": "seen"}, code="not-found"
    )
    await desk.refused("GET", "/console/api/v1/conflicts?cursor=x", code="invalid-input")


async def test_a_phone_that_shows_itself_at_two_counters_of_one_visit_is_no_conflict(server: Town) -> None:
    phone, three, five = await server.resident(), await server.counter(), await server.counter("C5", "5 号窗口")
    copy = await ordered(phone, "T1", "phone", device_key=device_key())
    shown = {**copy, "text": holder_proof.show(copy["text"], DEVICE, int(server.now()))}
    await bring(three, await read_of(server, shown, three, ago=300))
    await bring(five, await read_of(server, shown, five, ago=60))
    assert await conflicts(server) == []
    await bring(three, await read_of(server, shown, three, ago=30))
    assert len(await _waiting(server)) == 1


async def _waiting(server: Town) -> list[dict[str, Any]]:
    desk = await server.desk("ADM3", "administrator")
    found: list[dict[str, Any]] = (await desk.must("GET", "/console/api/v1/conflicts"))["conflicts"]
    return found
