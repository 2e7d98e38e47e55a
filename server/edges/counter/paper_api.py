"""The paper desk: a credential for somebody without a phone, by the card in the clerk's hand."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from aiohttp import web
from pydantic import Field

from config.floor.refusal import Refusal
from config.floor.unit import Unit
from server.domain.credentials.service import Issued
from server.domain.identifiers import IdNumber
from server.domain.losses.errors import ResidentNotFound
from server.domain.losses.service import Loss
from server.domain.residents.service import ResidentProfile
from server.edges.counter.cards import IDENTITY_PROBLEMS, CardSeen, place_of, register_says
from server.web.operations import Call, NoBody, NoQuery, Operations, Terminal
from server.web.paper import paper_page
from server.web.shapes import Instant, Wire

operations = Operations(tag="counter-papers")


class NewPaper(CardSeen):
    """Which paper she wants."""

    tier: Literal["T0", "T1", "T2"]
    card_in_hand: Literal[True]


class PaperMade(Wire):
    """A fresh paper; what it says is only in the print."""

    id: UUID
    name_masked: str
    tier_label: str
    expires_at: Instant
    known_before: bool = Field(description="false where she has been registered just now")


class PaperLayout(Wire):
    """How it is laid out."""

    layout: Literal["a6", "stickers"] = "a6"


class LossByCard(CardSeen):
    """What she has lost."""

    what: Literal["paper", "phone", "all"]
    card_in_hand: Literal[True]


class LossByCardDone(Wire):
    """What there was to end."""

    name_masked: str
    sessions: int
    codes: int
    credentials: int


@operations.post(
    "/counter/api/v1/papers",
    name="makePaper",
    summary="A paper credential by the card in hand; she is registered where she is new, and her older paper dies",
    access=Terminal(),
    body=NewPaper,
    answer=PaperMade,
    status=201,
    own_unit=True,
    idempotent=True,
    limit=30,
    problems=(*IDENTITY_PROBLEMS, "credentials-closed", "credential-identity-unsuited"),
)
async def make(call: Call[NewPaper, NoQuery]) -> PaperMade | Refusal:
    """The register is asked outside any transaction; then person, paper, consent and record are one decision."""
    asked, services = call.body, call.services
    name, number = services.residents.read_claim(call.unit, asked.name, asked.id_number)
    matched = await register_says(call, name, number)
    if isinstance(matched, Refusal):
        return matched

    async def decide(unit: Unit) -> PaperMade | Refusal:
        if not matched:
            return await services.cards.mismatch(unit, call.actor, region=call.place.region, place=place_of(call))
        return await _made(call, unit, name, number)

    made: PaperMade | Refusal = await call.decide(decide)
    return made


async def _made(call: Call[NewPaper, NoQuery], unit: Unit, name: str, number: IdNumber) -> PaperMade:
    services, place = call.services, place_of(call)
    holder = await services.cards.holder(unit, call.actor, name, number, region=call.place.region, place=place)
    issued = await services.credentials.print_at_counter(
        unit, call.actor, holder.id, call.body.tier, terminal=call.place.id, place=place
    )
    profile = await services.residents.get(unit, holder.id)
    return PaperMade(
        id=issued.held.id,
        name_masked=profile.masked_name,
        tier_label=call.text(f"credentials.tiers.{issued.held.tier}"),
        expires_at=issued.held.expires_at,
        known_before=not holder.new,
    )


@operations.get(
    "/counter/api/v1/papers/{id}",
    name="printPaper",
    summary="The paper as PDF, for the clerk who made it and only for some minutes",
    access=Terminal(),
    query=PaperLayout,
    media="binary",
    problems=("not-found", "credential-over", "credentials-closed"),
)
async def printed(call: Call[NoBody, PaperLayout]) -> web.Response:
    """In her language, not in the clerk's. Printing is recorded."""
    credential_id, credentials = call.path_id("id"), call.services.credentials

    async def again(unit: Unit) -> Issued:
        issued = await credentials.just_made(unit, call.actor, credential_id)
        await credentials.printed(unit, call.actor, issued, place=place_of(call))
        return issued

    issued: Issued = await call.decide(again)
    language = await call.services.residents.language(issued.held.resident)
    return await paper_page(call, issued, call.query.layout, language)


@operations.post(
    "/counter/api/v1/loss-reports",
    name="reportLossByCard",
    summary="挂失 by the card in hand; she is told",
    access=Terminal(),
    body=LossByCard,
    answer=LossByCardDone,
    status=201,
    idempotent=True,
    limit=30,
    problems=("id-number-invalid", "resident-not-found", "terminal-unknown"),
)
async def lost(call: Call[LossByCard, NoQuery]) -> LossByCardDone | Refusal:
    """Names nobody who is not here; a returned refusal keeps its line in the record."""
    services, unit, place = call.services, call.unit, place_of(call)
    name, number = services.residents.read_claim(unit, call.body.name, call.body.id_number)
    found: ResidentProfile | None = await services.residents.by_card(unit, name, number)
    if found is None:
        await services.audit.record(
            unit, call.actor, "loss.report", subject_kind="resident", subject="", outcome="not-found",
            region=call.place.region, place=place,
        )  # fmt: skip
        return ResidentNotFound()
    done: Loss = await services.losses.report(
        unit, call.actor, found.id, call.body.what, region=found.region, place=place
    )
    return LossByCardDone(
        name_masked=found.masked_name, sessions=done.sessions, codes=done.codes, credentials=done.credentials
    )
