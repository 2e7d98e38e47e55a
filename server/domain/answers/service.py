"""People's answers to short messages: 退订 ends what may be refused, a digit rates the latest finished case.

A phone number is no proof of a person, so an answer can only do what harms nobody: fewer messages, or a rating that
the resident sees and the number's owner was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from config.floor.refusal import Refusal
from config.floor.unit import Actor, Unit
from server.domain.audit.service import Audit
from server.domain.cases.service import Cases
from server.domain.residents.service import ResidentProfile, Residents
from server.domain.sessions.mandate import Mandate

ENDABLE = ("service", "information")


class Choices(Protocol):
    """Where a resident's choices about short messages are kept."""

    async def end(self, unit: Unit, resident_id: UUID, region: str, channel: str, categories: tuple[str, ...]) -> None:
        """No more of these categories by this channel."""
        ...


@dataclass(frozen=True, slots=True)
class Answering:
    """The resident as cases know one who acts."""

    resident_id: UUID
    loa: int
    region: str
    mandate: Mandate | None = None


class Answers:
    """``AnswerDesk`` of the notice room."""

    def __init__(self, residents: Residents, cases: Cases, choices: Choices, audit: Audit) -> None:
        self._residents = residents
        self._cases = cases
        self._choices = choices
        self._audit = audit

    async def stop(self, unit: Unit, phone: str) -> bool:
        """退订 from a phone."""
        person = await self._residents.of_phone(unit, phone)
        if person is None:
            return False
        await self.end(unit, person, "sms", ENDABLE)
        return True

    async def end(self, unit: Unit, person: ResidentProfile, channel: str, categories: tuple[str, ...]) -> None:
        """No more of these categories by this channel; the resident finds it among the looks."""
        await self._choices.end(unit, person.id, person.region, channel, categories)
        actor = Actor(kind="resident", id=person.id, label="resident")
        await self._audit.record(
            unit, actor, "notice.ended", subject_kind="resident", subject=str(person.id), region=person.region,
            resident_id=person.id, fields=categories, place=channel,
        )  # fmt: skip

    async def rate(self, unit: Unit, phone: str, stars: int) -> bool:
        """A digit from a phone, as the message asked: 1 very content … 5 very discontent."""
        person = await self._residents.of_phone(unit, phone)
        if person is None:
            return False
        page = await self._cases.of_resident(unit, person.id)
        for summary in page.cases:
            if summary.to_review:
                given = Answering(person.id, person.loa, person.region)
                try:
                    await self._cases.review(unit, given, summary.case.case_no, stars, "")
                except Refusal:  # reviewed at this very moment
                    return False
                return True
        return False
