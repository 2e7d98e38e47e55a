"""What a terminal needs for the time without a network: whose shift it is, what time it is, and where the lists are."""

from __future__ import annotations

import base64

from pydantic import Field

from codes import cose, strict_cbor
from server.web.operations import Call, NoBody, NoQuery, Operations, Terminal
from server.web.shapes import Instant, Wire

operations = Operations(tag="counter-offline")
KEYS = "/.well-known/yima/keys"
STATUS = "/.well-known/yima/status/"


class TrustRoot(Wire):
    """The key that signs the list of keys."""

    alg: int = Field(description="COSE algorithm")
    key: str = Field(description="COSE_Key, base64url")


class OfflinePlace(Wire):
    """Where the terminal stands."""

    hall: str
    counter: str


class OfflineShift(Wire):
    """Whose shift it is: nobody reads without a network once it is over."""

    staff_no: str
    until: Instant


class OfflineKit(Wire):
    """Everything that is kept in the terminal's browser beside the page itself."""

    server_time: int = Field(description="unix seconds")
    root: TrustRoot | None = Field(description="null where this portal vouches for no offline credentials")
    keys: str
    lists: list[str] = Field(description="the status lists to keep")
    place: OfflinePlace
    shift: OfflineShift


@operations.get(
    "/counter/api/v1/offline-kit",
    name="prepareOffline",
    summary="What this terminal keeps for the time without a network: root key, addresses of the lists, shift, time",
    access=Terminal(),
    answer=OfflineKit,
    problems=("terminal-unknown",),
)
async def kit(call: Call[NoBody, NoQuery]) -> OfflineKit:
    """The root comes with the page's own session, the lists themselves from the open addresses."""
    publisher = call.services.publisher
    numbers = await publisher.lists(call.unit) if publisher.root else []
    return OfflineKit(
        server_time=int(call.unit.now.timestamp()),
        root=_root(publisher.root),
        keys=KEYS,
        lists=[f"{STATUS}{number}" for number in numbers],
        place=OfflinePlace(hall=call.place.hall, counter=call.place.counter),
        shift=OfflineShift(
            staff_no=call.staff.staff_no, until=await call.services.sessions.until(call.unit, call.staff.session_id)
        ),
    )


def _root(key: cose.PublicKey | None) -> TrustRoot | None:
    if key is None:
        return None
    packed = base64.urlsafe_b64encode(strict_cbor.encode(key.parameters)).rstrip(b"=").decode()
    return TrustRoot(alg=key.alg, key=packed)
