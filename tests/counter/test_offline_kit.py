"""What a terminal keeps for the time without a network comes from the server, in one call and two open addresses."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta

from codes import cose, status_list, strict_cbor, trust_list, verdict
from config.floor import sql
from tests.journeys.people import Counter
from tests.journeys.town import PORTAL, Town


async def _judged(server: Town, clerk: Counter, text: str) -> verdict.Accepted | verdict.Refused:
    """What a terminal that has only its kit and the open addresses says."""
    kit = await clerk.must("GET", "/counter/api/v1/offline-kit")
    packed = base64.urlsafe_b64decode(kit["root"]["key"] + "==")
    root = cose.public_key(strict_cbor.decode(packed), kit["root"]["alg"])
    stranger = await server.stranger()
    keys = trust_list.read(await stranger.must("GET", kit["keys"]), [root])
    assert keys is not None
    signed = [await stranger.must("GET", path) for path in kit["lists"]]
    lists = [status_list.read(one, keys, server.now()) for one in signed]
    found = status_list.newest(one for one in lists if one is not None)
    return verdict.verify(text, keys=keys, lists=found, now=server.now())


async def test_root_keys_and_lists_are_enough_to_judge_a_credential(server: Town) -> None:
    phone = await server.resident()
    paper = await phone.must("POST", "/api/v1/credentials", {"tier": "T1", "form": "paper"}, status=201)
    clerk = await server.counter()
    told = await _judged(server, clerk, paper["text"])
    assert isinstance(told, verdict.Accepted)
    assert told.freshness == "green"
    await phone.must("DELETE", f"/api/v1/credentials/{paper['id']}")
    assert await _judged(server, clerk, paper["text"]) == verdict.Refused("revoked", told.credential.reference)


async def test_the_kit_says_whose_shift_it_is_until_when_and_what_time_it_is(server: Town) -> None:
    clerk = await server.counter("C9", "9 号窗口")
    kit = await clerk.must("GET", "/counter/api/v1/offline-kit")
    assert kit["place"]["counter"] == "9 号窗口"
    assert kit["place"]["hall"]
    assert kit["shift"]["staff_no"] == "C9"
    assert kit["regions"] == {"511602": "示范区"}, "a credential says a number; the clerk is told a name"
    left = datetime.fromisoformat(kit["shift"]["until"]).timestamp() - kit["server_time"]
    assert timedelta(hours=11) < timedelta(seconds=left) <= timedelta(hours=12)


async def test_a_list_whose_last_credential_has_expired_is_kept_no_longer(server: Town) -> None:
    phone = await server.resident()
    await phone.must("POST", "/api/v1/credentials", {"tier": "T1", "form": "paper"}, status=201)
    publisher, database = server.services.publisher, server.services.database
    assert len(await publisher.lists(await database.reading(PORTAL))) == 1

    async def close(unit: object) -> None:
        await sql.execute("UPDATE status_lists SET closed_at = made_at")

    await database.unit_of_work(PORTAL, close)
    assert len(await publisher.lists(await database.reading(PORTAL))) == 1
    server.clock.advance(timedelta(days=181))
    assert await publisher.lists(await database.reading(PORTAL)) == []
