"""What a delegation reaches, for how long: read, checked, hashed. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, get_args
from uuid import UUID

from config.floor import sql
from config.floor.refusal import FieldFault
from config.floor.unit import LEGAL_ZONE, legal_day

Kind = Literal["relative", "guardian", "organisation", "single_case", "agent"]
Relation = Literal["father", "mother", "spouse", "child", "grandparent", "grandchild", "sibling", "friend", "other"]
"""What the principal is to the delegate: she acts for her father."""
RELATIONS: tuple[Relation, ...] = get_args(Relation)
TRUSTED = 4
"""The LoA that both sides need: face or equal, or the card at a counter."""
MOST = 50


@dataclass(frozen=True, slots=True)
class Scope:
    """Items and purposes by code. Everything is said, never meant by an empty list."""

    all_items: bool = False
    items: tuple[str, ...] = ()
    all_purposes: bool = False
    purposes: tuple[str, ...] = ()

    def faults(self, kind: Kind, known_items: Collection[str], known_purposes: Collection[str]) -> list[FieldFault]:
        """Everything wrong with it for this kind of delegation."""
        found = []
        if not (self.all_items or self.items or self.all_purposes or self.purposes):
            found.append(FieldFault("scope", "scope-empty"))
        if (self.all_items and self.items) or (self.all_purposes and self.purposes):
            found.append(FieldFault("scope", "scope-twice"))
        found += [FieldFault("scope.items", "item-unknown") for code in self.items if code not in known_items]
        found += [
            FieldFault("scope.purposes", "purpose-unknown") for code in self.purposes if code not in known_purposes
        ]
        if kind == "organisation" and (self.all_purposes or self.purposes):
            found.append(FieldFault("scope.purposes", "scope-not-for-organisations"))
        if kind == "single_case" and (self.all_items or len(self.items) != 1):
            found.append(FieldFault("scope.items", "scope-one-item"))
        return found[:MOST]

    def sorted(self) -> Scope:
        """The same in one order, each code once."""
        return Scope(
            self.all_items, tuple(sorted(set(self.items))), self.all_purposes, tuple(sorted(set(self.purposes)))
        )

    def digest(self, case_no: str | None, organisation: UUID | None) -> str:
        """One hash for one scope, whatever order it was written in."""
        one = self.sorted()
        told = [
            one.all_items, list(one.items), one.all_purposes, list(one.purposes), case_no,
            str(organisation) if organisation else None,
        ]  # fmt: skip
        return hashlib.sha256(sql.to_json(told).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Period:
    """From the first moment of one legal day to the end of another."""

    begins: datetime
    ends: datetime

    @property
    def last_day(self) -> date:
        return legal_day(self.ends - timedelta(seconds=1))


def period(first: date | None, last: date, today: date, longest: int) -> Period | list[FieldFault]:
    """Read a period of legal days; the faults where it is over, turned round, or longer than ``longest`` days."""
    start = first or today
    found = []
    if start < today:
        found.append(FieldFault("first_day", "day-past"))
    if last < start:
        found.append(FieldFault("last_day", "day-before-first"))
    elif (last - start).days >= longest:
        found.append(FieldFault("last_day", "period-too-long", (("days", longest),)))
    return found or Period(_midnight(start), _midnight(last + timedelta(days=1)))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LEGAL_ZONE)
