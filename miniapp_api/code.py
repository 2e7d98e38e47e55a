"""The one code: keys for phones that derive it, and pictures for fronts that cannot."""

from __future__ import annotations

import asyncio
import base64

from codes import picture
from codes.service import Holder, ShownCode
from config.floor.refusal import FieldFault, Invalid
from config.floor.unit import Unit
from miniapp_api.wire.code import CodeKey, CodePicture, CodeQuery, NewCodeKey
from server.domain.sessions.callers import ResidentCaller
from server.web.operations import Call, NoBody, NoQuery, Operations, Resident

operations = Operations(tag="code")


def holder_of(resident: ResidentCaller, device: str = "") -> Holder:
    """A resident who shows her own code."""
    return Holder(
        subject=resident.resident_id,
        acting=resident.resident_id,
        delegation=None,
        device=device or resident.device,
        portal=resident.portal,
        session_id=resident.session_id,
        region=resident.region,
    )


@operations.post(
    "/api/v1/code-keys",
    name="issueCodeKey",
    summary="A fresh handle and key, for deriving codes on the phone for a day",
    access=Resident(),
    body=NewCodeKey,
    answer=CodeKey,
    status=201,
    limit=30,
    in_turn=True,
)
async def issue(call: Call[NewCodeKey, NoQuery]) -> CodeKey:
    """Never stored under an idempotency key: a key is told once."""
    issued = await call.services.codes.issue(call.unit, holder_of(call.resident, call.body.device))
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
    access=Resident(),
    query=CodeQuery,
    answer=CodePicture,
    in_turn=True,
)
async def show(call: Call[NoBody, CodeQuery]) -> CodePicture:
    """A step that was used already is not shown again: the answer is then a code of a fresh handle."""
    scene = call.query.scene
    if all(scene not in purpose.scenes for purpose in call.services.purposes.all()):
        raise Invalid(faults=[FieldFault("scene", "scene-unknown")])
    holder = holder_of(call.resident)
    codes = call.services.codes

    async def fresh(unit: Unit) -> ShownCode:
        return codes.first(unit, await codes.issue(unit, holder), scene)

    shown = await codes.shown(call.unit, holder, scene)
    if shown is None:
        shown = await call.decide(fresh)
    drawn = await asyncio.to_thread(picture.svg, shown.text)
    return CodePicture(text=shown.text, svg=drawn, expires_at=shown.renew_at)
