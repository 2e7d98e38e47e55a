"""Counters come in: what may be looked for, one scan, what came of it, and the day's count."""

from __future__ import annotations

from uuid import UUID

from config.floor.refusal import Refusal
from config.floor.unit import Unit
from server.domain.visits.errors import PurposeNotAllowed
from server.domain.visits.views import CounterVisit
from server.edges.counter.shapes import NewScan, PurposeChoices, ScanAnswer, TodayCounts
from server.edges.counter.wording import purpose_choice, scan_answer, worded
from server.web.operations import Call, NoBody, NoQuery, Operations, Terminal

operations = Operations(tag="counter")


@operations.get(
    "/counter/api/v1/purposes",
    name="listPurposes",
    summary="What this terminal may look for, with the legal basis and the reason for each field",
    access=Terminal(),
    answer=PurposeChoices,
    problems=("terminal-unknown",),
)
async def list_purposes(call: Call[NoBody, NoQuery]) -> PurposeChoices:
    """In the order of the counter's list."""
    found = await call.services.visits.purposes_at(call.unit, call.staff)
    return PurposeChoices(purposes=[purpose_choice(call, one) for one in found])


@operations.post(
    "/counter/api/v1/scans",
    name="scanCode",
    summary="Look at a code once, for a purpose; a refused look is remembered too",
    access=Terminal(),
    body=NewScan,
    answer=ScanAnswer,
    status=200,
    idempotent=True,
    problems=(
        "code-malformed",
        "code-unknown",
        "code-expired",
        "code-used",
        "code-revoked",
        "purpose-not-allowed",
        "terminal-unknown",
        "too-many",
    ),
)
async def scan(call: Call[NewScan, NoQuery]) -> ScanAnswer | Refusal:
    """Refusals are returned, so that the trace of the look commits."""
    asked = call.body
    try:
        visit = await call.services.visits.receive(
            call.unit, call.staff, asked.text, asked.purpose, asked.item or "", card_in_hand=asked.card_in_hand,
            line=_line(call.request.headers.get("Idempotency-Key", "")),
        )  # fmt: skip
    except PurposeNotAllowed as refusal:
        raise worded(call, refusal) from None
    return worded(call, visit) if isinstance(visit, Refusal) else scan_answer(call, visit)


def _line(key: str) -> UUID | None:
    """The terminal's name for this read: its key, where that is an id. Under it an unplugged terminal also keeps the
    read whose answer it did not hear."""
    try:
        return UUID(key)
    except ValueError:
        return None


@operations.get(
    "/counter/api/v1/visits/{id}",
    name="showVisit",
    summary="A visit of this terminal, with what the resident has allowed meanwhile",
    access=Terminal(),
    answer=ScanAnswer,
    problems=("not-found", "delegation-over"),
)
async def show(call: Call[NoBody, NoQuery]) -> ScanAnswer:
    """The first showing of allowed values is recorded, so this read runs in a unit of work of its own."""
    visit_id = call.path_id("id")

    async def read(unit: Unit) -> CounterVisit:
        return await call.services.visits.get(unit, visit_id, call.staff)

    return scan_answer(call, await call.decide(read))


@operations.get(
    "/counter/api/v1/today",
    name="countToday",
    summary="How many codes this terminal has looked at today, and how many were refused",
    access=Terminal(),
    answer=TodayCounts,
)
async def today(call: Call[NoBody, NoQuery]) -> TodayCounts:
    """Since midnight, Asia/Shanghai."""
    counts = await call.services.visits.today(call.unit, call.staff)
    return TodayCounts(scanned=counts.scanned, refused=counts.refused)
