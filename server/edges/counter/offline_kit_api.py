"""What a terminal needs for the time without a network: whose shift it is, what time it is, and where the lists are."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import date

from pydantic import Field

from codes import cose, strict_cbor
from config.portal import Portal
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


class AgreedScope(Wire):
    """One purpose of an agreement, and the fields that it lets a counter see."""

    purpose: str
    fields: list[str]


class AgreedPortal(Wire):
    """Another portal whose credentials are read here; the same root signs its keys. What is no longer listed is
    forgotten with the lists."""

    portal: str
    name: str
    keys: str
    lists: list[str]
    regions: dict[str, str] = Field(description="names of that portal's regions, by the 6 digits of GB/T 2260")
    until: date = Field(description="the last legal day (Asia/Shanghai) of the agreement")
    scopes: list[AgreedScope]


class OfflineKit(Wire):
    """Everything that is kept in the terminal's browser beside the page itself."""

    server_time: int = Field(description="unix seconds")
    root: TrustRoot | None = Field(description="null where this portal vouches for no offline credentials")
    keys: str
    lists: list[str] = Field(description="the status lists to keep")
    regions: dict[str, str] = Field(description="names of this portal's regions, by the 6 digits of GB/T 2260")
    agreed: list[AgreedPortal]
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
        regions=_regions(call.portal),
        agreed=await _agreed(call) if publisher.root else [],
        place=OfflinePlace(hall=call.place.hall, counter=call.place.counter),
        shift=OfflineShift(
            staff_no=call.staff.staff_no, until=await call.services.sessions.until(call.unit, call.staff.session_id)
        ),
    )


async def _agreed(call: Call[NoBody, NoQuery]) -> list[AgreedPortal]:
    """Only what this terminal may declare at all."""
    services, unit, english = call.services, call.unit, not call.language.startswith("zh")
    found = []
    for one in services.recognition.in_force(unit.portal, unit.today):
        scopes = [
            AgreedScope(purpose=p.code, fields=list(p.fields)) for p in one.purposes if p.code in call.place.purposes
        ]
        portal, numbers = (
            services.portals.get(one.there),
            await services.publisher.lists(replace(unit, portal=one.there)),
        )
        base = f"/.well-known/yima/portals/{one.there}"
        found.append(
            AgreedPortal(
                portal=one.there, name=portal.name_en if english else portal.name, keys=f"{base}/keys",
                lists=[f"{base}/status/{number}" for number in numbers], regions=_regions(portal),
                until=one.valid_until, scopes=scopes,
            )
        )  # fmt: skip
    return [one for one in found if one.scopes]


def _regions(portal: Portal) -> dict[str, str]:
    """A credential says the county (GB/T 2260, 6 digits); towns and villages inside it are none of its business."""
    named = {**portal.places, portal.region: portal.region_name or portal.name}
    return {code[:6]: name for code, name in named.items() if code.endswith("000000")}


def _root(key: cose.PublicKey | None) -> TrustRoot | None:
    if key is None:
        return None
    packed = base64.urlsafe_b64encode(strict_cbor.encode(key.parameters)).rstrip(b"=").decode()
    return TrustRoot(alg=key.alg, key=packed)
