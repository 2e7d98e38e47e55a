"""Credentials over HTTP: ordered online, checked by what the well-known addresses publish, reported lost."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pypdfium2
import pytest

from codes import cose, holder_proof, status_list, trust_list, verdict
from codes.publishing import number_of
from config.floor import sql
from config.floor.unit import Unit
from tests.codes.readers import qr_codes
from tests.journeys.people import Phone
from tests.journeys.town import Town
from tests.journeys.visitor import must_problem

DEVICE = cose.PrivateKey(cose.ES256, bytes(range(32)))


def b64(value: object) -> str:
    assert isinstance(value, bytes)
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def device_key() -> dict[str, str]:
    return {"x": b64(DEVICE.public.parameters[-2]), "y": b64(DEVICE.public.parameters[-3])}


async def fetched(server: Town, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """What anybody gets from a public address."""
    async with aiohttp.ClientSession() as session, session.get(server.origin + path, headers=headers) as answer:
        return answer.status, {name.title(): text for name, text in answer.headers.items()}, await answer.read()


async def keys_of(server: Town) -> trust_list.TrustList:
    """The key set as a terminal takes it: by the root that it was given."""
    _, headers, body = await fetched(server, "/.well-known/yima/keys")
    assert headers["Content-Type"] == trust_list.MEDIA_TYPE
    root = server.services.publisher.root
    assert root is not None
    found = trust_list.read(body, [root])
    assert found is not None
    return found


async def unplugged(server: Town, text: str) -> verdict.Accepted | verdict.Refused:
    """The verdict of a terminal that has just synchronised."""
    keys, now = await keys_of(server), server.now()
    opened = verdict.open_text(text, keys=keys, now=now)
    if isinstance(opened, verdict.Refused):
        return opened
    uri = opened.credential.uri
    status, headers, body = await fetched(server, f"/.well-known/yima/status/{uri.rsplit('/', 1)[1]}")
    assert (status, headers["Content-Type"]) == (200, status_list.MEDIA_TYPE)
    listed = status_list.read(body, keys, now)
    assert listed is not None
    return verdict.verify(text, keys=keys, lists={listed.uri: listed}, now=now)


async def ordered(phone: Phone, tier: str = "T1", form: str = "paper", **more: Any) -> dict[str, Any]:
    body = {"tier": tier, "form": form, **more}
    done = await phone.must("POST", "/api/v1/credentials", body, status=201)
    assert isinstance(done, dict)
    return done


async def test_a_paper_is_read_unplugged_with_exactly_its_tiers_fields(server: Town) -> None:
    phone = await server.resident()
    masked, named = await ordered(phone, "T0"), await ordered(phone, "T1")
    seen = await unplugged(server, masked["text"])
    assert isinstance(seen, verdict.Accepted)
    assert (seen.credential.name, seen.credential.last4, seen.credential.level) == ("王*兰", "", 3)
    seen = await unplugged(server, named["text"])
    assert isinstance(seen, verdict.Accepted)
    told = seen.credential
    assert (told.name, told.last4, told.birth_year, told.gender, told.id_number) == ("王秀兰", "1281", 1862, 2, "")
    assert (told.issuer, told.region, seen.freshness) == ("demo", 511602, "green")


async def test_a_lost_paper_is_refused_after_one_sync(server: Town) -> None:
    phone = await server.resident()
    paper = await ordered(phone)
    assert isinstance(await unplugged(server, paper["text"]), verdict.Accepted)
    for _ in range(2):
        await phone.must("DELETE", f"/api/v1/credentials/{paper['id']}", status=204)
    refused = await unplugged(server, paper["text"])
    assert isinstance(refused, verdict.Refused)
    assert refused.reason == "revoked"
    (shown,) = (await phone.must("GET", "/api/v1/credentials"))["credentials"]
    assert (shown["state"], shown["state_label"], shown["ended_at"] is None) == ("revoked", "已挂失", False)


async def test_a_new_paper_kills_the_older(server: Town) -> None:
    phone = await server.resident()
    old, new = await ordered(phone), await ordered(phone)
    assert isinstance(await unplugged(server, new["text"]), verdict.Accepted)
    assert isinstance(await unplugged(server, old["text"]), verdict.Refused)
    shown = (await phone.must("GET", "/api/v1/credentials"))["credentials"]
    assert [one["state"] for one in shown] == ["valid", "revoked"]


async def test_a_phone_copy_is_bound_to_its_device(server: Town) -> None:
    phone = await server.resident()
    copy = await ordered(phone, "T1", "phone", device_key=device_key())
    bare = await unplugged(server, copy["text"])
    assert isinstance(bare, verdict.Refused)
    assert bare.reason == "proof-missing"
    shown = holder_proof.show(copy["text"], DEVICE, int(server.now()))
    assert isinstance(await unplugged(server, shown), verdict.Accepted)
    stolen = holder_proof.show(copy["text"], cose.PrivateKey(cose.ES256, bytes(range(1, 33))), int(server.now()))
    assert isinstance(await unplugged(server, stolen), verdict.Refused)


async def test_a_lost_answer_comes_again_and_makes_no_second_credential(server: Town) -> None:
    phone = await server.resident()
    headers = {"Idempotency-Key": "one"}
    body = {"tier": "T0", "form": "paper"}
    first, again = [await phone.call("POST", "/api/v1/credentials", body=body, headers=headers) for _ in range(2)]
    assert (first.status, again.status) == (201, 201)
    assert first.body == again.body
    assert len((await phone.must("GET", "/api/v1/credentials"))["credentials"]) == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"tier": "T2", "form": "paper"}, 403, "credential-tier-not-allowed"),
        ({"tier": "T0", "form": "phone"}, 422, "invalid-input"),
        ({"tier": "T0", "form": "paper", "device_key": device_key()}, 422, "invalid-input"),
        ({"tier": "T0", "form": "phone", "device_key": {"x": "A" * 43, "y": "A" * 43}}, 422, "invalid-input"),
        ({"tier": "T3", "form": "paper"}, 422, "invalid-input"),
    ],
)
async def test_what_cannot_be_ordered_is_refused_in_words(
    server: Town, body: dict[str, Any], status: int, code: str
) -> None:
    phone = await server.resident()
    answer = await phone.call("POST", "/api/v1/credentials", body=body)
    assert (answer.status, answer.body["code"]) == (status, code)
    assert answer.body["detail"]
    assert (await phone.must("GET", "/api/v1/credentials"))["credentials"] == []


async def test_who_is_not_verified_gets_none(server: Town) -> None:
    phone = await server.resident(1, loa=2)
    answer = await phone.call("POST", "/api/v1/credentials", body={"tier": "T0", "form": "paper"})
    assert (answer.status, answer.body["code"]) == (403, "loa-needed")


async def test_anothers_credential_is_not_found_and_stays_good(server: Town) -> None:
    hers, his = await server.resident(0), await server.resident(1)
    paper = await ordered(hers)
    answer = await his.call("DELETE", f"/api/v1/credentials/{paper['id']}")
    assert answer.status == 404
    assert isinstance(await unplugged(server, paper["text"]), verdict.Accepted)


async def test_lists_are_cacheable_and_signed_once_while_nothing_changes(server: Town) -> None:
    phone = await server.resident()
    paper = await ordered(phone)
    opened = verdict.open_text(paper["text"], keys=await keys_of(server), now=server.now())
    assert isinstance(opened, verdict.Opened)
    number = number_of(opened.credential.uri)
    path = f"/.well-known/yima/status/{number}"
    _, headers, body = await fetched(server, path)
    assert headers["Cache-Control"] == "public, max-age=60"
    status, _, same = await fetched(server, path, **{"If-None-Match": headers["Etag"]})
    assert (status, same) == (304, b"")
    assert (await fetched(server, path))[2] == body
    await phone.must("DELETE", f"/api/v1/credentials/{paper['id']}", status=204)
    status, changed, new = await fetched(server, path, **{"If-None-Match": headers["Etag"]})
    assert status == 200
    assert (changed["Etag"], new) != (headers["Etag"], body)


@pytest.mark.parametrize("name", ["999", "x", "%31%30%30%30%30%30%30%30%30%30%30", "1e1"])
async def test_a_list_that_is_not_there_is_not_found(server: Town, name: str) -> None:
    assert (await fetched(server, f"/.well-known/yima/status/{name}"))[0] == 404


async def test_the_record_names_fields_and_no_values(server: Town) -> None:
    phone = await server.resident()
    await ordered(phone)
    unit = await server.house.database.reading("demo")
    entries = await server.services.audit.of_portal(unit)
    (entry,) = [one for one in entries if one.action == "credential.issue"]
    assert entry.fields == ("name", "gender", "id_last4", "birth_year", "loa", "region")
    assert "王秀兰" not in repr(entry)


async def test_a_paper_is_printed_as_often_as_one_likes_and_says_the_same(server: Town) -> None:
    phone = await server.resident()
    issued = await ordered(phone)
    for layout in ("a6", "stickers"):
        answer = await phone.call("GET", f"/api/v1/credentials/{issued['id']}/paper?layout={layout}")
        assert (answer.status, answer.media) == (200, "application/pdf")
        page = pypdfium2.PdfDocument(answer.content)[0].render(scale=2.5).to_pil()
        assert {one.text for one in qr_codes(page)} == {issued["text"]}
    await phone.must("DELETE", f"/api/v1/credentials/{issued['id']}", status=204)
    await phone.refused("GET", f"/api/v1/credentials/{issued['id']}/paper", code="credential-over")
    copy = await ordered(phone, "T0", "phone", device_key=device_key())
    await phone.refused("GET", f"/api/v1/credentials/{copy['id']}/paper", code="credential-not-paper")
    other = await server.resident(1)
    await other.refused("GET", f"/api/v1/credentials/{copy['id']}/paper", code="not-found")


async def test_a_session_that_ends_while_it_orders_gets_no_credential(
    server: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A phone is reported lost in the instant in which it asks: what it asked for is not made behind the report."""
    phone = await server.resident()
    database, sessions = server.services.database, server.services.sessions
    run = database.unit_of_work

    async def reported_first(portal: str, decide: Callable[[Unit], Awaitable[Any]]) -> Any:
        monkeypatch.undo()
        row = await sql.row("SELECT subject FROM sessions WHERE kind = 'resident' AND ended_at IS NULL")
        assert row is not None
        await run(portal, lambda unit: sessions.end_all(unit, sql.uid(row["subject"])))
        return await run(portal, decide)

    monkeypatch.setattr(database, "unit_of_work", reported_first)
    refused = await phone.call(
        "POST", "/api/v1/credentials", body={"tier": "T1", "form": "phone", "device_key": device_key()}
    )
    must_problem(refused, "unauthenticated", status=401)
    row = await sql.row("SELECT count(*) AS n FROM credentials")
    assert row is not None
    assert row["n"] == 0
