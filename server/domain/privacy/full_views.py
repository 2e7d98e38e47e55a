"""A full view: an employee who may asks for the whole of a masked value, with a reason, and is answered once.

Masking is the rule and this is its one exception at a desk. The reason and its words are a row, the entry in the record
stands in the same transaction, the resident finds it among the looks at her data and, where the portal has it so, is
told. Each answer is an entry, also one that was lost on its way: whoever asks again has seen it again. Within the time
that a reason stands (``openings``) it need not be given again, and the matter's files and papers open too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, get_args
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Actor, Unit, legal_day
from config.floor.vault import Vault
from server.domain.audit.service import Audit, AuditLine
from server.domain.privacy.errors import FullViewNeeded
from server.domain.privacy.openings import Matter, Opening, Openings
from server.domain.privacy.ports import Notices

Reason = Literal["examine", "contact", "amend", "complaint", "other"]
Field = Literal["name", "id_number", "phone", "answers", "papers"]
REASONS: tuple[Reason, ...] = get_args(Reason)
FIELDS: tuple[Field, ...] = get_args(Field)
_BESIDE: frozenset[Field] = frozenset({"answers", "papers"})
"""What lies with the matter and not with the person: the caller reads it."""
NOTE = "full_views.note"
SHOWN_SECONDS = 60
"""How long a page leaves the values in sight."""
ACTIONS = frozenset({"case.full_view", "correction.full_view"})
"""What such a look is called in the record."""


class People(Protocol):
    """Who it is about."""

    async def disclose(self, unit: Unit, resident_id: UUID, fields: Sequence[str]) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class About:
    """Whose data, and through which matter the desk comes to it."""

    kind: Matter
    subject: UUID
    resident_id: UUID
    region: str
    department: str


@dataclass(frozen=True, slots=True)
class Why:
    """A reason from the list, and what it is in this matter."""

    reason: Reason
    note: str


@dataclass(frozen=True, slots=True)
class Shown:
    """The values by field, and until when the reason stands."""

    values: Mapping[str, str]
    until: datetime


class FullViews:
    """``tells``: whether this portal sends a notice as well."""

    def __init__(
        self,
        vault: Vault,
        audit: Audit,
        people: People,
        notices: Notices,
        openings: Openings,
        tells: Callable[[str], bool],
    ) -> None:
        self._vault, self._audit, self._people, self._notices, self._tells = vault, audit, people, notices, tells
        self.openings = openings

    async def show(self, unit: Unit, actor: Actor, about: About, why: Why | None, fields: Collection[Field]) -> Shown:
        """The whole of what is held under these fields (``answers`` and ``papers`` lie with the matter, so the caller
        reads them); row, entry and notice stand with the answer or it is not given. Without a reason the one that
        stands is meant; ``FullViewNeeded`` where none does."""
        given = await self._given(unit, actor, about, why)
        wanted = [field for field in FIELDS if field in fields]
        values = await self._people.disclose(unit, about.resident_id, [one for one in wanted if one not in _BESIDE])
        seen = tuple(field for field in wanted if field in _BESIDE or field in values)
        await sql.execute(
            "INSERT INTO full_views (id, portal, region, resident_id, staff_id, staff_no, reason, note_sealed,"
            " subject_kind, subject, fields_seen, at, open_until)"
            " VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13)",
            new_id(), unit.portal, about.region, about.resident_id, actor.id, actor.label, given.reason,
            given.note_sealed, about.kind, str(about.subject), sql.to_json(list(seen)), unit.now, given.until,
        )  # fmt: skip
        await self._audit.record(
            unit, actor, "case.full_view" if about.kind == "case" else "correction.full_view",
            subject_kind=about.kind, subject=str(about.subject),
            resident_id=about.resident_id, region=about.region, purpose=given.reason, fields=seen,
            place=about.department[:128],
        )  # fmt: skip
        if self._tells(unit.portal):
            await self._tell(unit, actor, about, given)
        unit.tell(f"resident:{about.resident_id}", "look", id=str(about.subject))
        return Shown(values, given.until)

    async def _given(self, unit: Unit, actor: Actor, about: About, why: Why | None) -> Opening:
        if why is not None:
            return Opening(why.reason, self._vault.seal(why.note, NOTE), self.openings.until(unit))
        standing = await self.openings.standing(unit, actor.id, about.kind, about.subject) if actor.id else None
        if standing is None:
            raise FullViewNeeded
        return standing

    async def _tell(self, unit: Unit, actor: Actor, about: About, given: Opening) -> None:
        """Once a day for one employee and one matter; every view stands in the list."""
        day = legal_day(unit.now).isoformat()
        await self._notices.post(
            unit, recipient=about.resident_id, region=about.region, event="look.full", category="service",
            dedupe_key=f"full-view:{actor.id}:{about.subject}:{day}",
            values={
                "department": about.department, "staff_no": actor.label, "reason": given.reason,
                "link": "/m/#/pages/visits/visits",
            },
            subject="look",
        )  # fmt: skip

    async def notes(self, unit: Unit, lines: Sequence[AuditLine]) -> dict[UUID, str]:
        """For the auditor: what was written to the entries among these that are full views, by one statement."""
        looked = [line for line in lines if line.action in ACTIONS]
        if not looked:
            return {}
        holes = ",".join(f"${n}" for n in range(2, len(looked) + 2))
        rows = await sql.rows(
            f"SELECT staff_id, subject, at, note_sealed FROM full_views WHERE portal = $1 AND subject IN ({holes})",
            unit.portal, *[line.subject for line in looked],
        )  # fmt: skip
        written = {(sql.uid(row["staff_id"]), row["subject"], sql.instant(row["at"])): row for row in rows}
        found = {}
        for line in looked:
            if line.actor_id and (row := written.get((line.actor_id, line.subject, line.at))):
                found[line.id] = self._vault.open(bytes(row["note_sealed"]), NOTE)
        return found
