"""An offline credential shown at a counter that has its network: judged by the database, fresher than any list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from codes import verdict
from codes.credential import PREFIX, Reference
from codes.credential_options import Form, Tier
from codes.credentials import Credentials, HeldCredential
from codes.errors import (
    CodeMalformed,
    CodeProblem,
    CopyStale,
    CopyUnproven,
    PaperExpired,
    PaperRevoked,
    PaperSuspended,
    PaperUnknown,
)
from codes.holder import Holder
from codes.publishing import CredentialsClosed, Publisher, number_of
from config.floor.ids import new_id
from config.floor.unit import Unit
from server.domain.credentials.service import SAID
from server.domain.purposes.service import Purpose
from server.domain.visits.ports import Place
from server.domain.visits.reads import ACCEPTED, Read, Reads

SCENES: dict[Form, str] = {"phone": "80", "paper": "81"}
"""What stands in a visit's row where a dynamic code has the scene that its holder chose."""
_MASKED = frozenset(SAID["T0"])
_UNREAD = frozenset({"malformed", "too-long", "bad-deflate", "bad-cbor"})
_PROBLEMS: dict[str, type[CodeProblem]] = {
    "expired": PaperExpired,
    "revoked": PaperRevoked,
    "suspended": PaperSuspended,
    "proof-missing": CopyUnproven,
    "proof-wrong": CopyUnproven,
    "proof-stale": CopyStale,
}


@dataclass(frozen=True, slots=True)
class ShownPaper:
    """What the counter is told about an accepted credential itself."""

    tier: Tier
    form: Form
    expires_at: datetime
    card_needed: bool
    last4: str = ""
    """The last digits of the identity number, to compare with the card; only until that is done."""


@dataclass(frozen=True, slots=True)
class PaperLook:
    """A credential that is good, and whose it is."""

    held: HeldCredential
    holder: Holder
    scene: str
    last4: str = ""

    def shown(self, card_in_hand: bool) -> ShownPaper:
        """From tier 1 on the clerk compares with the card; until then only what tier 0 tells is seen, and what there is
        to compare."""
        needed = self.held.tier != "T0" and not card_in_hand
        return ShownPaper(self.held.tier, self.held.form, self.held.expires_at, needed, self.last4 if needed else "")


@dataclass(frozen=True, slots=True)
class PaperRefused:
    """A credential that is not good; ``held`` where it is known which."""

    problem: CodeProblem
    held: HeldCredential | None


def is_paper(text: str) -> bool:
    """Whether a scanned text is an offline credential."""
    return text.startswith(PREFIX)


def narrowed(purpose: Purpose, card_in_hand: bool) -> Purpose:
    """The purpose as far as a credential may serve it: what is shown at once, and without the card only what is
    masked. Nothing is asked on a phone: whoever shows a paper may have none."""
    seen = tuple(
        field for field in purpose.fields if field.code in purpose.shown and (card_in_hand or field.code in _MASKED)
    )
    return purpose.model_copy(update={"fields": seen})


class Papers:
    """Looks at the text, then at the row; keeps every read."""

    def __init__(self, credentials: Credentials, publisher: Publisher, reads: Reads) -> None:
        self._credentials = credentials
        self._publisher = publisher
        self._reads = reads

    async def look(self, unit: Unit, text: str, recognised: Sequence[str] = ()) -> PaperLook | PaperRefused:
        """The verdict of this instant. Nothing of the payload is believed before its signature holds.

        ``recognised``: the portals whose credentials are taken here for what the counter declared; what none of our
        own keys made is looked at with theirs.
        """
        found = await self._judged(unit, text)
        for portal in recognised if isinstance(found, PaperRefused) and found.held is None else ():
            other = await self._judged(replace(unit, portal=portal), text)
            if isinstance(other, PaperLook):
                return replace(other, last4="")  # no more of it than was agreed
            if other.held is not None:
                return other
        return found

    async def _judged(self, unit: Unit, text: str) -> PaperLook | PaperRefused:
        try:
            trusted = await self._publisher.trusted(unit)
        except CredentialsClosed:
            return PaperRefused(PaperUnknown(), None)
        opened = verdict.open_text(text, keys=trusted, now=unit.now.timestamp())
        if isinstance(opened, verdict.Refused):
            held = await self._held(unit, opened.reference)
            return _refused(opened.reason, held)
        held = await self._held(unit, opened.credential.reference)
        if held is None:
            return PaperRefused(PaperUnknown(), None)
        if held.state in ("revoked", "suspended"):
            return _refused(held.state, held)
        return PaperLook(held, _holder(held), SCENES[held.form], opened.credential.last4)

    async def _held(self, unit: Unit, reference: Reference | None) -> HeldCredential | None:
        number = number_of(reference.uri) if reference else None
        if reference is None or number is None:
            return None
        return await self._credentials.at(unit, number, reference.index)

    async def visit_of(self, place: Place, line: UUID) -> UUID | None:
        """The look that this terminal's line is kept under already, from its upload or from this very request."""
        await self._reads.one_at_a_time(place.id)
        return await self._reads.visit_of(place.id, line)

    async def remember(
        self,
        unit: Unit,
        place: Place,
        staff_no: str,
        visit_id: UUID,
        found: PaperLook | PaperRefused,
        *,
        card: bool,
        line: UUID | None = None,
    ) -> None:
        """Keep the read beside its visit, under the terminal's own name for it where it gave one."""
        held, said = found.held, found.problem.code if isinstance(found, PaperRefused) else ACCEPTED
        read = Read(
            new_id(), line or visit_id, visit_id, held, place, staff_no, unit.now, said, card_in_hand=card, list_age=0
        )  # fmt: skip
        await self._reads.keep(unit, [read])


def _holder(held: HeldCredential) -> Holder:
    """A paper speaks for the person it names, whoever ordered it for them and whoever carries it."""
    return Holder(
        subject=held.resident, acting=held.resident, delegation=None, device=held.device, portal=held.portal,
        session_id=held.id, region=held.region,
    )  # fmt: skip


def _refused(reason: str, held: HeldCredential | None) -> PaperRefused:
    problem: CodeProblem
    problem = (
        CodeMalformed(looks_like="offline_credential") if reason in _UNREAD else _PROBLEMS.get(reason, PaperUnknown)()
    )
    return PaperRefused(problem.of(_holder(held), SCENES[held.form]) if held else problem, held)
