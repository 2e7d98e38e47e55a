"""What I may ask about my own data: what I agreed to, a copy, a correction, and an end."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from config.floor.refusal import Refusal
from config.floor.unit import Unit
from miniapp_api.me import shape
from miniapp_api.wire.me import Me
from miniapp_api.wire.rights import (
    AskCorrection,
    CategoryShape,
    ClosingCase,
    ClosingCategory,
    ClosingShape,
    ConsentShape,
    ConsentsShape,
    ConsentWord,
    CorrectionShape,
    CorrectionsShape,
    EvidenceFile,
    ExportForm,
    ExportShape,
    ExportsShape,
    NewName,
    NewPhone,
    SaidShape,
)
from server.domain.consents.service import Standing, unanswered
from server.domain.consents.texts import said
from server.domain.privacy.closing import ClosingStands
from server.domain.privacy.corrections import Correction
from server.domain.privacy.exports import Export
from server.domain.privacy.reading_page import CATEGORIES
from server.web.operations import Call, NoBody, NoQuery, Operations, Resident

operations = Operations(tag="rights")
PROVEN = Resident(loa=3)
"""A copy is everything at once, and a phone alone may be somebody else's: whose data it is must have been proven."""
_MEDIA = {"json": "application/json", "html": "text/html"}


@operations.get(
    "/api/v1/me/consents", name="listConsents", summary="What my data is used for, and what I have said to it",
    access=Resident(), answer=ConsentsShape,
)  # fmt: skip
async def consents(call: Call[NoBody, NoQuery]) -> ConsentsShape:
    """Also what the law settles without asking."""
    return await _consents(call)


@operations.put(
    "/api/v1/me/consents/{purpose}", name="sayConsent", summary="Yes or no to one purpose; works at once",
    access=Resident(), body=ConsentWord, answer=ConsentsShape,
    problems=("not-found", "consent-text-changed", "consent-not-a-choice"),
)  # fmt: skip
async def say_consent(call: Call[ConsentWord, NoQuery]) -> ConsentsShape:
    """The answer is about the version that was read."""
    await call.services.rights.consents.say(
        call.unit, call.actor, call.resident.resident_id, call.path["purpose"][:32], call.body.word, call.body.version
    )
    return await _consents(call)


async def _consents(call: Call[Any, Any]) -> ConsentsShape:
    room, who = call.services.rights.consents, call.resident.resident_id
    standing = await room.of(call.unit, who)
    titles = {one.text.code: said(one.text.title, call.language) for one in standing}
    return ConsentsShape(
        purposes=[_consent(call, one) for one in standing],
        asks=unanswered(standing),
        history=[
            SaidShape(
                purpose=one.purpose, title=titles.get(one.purpose, one.purpose), version=one.version, word=one.word,
                said_at=one.said_at, ended_at=one.ended_at,
            )
            for one in await room.history(call.unit, who)
        ],
    )  # fmt: skip


def _consent(call: Call[Any, Any], one: Standing) -> ConsentShape:
    text, language = one.text, call.language
    return ConsentShape(
        code=text.code,
        kind=text.kind,
        title=said(text.title, language),
        text=said(text.current.text, language),
        basis=f"{said(text.basis.title, language)} {said(text.basis.clause, language)}",
        stops=said(text.stops, language) if text.stops else "",
        version=text.current.number,
        since=text.current.since.isoformat(),
        word=one.word,
        said_version=one.version,
        said_at=one.said_at,
        asks=one.asks,
    )


@operations.get(
    "/api/v1/me/export", name="listExports", summary="Copies of everything held about me", access=PROVEN,
    answer=ExportsShape, problems=("loa-needed",),
)  # fmt: skip
async def exports(call: Call[NoBody, NoQuery]) -> ExportsShape:
    """The last few."""
    found = await call.services.rights.exports.of(call.unit, call.resident.resident_id)
    return ExportsShape(exports=[_export(one) for one in found])


