"""The phone of the demo and of tests: what the console channel "sent" to a number."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from config.floor.refusal import Missing
from notify.channels.console_sms import sent_to
from server.web.operations import Call, NoBody, Open, Operations
from server.web.shapes import Instant, Wire

operations = Operations(tag="demo")


class OutboxQuery(Wire):
    """Whose phone."""

    to: Annotated[str, StringConstraints(pattern=r"^1[3-9][0-9]{9}$")]


class OutboxMessage(Wire):
    """One short message as the phone shows it."""

    to: str
    at: Instant
    channel: str
    text: str


class Outbox(Wire):
    """Newest first."""

    messages: Annotated[list[OutboxMessage], Field(max_length=50)]


@operations.get(
    "/dev/outbox",
    name="readDemoPhone",
    summary="Demo and test only: the short messages of a phone, newest first",
    access=Open(),
    query=OutboxQuery,
    answer=Outbox,
    problems=("invalid-input", "not-found"),
)
async def outbox(call: Call[NoBody, OutboxQuery]) -> Outbox:
    """Not there in production, whatever is registered."""
    if call.services.settings.profile == "production":
        raise Missing()
    found = await sent_to(call.unit, call.services.vault, call.query.to)
    return Outbox(messages=[OutboxMessage(to=m.to, at=m.at, channel=m.channel, text=m.text) for m in found])
