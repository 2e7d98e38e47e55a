"""Wire shapes of licences, for residents and counters."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import Field

from server.domain.licences.service import Licence, LicenceFace, LicenceList
from server.web.operations import Call
from server.web.shapes import Wire


class LicenceLine(Wire):
    """One line of a licence's face."""

    label: str
    value: str


class ShownLicence(Wire):
    """A licence of a list."""

    id: str
    kind: str
    name: str
    number: str
    issuer: str
    issued_on: date
    expires_on: date | None
    status: Literal["valid", "expired", "revoked"]
    status_label: str
    source: Literal["licence_system", "this_portal"]


class ShownLicences(Wire):
    """All of a list. ``complete`` is false where the licence system did not answer."""

    licences: list[ShownLicence]
    complete: bool


class ShownFace(ShownLicence):
    """A licence's face. ``watermark`` goes over it together with the running time."""

    holder: str
    lines: list[LicenceLine]
    watermark: str = Field(description="who shows it to whom; the page adds the time of this second")


def shown_licences(call: Call[Any, Any], found: LicenceList) -> ShownLicences:
    """A list in words."""
    return ShownLicences(licences=[_shown(call, one) for one in found.licences], complete=found.complete)


def shown_face(call: Call[Any, Any], found: LicenceFace, watermark: str) -> ShownFace:
    """A face in words."""
    licence = _shown(call, found.licence)
    lines = [LicenceLine(label=label, value=value) for label, value in found.lines]
    return ShownFace(**licence.model_dump(), holder=found.holder, lines=lines, watermark=watermark)


def _shown(call: Call[Any, Any], one: Licence) -> ShownLicence:
    return ShownLicence(
        id=one.id,
        kind=one.kind,
        name=one.name,
        number=one.number,
        issuer=one.issuer,
        issued_on=one.issued_on,
        expires_on=one.expires_on,
        status=one.status,
        status_label=call.text(f"licences.status.{one.status}"),
        source=one.source,
    )
