"""Every channel keeps the same promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from config.floor import sql
from config.floor.ids import new_id
from config.floor.vault import Vault
from notify.channel import Channel, Parcel, Rejected, Sent
from notify.channels.console_sms import ConsoleSms, sent_to
from notify.channels.inbox import InboxChannel
from notify.channels.live import LiveChannel
from server.adapters.database import Database
from server.adapters.store_embedded import EmbeddedStore

Make = Callable[[Database, EmbeddedStore, Vault], Channel]
CHANNELS: dict[str, Make] = {
    "inbox": lambda database, store, vault: InboxChannel(),
    "live": lambda database, store, vault: LiveChannel(store),
    "console_sms": lambda database, store, vault: ConsoleSms(database.unit_of_work, vault),
}
PARCEL = Parcel(
    client_msg_id="m-1", message_id=new_id(), portal="demo", event="case.accepted", category="statutory",
    language="zh-CN", recipient=new_id(), phone="13800000000", title="申请已受理", text="【一码通办】您的申请已受理。",
)  # fmt: skip


@pytest.fixture(params=sorted(CHANNELS))
def channel(request: pytest.FixtureRequest, database: Database, store: EmbeddedStore, vault: Vault) -> Channel:
    """Each channel in turn."""
    return CHANNELS[request.param](database, store, vault)


async def test_it_says_what_it_is(channel: Channel) -> None:
    assert channel.name in {"inbox", "live", "sms"}
    assert 0 < channel.timeout <= 15
    assert (await channel.check()).ok


async def test_it_sends_and_sending_again_is_harmless(channel: Channel) -> None:
    first, again = await channel.send(PARCEL), await channel.send(PARCEL)
    assert isinstance(first, Sent)
    assert first == again
    assert channel.harmless_again


async def test_a_parcel_to_nobody_is_refused_for_good(channel: Channel) -> None:
    outcome = await channel.send(replace(PARCEL, recipient=None, phone=None))
    assert isinstance(outcome, Rejected)
    assert outcome.code in {"no-recipient", "no-phone"}


async def test_a_parcel_does_not_print_its_person() -> None:
    assert "13800000000" not in f"{PARCEL!r} {PARCEL}"
    assert "受理" not in repr(PARCEL)


async def test_the_console_phone_keeps_one_copy_per_message_and_portal(database: Database, vault: Vault) -> None:
    console = ConsoleSms(database.unit_of_work, vault)
    for parcel in (PARCEL, PARCEL, replace(PARCEL, client_msg_id="m-2", text="第二条")):
        await console.send(parcel)
    texts = [m.text for m in await sent_to(await database.reading("demo"), vault, "13800000000")]
    assert sorted(texts) == sorted(["第二条", PARCEL.text])
    assert await sent_to(await database.reading("other"), vault, "13800000000") == []
    rows = await sql.rows("SELECT address, text FROM notify_console_outbox")
    assert all(b"13800000000" not in bytes(row["address"]) for row in rows)


async def test_live_news_carries_an_id_and_no_words(store: EmbeddedStore) -> None:
    async with store.subscribe(f"resident:{PARCEL.recipient}") as line:
        await LiveChannel(store).send(PARCEL)
        event = await line.next(1)
    assert event is not None
    assert dict(event.data) == {"id": str(PARCEL.message_id)}