@operations.post(
    "/api/v1/me/export", name="askExport", summary="Make a copy of everything held about me", access=PROVEN,
    answer=ExportShape, status=202, problems=("loa-needed",), idempotent=True, limit=6,
)  # fmt: skip
async def ask_export(call: Call[NoBody, NoQuery]) -> ExportShape:
    """It is made in the background; asked again meanwhile, it is the same one."""
    who = call.resident
    asked = await call.services.rights.exports.ask(
        call.unit, call.actor, who.resident_id, region=who.region, language=call.language
    )
    return _export(asked)


@operations.get(
    "/api/v1/me/export/{id}", name="fetchExport", summary="The copy itself", access=PROVEN, query=ExportForm,
    media="binary", problems=("loa-needed", "not-found", "export-not-ready", "export-over"),
)  # fmt: skip
async def fetch_export(call: Call[NoBody, ExportForm]) -> web.Response:
    """A file to keep; that it was fetched is on record."""
    form, room, export_id = call.query.form, call.services.rights.exports, call.path_id("id")

    async def fetched(unit: Unit) -> bytes:
        return await room.fetch(unit, call.actor, call.resident.resident_id, export_id, form)

    headers = {
        "Content-Disposition": f'attachment; filename="my-data.{form}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    }
    return web.Response(body=await call.decide(fetched), content_type=_MEDIA[form], charset="utf-8", headers=headers)


def _export(one: Export) -> ExportShape:
    return ExportShape(
        id=one.id, state=one.state, asked_at=one.asked_at, ready_at=one.ready_at, expires_at=one.expires_at,
        json_bytes=one.sizes["json"], html_bytes=one.sizes["html"],
    )  # fmt: skip


@operations.get(
    "/api/v1/me/closing", name="closing", summary="What closing my account would do, and whether I asked for it",
    access=Resident(), answer=ClosingShape,
)  # fmt: skip
async def closing(call: Call[NoBody, NoQuery]) -> ClosingShape:
    """Said before anything is asked for."""
    return _closing(call, await call.services.rights.closings.stands(call.unit, call.resident.resident_id))


@operations.delete(
    "/api/v1/me", name="closeAccount", summary="Close my account when the days to undo it are over",
    access=Resident(), answer=ClosingShape, problems=("closing-cases-open", "closing-done"),
)  # fmt: skip
async def close_account(call: Call[NoBody, NoQuery]) -> ClosingShape:
    """Asked again, the first time stands."""
    stands = await call.services.rights.closings.ask(call.unit, call.actor, call.resident.resident_id)
    return _closing(call, stands)


@operations.delete(
    "/api/v1/me/closing", name="keepAccount", summary="Keep my account after all", access=Resident(),
    answer=ClosingShape, problems=("closing-not-asked", "closing-done"),
)  # fmt: skip
async def keep_account(call: Call[NoBody, NoQuery]) -> ClosingShape:
    """Until the day it is closed."""
    stands = await call.services.rights.closings.undo(call.unit, call.actor, call.resident.resident_id)
    return _closing(call, stands)


def _closing(call: Call[Any, Any], stands: ClosingStands) -> ClosingShape:
    return ClosingShape(
        asked_at=stands.asked_at,
        due_at=stands.due_at,
        days=call.services.rights.closings.days,
        open_cases=[ClosingCase(case_no=case_no, item_name=name) for case_no, name in stands.open_cases],
        categories=[_category(call, category) for category in CATEGORIES],
    )


def _category(call: Call[Any, Any], category: str) -> ClosingCategory:
    part = next(part for part in call.services.rights.processing.parts if part.category == category)
    kept = [held for held in part.tables if held.closing == "keep" or held.kept]
    erased = [held for held in part.tables if held.closing != "keep" and not held.kept]
    return ClosingCategory(
        code=category,
        title=call.text(f"holdings.categories.{category}.title"),
        erased=[call.text(f"holdings.tables.{held.table}") for held in erased if held.copied],
        kept=[call.text(f"holdings.tables.{held.table}") for held in kept if held.copied],
        why_kept=said(part.activity.kept, call.language) if part.activity.kept else "",
    )


@operations.post(
    "/api/v1/me/phone", name="changePhone", summary="Another phone number, proven by the code sent to it",
    access=PROVEN, body=NewPhone, answer=Me, problems=("loa-needed", "otp-wrong", "phone-invalid", "phone-taken"),
    limit=10, own_unit=True,
)  # fmt: skip
async def change_phone(call: Call[NewPhone, NoQuery]) -> Me | Refusal:
    """Other devices are signed out; the old number is told."""
    who = call.resident
    refused = await call.decide(
        lambda unit: call.services.rights.amending.change_phone(
            unit, call.actor, who.resident_id, call.body.phone, call.body.otp, keep_session=who.session_id
        )
    )
    return refused or await _me(call)


@operations.post(
    "/api/v1/me/name", name="changeName", summary="Another name, where the population register agrees", access=PROVEN,
    body=NewName, answer=Me, own_unit=True, limit=10,
    problems=("loa-needed", "identity-mismatch", "identity-attempts-exceeded", "identity-register-unavailable"),
)  # fmt: skip
async def change_name(call: Call[NewName, NoQuery]) -> Me | Refusal:
    """Count the try, ask the register outside any transaction, then write down what it said."""
    amending, who = call.services.rights.amending, call.resident.resident_id
    name = call.body.name.strip()
    number = await call.decide(lambda unit: amending.claim_name(unit, who))
    if isinstance(number, Refusal):
        return number
    matched = await call.services.register.matches(name, number.number)
    refused = await call.decide(lambda unit: amending.settle_name(unit, call.actor, who, name, matched=matched))
    return refused or await _me(call)


async def _me(call: Call[Any, Any]) -> Me:
    unit = await call.services.database.reading(call.portal.id)
    return shape(call.portal, await call.services.residents.get(unit, call.resident.resident_id))


@operations.get(
    "/api/v1/me/corrections", name="listCorrections", summary="What I said is wrong, and the answers",
    access=Resident(), answer=CorrectionsShape,
)  # fmt: skip
async def corrections(call: Call[NoBody, NoQuery]) -> CorrectionsShape:
    """Newest first, and the kinds of data to choose from."""
    found = await call.services.rights.corrections.of_resident(call.unit, call.resident.resident_id)
    categories = [CategoryShape(code=one, title=_title(call, one)) for one in CATEGORIES]
    return CorrectionsShape(corrections=[_correction(call, one) for one in found], categories=categories)


@operations.post(
    "/api/v1/me/corrections", name="askCorrection", summary="Something held about me is wrong", access=Resident(),
    body=AskCorrection, answer=CorrectionShape, status=201,
    problems=("corrections-waiting", "file-not-usable"), idempotent=True,
)  # fmt: skip
async def ask_correction(call: Call[AskCorrection, NoQuery]) -> CorrectionShape:
    """Staff answer it; I am told. Its evidence goes with it or nothing does."""
    who, body = call.resident, call.body
    asked = await call.services.rights.corrections.ask(
        call.unit, call.actor, who.resident_id, region=who.region, category=body.category, said=body.said,
        wanted_name=body.wanted_name.strip(), files=body.files,
    )  # fmt: skip
    return _correction(call, asked)


def _correction(call: Call[Any, Any], one: Correction) -> CorrectionShape:
    return CorrectionShape(
        id=one.id, category=one.category, category_title=_title(call, one.category), said=one.said,
        wanted_name=one.wanted_name,
        files=[
            EvidenceFile(file_id=file.id, name=file.name, media_type=file.media_type, size=file.size)
            for file in one.files
        ],
        state=one.state, asked_at=one.asked_at, answer=one.answer, answered_at=one.answered_at,
    )  # fmt: skip


def _title(call: Call[Any, Any], category: str) -> str:
    return call.text(f"holdings.categories.{category}.title")
