"""Proving who one is, step by step: what is proven, what is open, a challenge and its answers."""

from __future__ import annotations

from typing import Any, cast

from config.floor.refusal import Refusal
from config.floor.unit import Unit
from miniapp_api.me import shape
from miniapp_api.wire.me import Verification, Verified
from miniapp_api.wire.proofs import (
    FaceConsent,
    FaceOpened,
    MyProofs,
    NewProving,
    ProofShown,
    ProofsQuery,
    ProvingShown,
    PurposeOffered,
    StepGiven,
    StepTaken,
)
from server.domain.consents.service import FACE
from server.domain.consents.texts import said
from server.domain.proving.errors import StepUnavailable, WayClosed
from server.domain.proving.records import Challenge
from server.domain.proving.service import Attempt, Given
from server.domain.proving.steps import STEPS
from server.domain.residents import proofs
from server.domain.residents.errors import RegisterUnavailable
from server.web import step_up
from server.web.operations import Call, NoBody, NoQuery, Operations, Resident

operations = Operations(tag="me")
_PATH = "/api/v1/me/provings"
SAMPLE_CARD = "9999 0000 0000 0004"
"""A number that passes its own check and that no issuer has; the demonstration's bank knows it."""
ANSWERS = (
    "identity-mismatch", "identity-attempts-exceeded", "identity-taken", "identity-already-verified",
    "identity-register-unavailable", "id-number-invalid", "card-number-wrong", "proof-over", "proof-locked",
    "proof-not-passed", "proof-unavailable", "proof-too-many", "account-not-linked", "face-consent-needed",
)  # fmt: skip


@operations.get(
    "/api/v1/me/proofs",
    name="readProofs",
    summary="How sure it is that I am I, how that was proven, and what else I can prove here",
    access=Resident(),
    query=ProofsQuery,
    answer=MyProofs,
)
async def read_proofs(call: Call[NoBody, ProofsQuery]) -> MyProofs:
    """Two statements."""
    who = await call.services.residents.get(call.unit, call.resident.resident_id)
    kept = await proofs.of(call.unit, who.id)
    ahead = call.services.proving.above(who, call.query.platform)
    return MyProofs(
        loa=who.loa,
        level_label=call.text(f"proving.levels.{who.loa}"),
        proofs=[
            ProofShown(
                level=one.level, level_label=call.text(f"proving.levels.{one.level}"), way=one.way,
                way_label=way_label(call, one.way), place=one.place, at=one.at,
            )
            for one in kept
        ],
        ahead=[PurposeOffered.model_validate(step_up.shown(offer, call.language)) for offer in ahead],
    )  # fmt: skip


def way_label(call: Call[Any, Any], way: str) -> str:
    """What a way of proving is called."""
    key = f"proving.ways.{way}"
    return call.text(key) if call.services.wording.has(key) else way


@operations.post(
    _PATH,
    name="beginProving",
    summary="Begin to prove more about who I am; a challenge begun before is over",
    access=Resident(),
    body=NewProving,
    answer=ProvingShown,
    status=201,
    idempotent=True,
    limit=30,
    problems=("proof-way-closed", "identity-already-verified", "loa-needed", "account-not-linked"),
)
async def begin(call: Call[NewProving, NoQuery]) -> ProvingShown:
    """Nobody is asked yet."""
    asked = call.body
    made = await call.services.proving.open(call.unit, call.resident, asked.purpose, asked.way, asked.platform)
    return await _shown(call, call.unit, made)


@operations.get(
    f"{_PATH}/{{id}}",
    name="readProving",
    summary="How far a challenge of mine is",
    access=Resident(),
    answer=ProvingShown,
    problems=("not-found",),
)
async def read(call: Call[NoBody, NoQuery]) -> ProvingShown:
    """Only in the session that began it."""
    found = await call.services.proving.one(call.unit, call.path_id("id"), call.resident)
    return await _shown(call, call.unit, found)


@operations.post(
    f"{_PATH}/{{id}}/face",
    name="openFaceCheck",
    summary="Open the face check at its platform; the same one again while it has no answer",
    access=Resident(),
    answer=FaceOpened,
    status=200,
    own_unit=True,
    limit=30,
    problems=(
        "not-found", "proof-over", "proof-locked", "proof-unavailable", "identity-already-verified",
        "account-not-linked", "face-consent-needed",
    ),
)  # fmt: skip
async def open_face(call: Call[NoBody, NoQuery]) -> FaceOpened:
    """Only after the consent of its own. The platform is asked outside any unit of work; no picture passes through
    here."""
    proving, me = call.services.proving, call.resident
    about = await proving.facing(call.unit, me, call.path_id("id"))
    begun = proving.begun(about.challenge)
    if begun is None:
        face = proving.ports.face[about.challenge.step]
        begun = await face.begin(
            about.claim, about.challenge.reference, f"{call.request.scheme}://{call.request.host}/m/"
        )
        opened = begun
        await call.decide(lambda unit: proving.faced(unit, me, about, opened))
    return FaceOpened(url=begun.url or None, token=None if begun.url else begun.token)


