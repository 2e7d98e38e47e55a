"""Somebody has changed her name and puts the changed page of her household register beside the request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from server.demo.cast import Person
from server.demo.desk import Days, Desk

Add = Callable[[datetime, Callable[[], Awaitable[None]]], None]
_ASKED = (1, "09:25")
_SAID, _WANTED = "上个月在派出所改了名，户口簿已经换了，请把这里的姓名也改过来。附上变更页。", "周雅芹"


def add_corrections(desk: Desk, person: Person, days: Days, add: Add) -> None:
    """``person`` must have signed in."""

    async def asked() -> None:
        who = desk.residents[person.key]
        shows = [await desk.upload(who, "png"), await desk.upload(who, "pdf")]
        ask = desk.services.rights.corrections.ask
        await desk.decide(
            lambda unit: ask(
                unit, who.actor, who.resident_id, region=who.region, category="identity", said=_SAID,
                wanted_name=_WANTED, files=shows,
            )
        )  # fmt: skip

    add(days.at(*_ASKED), asked)
