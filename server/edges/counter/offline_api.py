"""An unplugged counter's reads come home."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import Field

from server.domain.visits.offline import MOST
from server.web.operations import Call, NoQuery, Operations, Terminal
from server.web.shapes import Wire

operations = Operations(tag="counter")


class OfflineLines(Wire):
    """Lines as the terminal wrote them down: ``{id, at, list, idx, tier, verdict, purpose, staff_no, card_in_hand,
    list_age_seconds}``. ``verdict`` is ``accepted``, ``card-mismatch`` or a reason of ``codes/verdict.py``; ``list``
    the credential's ``uri``, null with ``idx`` where no key made it."""

    lines: list[dict[str, Any]] = Field(min_length=1, max_length=MOST)


class WrongLine(Wire):
    """A line that was left out."""

    index: int = Field(description="its place in what was sent")
    field: str = Field(description="what is wrong: a field, or credential where there is none such")
    message: str


class OfflineTaken(Wire):
    """What became of them. A terminal forgets every line that is not named in ``wrong``."""

    stored: int
    known: int = Field(description="lines that were here already")
    wrong: list[WrongLine]
    terminal: UUID


@operations.post(
    "/counter/api/v1/offline-reads",
    name="bringOfflineReads",
    summary="Reads of an unplugged counter, each stored once by its id; wrong lines are named, the good ones go in",
    access=Terminal(),
    body=OfflineLines,
    answer=OfflineTaken,
    status=200,
    problems=("terminal-unknown",),
)
async def bring(call: Call[OfflineLines, NoQuery]) -> OfflineTaken:
    """Sending lines again is safe, so no Idempotency-Key is needed."""
    came = await call.services.offline_reads.take(call.unit, call.staff, call.body.lines)
    wrong = [WrongLine(index=one.index, field=one.wrong, message=_message(call, one.wrong)) for one in came.wrong]
    assert call.staff.terminal_id is not None
    return OfflineTaken(stored=came.stored, known=came.known, wrong=wrong, terminal=call.staff.terminal_id)


def _message(call: Call[OfflineLines, NoQuery], field: str) -> str:
    key = f"credentials.wrong_lines.{field}"
    known = call.services.wording.has(key)
    return call.text(key if known else "credentials.wrong_lines.other", field=field)