@operations.post(
    f"{_PATH}/{{id}}/answers",
    name="answerProving",
    summary="Answer the step in turn: it is compared, or the platform is asked what it saw",
    access=Resident(),
    body=StepGiven,
    answer=StepTaken,
    status=200,
    own_unit=True,
    problems=("not-found", *ANSWERS),
)
async def answer(call: Call[StepGiven, NoQuery]) -> StepTaken | Refusal:
    """Counted before anybody is asked; asked outside any unit; a no is committed like a yes."""
    given = Given(call.body.name, call.body.id_number, call.body.card)
    taken = await take(call, call.path_id("id"), given)
    if isinstance(taken, Refusal):
        return taken
    challenge, token = taken
    unit = await call.services.database.reading(call.portal.id)
    if token is None:
        return StepTaken(proving=await _shown(call, unit, challenge))
    me = await call.services.residents.get(unit, call.resident.resident_id)
    return StepTaken(proving=await _shown(call, unit, challenge), token=token, resident=shape(call.portal, me))


@operations.post(
    "/api/v1/me/verifications",
    name="verify",
    summary="Prove name and ID number against the population register, in one call",
    access=Resident(),
    body=Verification,
    answer=Verified,
    status=201,
    own_unit=True,
    problems=(*ANSWERS, "proof-way-closed"),
)
async def verify(call: Call[Verification, NoQuery]) -> Verified | Refusal:
    """A challenge of one step, begun and answered at once, under the bounds of its purpose."""
    proving, me = call.services.proving, call.resident
    call.services.residents.read_claim(call.unit, call.body.name, call.body.id_number)
    purpose = proving.purposes.of_level(3)
    way = next((one for one in purpose.ways if one.steps == ("name_and_id",)), None) if purpose else None
    if purpose is None or way is None:
        raise WayClosed()
    code, named = purpose.code, way.code
    challenge = await call.decide(lambda unit: proving.open(unit, me, code, named, step_up.platform_of(call.request)))
    taken = await take(call, challenge.id, Given(call.body.name, call.body.id_number))
    if isinstance(taken, Refusal):
        return taken
    unit = await call.services.database.reading(call.portal.id)
    profile = await call.services.residents.get(unit, me.resident_id)
    assert taken[1] is not None
    return Verified(loa=profile.loa, outcome="verified", resident=shape(call.portal, profile), token=taken[1])


async def take(call: Call[Any, Any], challenge_id: Any, given: Given) -> tuple[Challenge, str | None] | Refusal:
    """One step of a challenge; with the last one the session's new token."""
    proving, me = call.services.proving, call.resident
    attempt = await call.decide(lambda unit: proving.attempt(unit, me, challenge_id, given, address=call.client))
    if isinstance(attempt, Refusal):
        return attempt
    try:
        agreed = await _ask(call, attempt)
    except (StepUnavailable, RegisterUnavailable):
        await call.decide(lambda unit: proving.give_back(unit, me, attempt))
        raise

    async def settle(unit: Unit) -> tuple[Challenge, str | None] | Refusal:
        found = await proving.settle(unit, me, attempt, agreed=agreed)
        if isinstance(found, Refusal):
            return found
        return found, await call.services.sessions.renew(unit, me.session_id) if found.state == "proven" else None

    settled: tuple[Challenge, str | None] | Refusal = await call.decide(settle)
    return settled


async def _ask(call: Call[Any, Any], attempt: Attempt) -> bool:
    ports, challenge = call.services.proving.ports, attempt.challenge
    if not STEPS[challenge.step].face:
        return await ports.compare[challenge.step].agrees(attempt.claim)
    begun = call.services.proving.begun(challenge)
    if begun is None:  # nothing was opened, so nobody has looked
        return False
    return await ports.face[challenge.step].passed(attempt.claim, challenge.reference, begun.token)


async def _shown(call: Call[Any, Any], unit: Unit, found: Challenge) -> ProvingShown:
    asks = await call.services.proving.asks(unit, call.resident, found)
    return ProvingShown(
        id=found.id,
        purpose=found.purpose,
        way=found.way,
        level=found.level,
        state=found.state,
        step=found.step,
        step_label=call.text(f"proving.steps.{found.step}.label"),
        step_text=call.text(f"proving.steps.{found.step}.text"),
        at_step=found.at_step,
        steps=len(found.steps),
        asks=cast("Any", list(asks)),
        face=STEPS[found.step].face,
        attempts_left=found.attempts_left,
        expires_at=found.expires_at,
        sample=SAMPLE_CARD if "card" in asks and call.portal.demo else None,
        consent=await _consent(call, unit, found),
    )


async def _consent(call: Call[Any, Any], unit: Unit, found: Challenge) -> FaceConsent | None:
    """The text to agree to before this step, in the reader's language; None where nothing is to be agreed to."""
    text = call.services.rights.consents.texts.get(FACE)
    if text is None or not await call.services.proving.lacks_consent(unit, call.resident, found):
        return None
    return FaceConsent(
        purpose=text.code, version=text.current.number, title=said(text.title, call.language),
        text=said(text.current.text, call.language),
        basis=f"{said(text.basis.title, call.language)} {said(text.basis.clause, call.language)}",
    )  # fmt: skip
