"""The demo's short messages fail where its list says so, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import config
from notify.channel import Parcel, Rejected, Sent, Unknown
from notify.channels.faulty_console import LOST, Fault, FaultyConsoleSms, read_faults
from tests.notify.parts import PORTAL, Room

MANY = Parcel("many", UUID(int=1), PORTAL, "campaign", "service", "zh-CN", None, "1", "标题", "结果寄到家")
LAW = replace(MANY, client_msg_id="law", event="case.accepted", category="statutory")


async def test_a_number_fails_only_where_its_fault_says_so(room: Room) -> None:
    faults = {"1": Fault("GONE"), "2": Fault("GONE", statutory=True), "3": Fault(LOST, words="寄到家")}
    channel = FaultyConsoleSms(room.database.unit_of_work, room.vault, "console", faults)
    assert await channel.send(MANY) == Rejected("GONE")
    assert isinstance(await channel.send(LAW), Sent)
    assert await channel.send(replace(LAW, phone="2")) == Rejected("GONE")
    assert await channel.send(replace(MANY, phone="3")) == Unknown("timeout")
    assert isinstance(await channel.send(replace(MANY, phone="3", text="别的")), Sent)
    assert isinstance(await channel.send(replace(MANY, phone="4", client_msg_id="other")), Sent)


def test_the_demos_list_names_people_of_its_cast() -> None:
    folder = Path(config.__file__).parent / "demo"
    cast = (folder / "cast.toml").read_text("utf-8")
    assert all(f'"{phone}"' in cast for phone in read_faults(folder / "sms_faults.toml"))
