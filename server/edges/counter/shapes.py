"""Wire shapes of the counter."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from server.web.shapes import Instant, Wire


class PurposeField(Wire):
    """One thing that a purpose shows."""

    code: str
    label: str
    reason: str
    needs_consent: bool
    card: bool = Field(description="the identity card in the clerk's hand opens it too")


class PurposeChoice(Wire):
    """One purpose that this terminal may declare."""

    code: str
    label: str
    basis: str
    sample: bool = Field(description="the basis is sample data, to be replaced by the city")
    fields: list[PurposeField]


class PurposeChoices(Wire):
    """What this terminal may look for."""

    purposes: list[PurposeChoice]


class NewScan(Wire):
    """What the scanner read, and what for."""

    text: str = Field(min_length=1, max_length=4096, description="the scanned text, exactly")
    purpose: str = Field(max_length=32)
    item: Annotated[str, Field(max_length=64)] | None = None
    card_in_hand: bool = Field(False, description="the clerk has compared with the identity card (offline credentials)")


class SeenField(Wire):
    """One thing to see, with the reason for it."""

    code: str
    label: str
    value: str
    reason: str


class OpenCase(Wire):
    """A case in hand."""

    case_no: str
    item_name: str
    status_label: str


class CodeHolder(Wire):
    """Who stands at the counter, as far as the purpose allows; ``name_masked`` is null where it needs no name."""

    name_masked: str | None
    loa: int
    proof_label: str
    fields: list[SeenField]
    open_cases: list[OpenCase]
    acting_for: str | None
    relation_label: str | None = Field(
        None, description="what that person is to the bearer, where a delegation says it"
    )
    acting_label: str | None = Field(None, description="A for B (father), where somebody acts for another")


class AskedField(Wire):
    """One thing that the resident is asked for."""

    code: str
    label: str
    reason: str


class CounterConsent(Wire):
    """The question on the resident's phone."""

    state: Literal["pending", "allowed", "refused", "expired", "withdrawn", "revoked"] = Field(
        description="withdrawn with the delegation, revoked with the session or a loss report: the code was taken back"
    )
    fields: list[AskedField]
    granted: list[str]
    expires_at: Instant


class NextStep(Wire):
    """What to do now and how; ``href`` leads there where it is a page that this person may open, ``action`` is done
    here, for the case of ``case_no`` where it is about one."""

    code: str
    label: str
    detail: str
    href: str | None
    action: Literal["begin", "correct", "hand_over"] | None = None
    case_no: str | None = None


class Picture(Wire):
    """Something to be fetched and looked at for some minutes: a portrait, or licences."""

    code: Literal["portrait", "licences"]
    label: str
    reason: str


class CardInHand(Wire):
    """What her identity card in the clerk's hand would open, and when it was said to be there."""

    fields: list[AskedField]
    confirmed_at: Instant | None


class CardConfirmed(Wire):
    """The clerk holds the card. No field named means all that it opens."""

    fields: list[Annotated[str, Field(max_length=32)]] = Field(default=[], max_length=16)


class ShownCredential(Wire):
    """The offline credential itself: its tier, and whether the card still has to be compared."""

    tier: str
    tier_label: str
    form: str
    form_label: str
    expires_at: Instant
    card_needed: bool
    last4: str | None = Field(description="of the identity number: to be compared with the card, only until it was")


class HolderPortal(Wire):
    """The portal whose code it was, where it is taken under a recognition agreement."""

    id: str
    name: str
    note: str


class ScanAnswer(Wire):
    """An accepted code."""

    visit_id: UUID
    outcome: Literal["accepted"] = "accepted"
    at: Instant
    scene: str
    scene_label: str
    holder: CodeHolder
    consent: CounterConsent | None
    pictures: list[Picture] = Field(description="what may be fetched now")
    watermark: str = Field(description="goes over every picture, with the time of this second")
    card: CardInHand | None = Field(description="null where the purpose lets no card stand for her yes")
    credential: ShownCredential | None = Field(description="where an offline credential was shown")
    recognised: HolderPortal | None = Field(default=None, description="where the code was another portal's")
    next_steps: list[NextStep]


class TodayCounts(Wire):
    """This terminal's day."""

    scanned: int
    refused: int
