"""A device becomes a registered terminal, and asks which one it is."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from config.floor.refusal import Refusal
from server.domain.sessions.callers import TerminalPlace
from server.web.operations import Call, Device, NoBody, NoQuery, Open, Operations
from server.web.shapes import Instant, Wire

operations = Operations(tag="counter-terminals")


class Enrolment(Wire):
    """The typed code, the device's public key, and its signature over both (``YIMA-ENROL-1``)."""

    code: Annotated[str, Field(min_length=1, max_length=32, description="as typed; blanks and dashes do not matter")]
    public_key: Annotated[str, Field(max_length=100, description="P-256 point, uncompressed, 65 bytes, base64url")]
    proof: Annotated[str, Field(max_length=100, description="ES256: r and s, 64 bytes, base64url")]


class Seat(Wire):
    """The terminal, and where it stands."""

    id: UUID
    counter: str
    hall: str
    name: str


class OnShift(Wire):
    """Who works here now."""

    staff_no: str
    name: str
    since: Instant


class ThisTerminal(Wire):
    """What a device may know of itself."""

    terminal: Seat
    shift: OnShift | None


def seat(place: TerminalPlace) -> Seat:
    """A place on the wire."""
    return Seat(id=place.id, counter=place.counter, hall=place.hall, name=place.name)


@operations.post(
    "/counter/api/v1/enrolments",
    name="enrolTerminal",
    summary="Register this device's key with a one-time code; the same device may ask again while the code lives",
    access=Open(),
    body=Enrolment,
    answer=Seat,
    status=200,
    problems=("enrolment-refused", "enrolment-too-many"),
)
async def enrol(call: Call[Enrolment, NoQuery]) -> Seat | Refusal:
    """Refusals are returned, so that the tries count."""
    asked = call.body
    found = await call.services.terminals.enrol(
        call.unit, asked.code, asked.public_key, asked.proof, address=call.client
    )
    return found if isinstance(found, Refusal) else seat(found)


@operations.get(
    "/counter/api/v1/terminal",
    name="showTerminal",
    summary="Which terminal this is, and who is on shift",
    access=Device(),
    answer=ThisTerminal,
    problems=("terminal-unknown", "terminal-clock"),
)
async def show(call: Call[NoBody, NoQuery]) -> ThisTerminal:
    """For the sign-in page: the place, and whose shift a sign-in would end."""
    shift = await call.services.terminals.shift(call.unit, call.place.id)
    shown = OnShift(staff_no=shift.staff_no, name=shift.name, since=shift.since) if shift else None
    return ThisTerminal(terminal=seat(call.place), shift=shown)
