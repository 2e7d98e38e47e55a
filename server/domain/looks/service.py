"""谁看过我的信息: every look at a resident's data by somebody else, in one list.

The record (``audit``) is the source: whatever is put on record about a resident by anybody but herself is a look,
unless it is named here as something else. A new kind of look is therefore in the list from its first day. The entries
about an account that was merged into hers stay where they are, sealed, and are read beside her own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol
from uuid import UUID

from config.floor.refusal import FieldFault, Invalid, Missing
from config.floor.unit import Actor, Unit
from server.domain.audit.service import Audit, AuditLine
from server.domain.cases.workflow import Action
from server.domain.visits.views import ResidentVisit

Kind = Literal["scan", "offline", "case", "other"]

# A number moves on: nobody sees anything of her.
_LINE_MOVES = (
    "take", "cancel", "call", "recall", "start", "finish", "skip", "requeue", "transfer", "green", "settle",
)  # fmt: skip

# What staff did in her case stands in the case's own timeline; a disclosure is part of the scan that it answers; taking
# a credential back shows nobody anything.
NOT_LOOKS: tuple[str, ...] = (
    *(f"case.{action.value}" for action in Action),
    "case.submit",
    "case.draft",
    "case.return_overdue",
    "case.flag",
    "visit.consent",
    "visit.disclose",
    "visit.card_compared",  # the look itself says what came of it
    "visit.card_mismatch",
    "credential.revoke",
    "credential.suspend",
    "credential.conflict",
    "look.disputed",
    "export.make",  # by this program, because she asked
    "account.close",
    "account.erase",
    *(f"ticket.{move}" for move in _LINE_MOVES),
)
# How the actions of a kind begin; the first kind that fits is an action's.
_PREFIXES: Mapping[Kind, tuple[str, ...]] = {
    "offline": ("visit.offline", "credential."),
    "scan": ("visit.",),
    "case": ("case.",),
}
_SCANNED = ("visit.look", "visit.offline")
PAGE = 20


class Visited(Protocol):
    """The scans behind some of the lines: what was asked, answered and shown."""

    async def some_of_resident(
        self, unit: Unit, resident_id: UUID, ids: Collection[UUID]
    ) -> dict[UUID, ResidentVisit]: ...


class Numbered(Protocol):
    """The applications behind some of the lines: case number and item, by the case's id; what a file was handed in
    as, by the file's."""

    async def named(self, unit: Unit, resident_id: UUID, ids: Collection[UUID]) -> dict[UUID, tuple[str, str]]: ...

    async def papers_named(self, unit: Unit, files: Collection[UUID], language: str) -> dict[UUID, str]: ...


class Accounts(Protocol):
    """The accounts of one person: hers, and those that were merged into it."""

    async def accounts(self, unit: Unit, resident_id: UUID) -> list[UUID]: ...


@dataclass(frozen=True, slots=True)
class Look:
    """One line: who, where, when and why is in ``line``. ``visit``: the scan itself, with what was asked and shown;
    ``case``: whose number and item it was about; ``paper``: which material was opened, where it may be named."""

    line: AuditLine
    kind: Kind
    visit: ResidentVisit | None
    case: tuple[str, str] | None
    disputed: bool
    paper: str = ""


class Looks:
    """Reads the list; takes "that was not me"."""

    def __init__(self, audit: Audit, accounts: Accounts, visits: Visited, cases: Numbered) -> None:
        self._audit = audit
        self._accounts = accounts
        self._visits = visits
        self._cases = cases

    async def of_resident(
        self,
        unit: Unit,
        resident_id: UUID,
        kind: Kind | None = None,
        cursor: str | None = None,
        *,
        language: str = "zh-CN",
    ) -> tuple[list[Look], str | None]:
        """One page, newest first, and the cursor of the next: at most four statements whatever its length, and where
        materials were opened one for them and one for each form that names them in ``language``."""
        lines = await self._lines(unit, resident_id, kind, cursor)
        shown = await self._whole(unit, resident_id, lines[:PAGE], language)
        return shown, str(shown[-1].line.id) if len(lines) > PAGE else None

    async def dispute(
        self, unit: Unit, actor: Actor, resident_id: UUID, look_id: UUID, *, language: str = "zh-CN"
    ) -> Look:
        """The resident says that she was not there: put on record for the auditor, once. ``Missing`` if not hers."""
        hers = await self._accounts.accounts(unit, resident_id)
        found = await self._audit.one_of_resident(unit, hers, look_id, NOT_LOOKS)
        if found is None:
            raise Missing()
        if not found.disputed:
            await self._audit.record(
                unit, actor, "look.disputed", subject_kind="look", subject=str(look_id), resident_id=resident_id,
                outcome="open", purpose=found.action, place=found.place,
            )  # fmt: skip
        (whole,) = await self._whole(unit, resident_id, [found], language)
        return replace(whole, disputed=True)

    async def _lines(self, unit: Unit, resident_id: UUID, kind: Kind | None, cursor: str | None) -> list[AuditLine]:
        before = _cursor(cursor) if cursor else None
        wanted = _PREFIXES.get(kind, ()) if kind else ()
        others: tuple[str, ...] = _PREFIXES["offline"] if kind == "scan" else ()
        if kind == "other":
            others = tuple(one for prefixes in _PREFIXES.values() for one in prefixes)
        return await self._audit.looks_at(
            unit,
            await self._accounts.accounts(unit, resident_id),
            never=NOT_LOOKS,
            wanted=wanted,
            unwanted=others,
            before=before,
            limit=PAGE + 1,
        )

    async def _whole(self, unit: Unit, resident_id: UUID, lines: Sequence[AuditLine], language: str) -> list[Look]:
        visits = await self._visits.some_of_resident(unit, resident_id, _subjects(lines, "visit", only=_SCANNED))
        cases = await self._cases.named(unit, resident_id, _subjects(lines, "case"))
        files = {_file(line) for line in lines} - {_NONE}
        papers = await self._cases.papers_named(unit, files, language) if files else {}
        return [
            Look(
                line,
                kind_of(line.action),
                visits.get(_id(line)) if line.action in _SCANNED else None,
                cases.get(_id(line)),
                line.disputed,
                papers.get(_file(line), ""),
            )
            for line in lines
        ]


def kind_of(action: str) -> Kind:
    """Which filter a recorded action falls under."""
    return next((kind for kind, prefixes in _PREFIXES.items() if action.startswith(prefixes)), "other")


def _subjects(lines: Sequence[AuditLine], kind: str, *, only: Collection[str] = ()) -> set[UUID]:
    return {_id(line) for line in lines if line.subject_kind == kind and (not only or line.action in only)} - {_NONE}


_NONE = UUID(int=0)


def _id(line: AuditLine) -> UUID:
    return _uuid(line.subject)


def _file(line: AuditLine) -> UUID:
    """Which file of an application was opened."""
    return _uuid(line.fields[0]) if line.action == "case.file" and line.fields else _NONE


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return _NONE


def _cursor(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise Invalid(faults=[FieldFault("cursor", "cursor-unknown")]) from None
