"""The public door: what stands, saying yes or no, and who must not be bothered.

A word is a row that the next word ends; which version it answered stays readable. A resident's words are taken one
after the other (her row is locked), so of two at once the later one stands.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import Missing
from config.floor.unit import Actor, Unit
from server.domain.audit.service import Audit
from server.domain.consents.errors import ConsentNotAChoice, ConsentTextChanged
from server.domain.consents.texts import ConsentText, ConsentTexts

Word = Literal["yes", "no"]
INFORMATION = "information"
"""The purpose that notices to many stand on, where the law does not ask for them."""
FACE = "face"
"""The purpose that a face check stands on: a consent of its own, asked for where it is needed."""


class Binding(Protocol):
    """Binds a value and answers its placeholder."""

    def add(self, value: object, /) -> str: ...


Stop = Callable[[Unit, UUID], Awaitable[object]]
"""What ends at once with a no."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One purpose and what she has said to it. ``asks``: she has not answered the text that stands now, and it does
    not wait for the moment at which it is needed."""

    text: ConsentText
    word: Word | None
    version: int | None
    said_at: datetime | None

    @property
    def asks(self) -> bool:
        if not self.text.is_answered or self.text.in_place or (self.text.kind == "refusable" and self.word is None):
            return False
        return self.word is None or (self.word == "yes" and self.version != self.text.current.number)

    @property
    def agreed(self) -> bool:
        """A yes to the text that stands now."""
        return self.word == "yes" and self.version == self.text.current.number


@dataclass(frozen=True, slots=True)
class Said:
    """One word of the past."""

    purpose: str
    version: int
    word: Word
    said_at: datetime
    ended_at: datetime | None


class Consents:
    """``stops``: purpose → what is ended in the same unit when she says no."""

    def __init__(self, texts: ConsentTexts, audit: Audit, stops: Mapping[str, Stop] | None = None) -> None:
        self.texts = texts
        self._audit = audit
        self._stops = stops or {}

    async def of(self, unit: Unit, resident_id: UUID) -> list[Standing]:
        """Every purpose in its order: one query."""
        rows = await sql.rows(
            "SELECT purpose, version, word, said_at FROM consents"
            " WHERE portal = $1 AND resident_id = $2 AND ended_at IS NULL",
            unit.portal, resident_id,
        )  # fmt: skip
        by_purpose = {row["purpose"]: row for row in rows}
        return [_standing(text, by_purpose.get(text.code)) for text in self.texts]

    async def history(self, unit: Unit, resident_id: UUID, limit: int = 50) -> list[Said]:
        """What she has said, newest first."""
        rows = await sql.rows(
            "SELECT purpose, version, word, said_at, ended_at FROM consents"
            " WHERE portal = $1 AND resident_id = $2 ORDER BY id DESC LIMIT $3",
            unit.portal, resident_id, limit,
        )  # fmt: skip
        return [
            Said(row["purpose"], int(row["version"]), row["word"], sql.instant(row["said_at"]),
                 sql.instant_or_none(row["ended_at"]))
            for row in rows
        ]  # fmt: skip

    async def say(
        self, unit: Unit, actor: Actor, resident_id: UUID, purpose: str, word: Word, version: int, *, way: str = "phone"
    ) -> None:
        """Her word about the text that she saw. Said again, nothing changes. A no works when the unit commits.

        ``Missing`` for an unknown purpose, ``ConsentTextChanged`` for another version than the one that stands,
        ``ConsentNotAChoice`` where there is nothing to say (no).
        """
        text = self.texts.get(purpose)
        if text is None:
            raise Missing()
        if not text.is_answered or (word == "no" and not text.can_be_refused):
            raise ConsentNotAChoice()
        if version != text.current.number:
            raise ConsentTextChanged()
        region = await _locked(unit, resident_id)
        ended = await sql.execute(
            "UPDATE consents SET ended_at = $1 WHERE portal = $2 AND resident_id = $3 AND purpose = $4"
            " AND ended_at IS NULL AND (word <> $5 OR version <> $6)",
            unit.now, unit.portal, resident_id, purpose, word, version,
        )  # fmt: skip
        made = await sql.execute(
            "INSERT INTO consents (id, portal, region, resident_id, purpose, version, word, way, said_at)"
            " VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9) ON CONFLICT DO NOTHING",
            new_id(), unit.portal, region, resident_id, purpose, version, word, way, unit.now,
        )  # fmt: skip
        if not made and not ended:
            return
        await self._audit.record(
            unit, actor, "consent.say", subject_kind="consent", subject=f"{purpose}/{version}",
            resident_id=resident_id, region=region, outcome=word, purpose=purpose,
        )  # fmt: skip
        if word == "no" and (stop := self._stops.get(purpose)):
            await stop(unit, resident_id)

    async def holds(self, unit: Unit, resident_id: UUID, purpose: str) -> bool:
        """Whether a purpose may be followed now: a yes to the version that stands, or no no where a no is all that
        would stop it, or the law."""
        text = self.texts.get(purpose)
        if text is None:
            return False
        if not text.is_answered:
            return True
        row = await sql.row(
            "SELECT purpose, version, word, said_at FROM consents"
            " WHERE portal = $1 AND resident_id = $2 AND purpose = $3 AND ended_at IS NULL",
            unit.portal, resident_id, purpose,
        )  # fmt: skip
        found = _standing(text, row)
        return found.word != "no" if text.kind == "refusable" else found.agreed


def refused(bound: Binding, purpose: str = INFORMATION) -> str:
    """For campaigns: whether ``r`` has said no to this purpose, as SQL."""
    return (
        "EXISTS (SELECT 1 FROM consents k WHERE k.portal = r.portal AND k.resident_id = r.id"
        f" AND k.purpose = {bound.add(purpose)} AND k.word = 'no' AND k.ended_at IS NULL)"
    )


def unanswered(standing: Sequence[Standing]) -> int:
    """How many purposes wait for her word."""
    return sum(one.asks for one in standing)


async def _locked(unit: Unit, resident_id: UUID) -> str:
    """Her region; nobody else writes a word of hers, or closes her account, until this unit ends."""
    tail = " FOR UPDATE" if sql.is_postgres() else ""
    row = await sql.row(
        f"SELECT region FROM residents WHERE id = $1 AND portal = $2 AND closed_at IS NULL{tail}",
        resident_id, unit.portal,
    )  # fmt: skip
    if row is None:
        raise Missing()
    return str(row["region"])


def _standing(text: ConsentText, row: sql.Row | None) -> Standing:
    if row is None:
        return Standing(text, None, None, None)
    return Standing(text, row["word"], int(row["version"]), sql.instant(row["said_at"]))
