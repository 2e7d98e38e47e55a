"""What a counter fetches to look at for some minutes: the portrait, licences; and the card in hand that may open them.

Each look is two units of work with the source's answer between them: may it be seen, and what came of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aiohttp import web

from config.floor.refusal import Refusal
from config.floor.unit import Unit
from server.domain.licences.errors import LicencesUnavailable
from server.domain.licences.service import Holding
from server.domain.visits.errors import PortraitMissing, PortraitUnavailable
from server.domain.visits.granting import Bearer, PortraitOutcome
from server.domain.visits.views import CounterVisit
from server.edges.counter.shapes import CardConfirmed, ScanAnswer
from server.edges.counter.wording import scan_answer, watermark
from server.web.licence_shapes import ShownFace, ShownLicences, shown_face, shown_licences
from server.web.operations import Call, NoBody, NoQuery, Operations, Terminal

operations = Operations(tag="counter")


@operations.post(
    "/counter/api/v1/visits/{id}/card",
    name="confirmCard",
    summary="The clerk holds the person's identity card: what the purpose lets a card open, without asking the phone",
    access=Terminal(),
    body=CardConfirmed,
    answer=ScanAnswer,
    status=200,
    idempotent=True,
    problems=("not-found", "consent-closed", "delegation-over"),
)
async def confirm_card(call: Call[CardConfirmed, NoQuery]) -> ScanAnswer | Refusal:
    """Recorded with the clerk's number, and seen by the resident. After a no on the phone it opens nothing."""
    found = await call.services.visits.card(call.unit, call.path_id("id"), call.staff, call.body.fields)
    return scan_answer(call, found) if isinstance(found, CounterVisit) else found


@operations.post(
    "/counter/api/v1/visits/{id}/card-mismatch",
    name="refuseCard",
    summary="The card in the clerk's hand is another person's than the credential: the look counts as refused",
    access=Terminal(),
    status=204,
    problems=("not-found",),
)
async def refuse_card(call: Call[NoBody, NoQuery]) -> None:
    """The resident sees it, and so many of them lock the terminal. Said again, it changes nothing."""
    await call.services.comparing.card_differs(call.unit, call.path_id("id"), call.staff)


@operations.get(
    "/counter/api/v1/visits/{id}/portrait",
    name="showPortrait",
    summary="The portrait of whoever stands at the counter, once allowed and for some minutes",
    access=Terminal(),
    media="binary",
    problems=("not-found", "not-granted", "delegation-over", "portrait-missing", "portrait-unavailable"),
)
async def portrait(call: Call[NoBody, NoQuery]) -> web.Response:
    """Fetched from its source now, passed on, never written down. Where that fails, nobody was compared."""
    visits, visit_id = call.services.visits, call.path_id("id")
    bearer = await visits.bearer(call.unit, visit_id, call.staff, "portrait")

    async def came(outcome: PortraitOutcome) -> None:
        await call.decide(lambda unit: visits.portrait_came(unit, visit_id, call.staff, outcome))

    try:
        found = await call.services.portraits.portrait(
            bearer.name, bearer.id_number, purpose=bearer.purpose, basis=bearer.basis
        )
    except PortraitMissing:
        await came("missing")
        raise
    except PortraitUnavailable:
        await came("unavailable")
        raise
    await came("shown")
    headers = {
        "Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin",
    }  # fmt: skip
    return web.Response(body=found.content, content_type=found.media_type, headers=headers)


@operations.get(
    "/counter/api/v1/visits/{id}/licences",
    name="listVisitLicences",
    summary="The licences that the resident chose to show at this counter",
    access=Terminal(),
    answer=ShownLicences,
    problems=("not-found", "not-granted", "delegation-over"),
)
async def licences(call: Call[NoBody, NoQuery]) -> ShownLicences:
    """By name and status; which ones, she has chosen on her phone."""
    bearer, holding = await _holding(call)
    found = await call.services.licences.held(holding, bearer.licences)
    await _came(call, bearer, "shown" if found.complete else "unavailable")
    return shown_licences(call, found)


@operations.get(
    "/counter/api/v1/visits/{id}/licences/{licence}",
    name="showVisitLicence",
    summary="The face of one of them",
    access=Terminal(),
    answer=ShownFace,
    problems=("not-found", "not-granted", "delegation-over", "licences-unavailable"),
)
async def licence(call: Call[NoBody, NoQuery]) -> ShownFace:
    """With the counter's own watermark."""
    bearer, holding = await _holding(call)
    try:
        found = await call.services.licences.face(holding, call.path["licence"], bearer.licences)
    except LicencesUnavailable:
        await _came(call, bearer, "unavailable")
        raise
    await _came(call, bearer, "shown", found.licence.kind)
    return shown_face(call, found, watermark(call, bearer.counter))


async def _holding(call: Call[Any, Any]) -> tuple[Bearer, Holding]:
    bearer = await call.services.visits.bearer(call.unit, call.path_id("id"), call.staff, "licences")
    home = replace(call.unit, portal=bearer.portal)  # another portal's resident has her licences there
    holding = await call.services.licences.holding(
        home, bearer.resident_id, business=bearer.purpose, basis=bearer.basis
    )
    return bearer, holding


async def _came(call: Call[Any, Any], bearer: Bearer, outcome: str, kind: str = "") -> None:
    async def write(unit: Unit) -> None:
        await call.services.visits.licence_came(unit, bearer.visit_id, call.staff, outcome, kind[:32])

    await call.decide(write)
