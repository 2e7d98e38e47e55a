"""The one code: keys for phones that derive it, and pictures for fronts that cannot."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from codes import picture
from codes.service import Holder, IssuedKey, ShownCode
from config.floor.refusal import FieldFault, Invalid
from config.floor.unit import Unit
from miniapp_api.wire.code import CodeKey, CodePicture, CodeQuery, NewCodeKey
from server.domain.delegations.errors import BeyondDelegation
from server.domain.sessions.callers import ResidentCaller
from server.web.operations import Call, NoBody, NoQuery, Operations, Resident

operations = Operations(tag="code")


def holder_of(resident: ResidentCaller, device: str = "") -> Holder:
    """A resident who shows her own code, or the code of somebody she acts for."""
    return Holder(
        subject=resident.resident_id,
        acting=resident.acting_id,
        delegation=resident.mandate.delegation_id if resident.mandate else None,
        device=device or resident.device,
        portal=resident.portal,
        session_id=resident.session_id,
        region=resident.region,
    )


def _until(resident: ResidentCaller) -> datetime | None:
    return resident.mandate.valid_until if resident.mandate else None


def _must_show(resident: ResidentCaller, purposes: Sequence[str] | None = None) -> None:
    """For somebody else only what the delegation says; at the counter each purpose is looked at again."""
    mandate = resident.mandate
    if mandate is None:
        return
    named = mandate.shows_a_code if purposes is None else any(mandate.allows_purpose(one) for one in purposes)
    if not named:
        raise BeyondDelegation()


async def _issued(call: Call[Any, Any], unit: Unit, holder: Holder) -> IssuedKey:
    """A handle for a session that is still there: one that is signed out meanwhile leaves no code behind."""
    await call.services.sessions.hold(unit, holder.session_id)
    return await call.services.codes.issue(unit, holder, _until(call.resident))


@operations.post(
    "/api/v1/code-keys",
    name="issueCodeKey",
    summary="A fresh handle and key, for deriving codes on the phone for a day",
    access=Resident(for_others=True),
    body=NewCodeKey,
    answer=CodeKey,
    status=201,
    limit=30,
    in_turn=True,
    problems=("delegation-over", "beyond-delegation"),
)
async def issue(call: Call[NewCodeKey, NoQuery]) -> CodeKey:
    """Never stored under an idempotency key: a key is told once."""
    _must_show(call.resident)
    holder = holder_of(call.resident, call.body.device)
    issued = await _issued(call, call.unit, holder)
    return CodeKey(
        handle=issued.handle,
        key=base64.urlsafe_b64encode(issued.key).rstrip(b"=").decode("ascii"),
        step_seconds=issued.step_seconds,
        valid_from=issued.valid_from,
        valid_until=issued.valid_until,
        server_time=call.unit.now,
    )


@operations.get(
    "/api/v1/code",
    name="showCode",
    summary="The code of this moment, drawn; a fresh handle is made where none can be shown",
    access=Resident(for_others=True),
    query=CodeQuery,
    answer=CodePicture,
    in_turn=True,
)
async def show(call: Call[NoBody, CodeQuery]) -> CodePicture:
    """A step that was used already is not shown again: the answer is then a code of a fresh handle."""
    scene = call.query.scene
    shown_for = [purpose.code for purpose in call.services.purposes.all() if scene in purpose.scenes]
    if not shown_for:
        raise Invalid(faults=[FieldFault("scene", "scene-unknown")])
    _must_show(call.resident, shown_for)
    holder = holder_of(call.resident)
    codes = call.services.codes

    async def fresh(unit: Unit) -> ShownCode:
        return codes.first(unit, await _issued(call, unit, holder), scene)

    shown = await codes.shown(call.unit, holder, scene)
    if shown is None:
        shown = await call.decide(fresh)
    drawn = await asyncio.to_thread(picture.svg, shown.text)
    return CodePicture(text=shown.text, svg=drawn, expires_at=shown.renew_at)
