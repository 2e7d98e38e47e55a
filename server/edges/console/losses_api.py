"""A loss reported by somebody without a phone: at a desk with the card in hand, or by telephone."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.floor.refusal import Forbidden, Refusal
from config.floor.unit import Unit
from server.domain.losses.errors import ResidentNotFound
from server.domain.staff.permissions import may
from server.web.operations import Call, NoQuery, Operations, Staff
from server.web.shapes import Wire

operations = Operations(tag="console-losses")
DESK = Staff("losses.report")


class LossForSomebody(Wire):
    """Who lost what. ``proof``: the card is in hand (any desk), or she rang and was called back (hall manager)."""

    name: Annotated[str, Field(min_length=2, max_length=50)]
    id_number: Annotated[str, Field(min_length=15, max_length=18)]
    what: Literal["phone", "paper", "all"]
    reason: Literal["lost", "stolen", "misused"]
    proof: Literal["card", "called_back"]


class LossForSomebodyDone(Wire):
    """Whose loss it was, masked, and what there was to end."""

    name_masked: str
    sessions: int
    codes: int
    credentials: int


@operations.post(
    "/console/api/v1/loss-reports",
    name="reportLossFor",
    summary="Report a loss for a resident without a phone; she is told",
    access=DESK,
    body=LossForSomebody,
    answer=LossForSomebodyDone,
    status=201,
    problems=("id-number-invalid", "resident-not-found", "forbidden"),
    idempotent=True,
    limit=20,
)
async def report_for(call: Call[LossForSomebody, NoQuery]) -> LossForSomebodyDone | Refusal:
    """Names nobody who is not here, and keeps a line of every try: a returned refusal commits."""
    asked, staff = call.body, call.staff
    if asked.proof == "called_back" and not may(staff.roles, "losses.call_back"):
        raise Forbidden()
    services, unit = call.services, call.unit
    name, number = services.residents.read_claim(unit, asked.name, asked.id_number)
    found = await services.residents.by_card(unit, name, number)
    if found is None:
        return await _nobody(call, unit)
    done = await services.losses.report(
        unit, call.actor, found.id, asked.what, region=found.region, reason=asked.reason, place=staff.department[:128]
    )
    return LossForSomebodyDone(
        name_masked=found.masked_name, sessions=done.sessions, codes=done.codes, credentials=done.credentials
    )


async def _nobody(call: Call[LossForSomebody, NoQuery], unit: Unit) -> Refusal:
    await call.services.audit.record(
        unit, call.actor, "loss.report", subject_kind="resident", subject="", outcome="not-found",
        place=call.staff.department[:128],
    )  # fmt: skip
    return ResidentNotFound()
