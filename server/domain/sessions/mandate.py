"""Whom somebody acts for, and how far: an active delegation as every room reads it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

SINGLE_CASE, ORGANISATION = "single_case", "organisation"


@dataclass(frozen=True, slots=True)
class Mandate:
    """One delegation in force. Nothing is covered that it does not name: an empty list is not everything."""

    delegation_id: UUID
    kind: str
    relation: str
    principal_id: UUID
    delegate_id: UUID
    organisation_id: UUID | None
    region: str
    all_items: bool
    items: frozenset[str]
    all_purposes: bool
    purposes: frozenset[str]
    case_no: str | None
    valid_until: datetime

    def allows_item(self, code: str) -> bool:
        """Whether a case of this item may be begun; for one case only, as long as none has been."""
        if self.kind == SINGLE_CASE and self.case_no is not None:
            return False
        return self.all_items or code in self.items

    @property
    def begins_cases(self) -> bool:
        """Whether there is any item that a case may be begun of."""
        spent = self.kind == SINGLE_CASE and self.case_no is not None
        return not spent and (self.all_items or bool(self.items))

    def allows_purpose(self, code: str) -> bool:
        """Whether the code may be shown for this purpose."""
        return self.all_purposes or code in self.purposes

    @property
    def shows_a_code(self) -> bool:
        """Whether there is any purpose that the code, or a paper, may be shown for."""
        return self.all_purposes or bool(self.purposes)

    def allows_case(self, case_no: str, item_code: str, organisation_id: UUID | None) -> bool:
        """Whether this case may be seen and carried on. An organisation's cases are no private ones, and the other
        way round."""
        if self.kind == SINGLE_CASE:
            return case_no == self.case_no
        return organisation_id == self.organisation_id and (self.all_items or item_code in self.items)
