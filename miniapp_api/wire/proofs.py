"""Wire shapes of proving who one is, step by step."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from miniapp_api.wire.me import Me
from server.web.shapes import Instant, Wire

PlatformName = Literal["h5", "wechat", "alipay"]


class ProofsQuery(Wire):
    """Where the front runs: what is offered depends on it."""

    platform: PlatformName = "h5"


class ProofShown(Wire):
    """How one level was reached. Nothing that was shown is kept."""

    level: int
    level_label: str
    way: str
    way_label: str
    place: str
    at: Instant


class WayOffered(Wire):
    """One way that is open to this person here. ``at_counter``: nothing to do on the phone, a place to go to."""

    code: str
    label: str
    text: str
    face: bool
    at_counter: bool


class PurposeOffered(Wire):
    """One level that lies ahead, with its ways."""

    code: str
    level: int
    label: str
    ways: list[WayOffered]


class MyProofs(Wire):
    """``GET /me/proofs``"""

    loa: int
    level_label: str
    proofs: list[ProofShown]
    ahead: list[PurposeOffered]


class NewProving(Wire):
    """``POST /me/provings``"""

    purpose: str = Field(min_length=2, max_length=24, pattern=r"^[a-z][a-z0-9_]*$")
    way: str = Field(min_length=2, max_length=24, pattern=r"^[a-z][a-z0-9_]*$")
    platform: PlatformName = "h5"


class FaceConsent(Wire):
    """What is to be agreed to before a platform looks at a face, said with ``PUT /me/consents/{purpose}``."""

    purpose: str
    version: int
    title: str
    text: str
    basis: str


class ProvingShown(Wire):
    """How far a challenge is. ``asks``: what the step in turn needs to be told. ``sample``: in the demonstration, a
    card number that its bank knows. ``consent``: the step looks at a face and its consent is not given."""

    id: UUID
    purpose: str
    way: str
    level: int
    state: Literal["open", "proven", "locked", "refused", "over"]
    step: str
    step_label: str
    step_text: str
    at_step: int
    steps: int
    asks: list[Literal["name", "id_number", "card"]]
    face: bool
    attempts_left: int
    expires_at: Instant
    sample: str | None = None
    consent: FaceConsent | None = None


class FaceOpened(Wire):
    """A face check that a platform has opened: its page, or the token that its own call takes."""

    url: str | None
    token: str | None


class StepGiven(Wire):
    """``POST /me/provings/{id}/answers``: what the step asks for; of a face nothing, the platform is asked."""

    name: str = Field("", max_length=50)
    id_number: str = Field("", max_length=20)
    card: str = Field("", max_length=24)


class StepTaken(Wire):
    """The step said yes. ``token`` and ``resident`` with the last one: the session's token before it is over."""

    proving: ProvingShown
    token: str | None = None
    resident: Me | None = None
