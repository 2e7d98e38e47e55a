"""Stored codes in words: for a resident's copy that is read. The machine-readable one keeps the codes.

A column names the groups of words in which its codes are looked up, first those of its table, then those of its name
anywhere. What has no words stays as it is stored: it is her data, and nothing of it is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from config.wording import Wording
from notify.outbox import Words
from notify.wordings import filled
from server.domain.privacy.copying import Value

# Table "" = wherever the column stands.
GROUPS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("", "action"): ("console.actions",),
    ("", "actor_kind"): ("console.actors", "copied.actor_kind"),
    ("", "actor_label"): ("console.actors",),
    ("", "category"): ("copied.category", "notify.categories", "holdings.categories"),
    ("", "channel"): ("ladder.channels", "copied.channel"),
    ("", "consent_asked"): ("purposes.fields",),
    ("", "consent_granted"): ("purposes.fields",),
    ("", "consent_state"): ("copied.consent_state",),
    ("", "ended_as"): ("delegations.ends",),
    ("", "event"): ("copied.event",),
    ("", "fields_seen"): ("purposes.fields", "looks.whole", "looks.saw.newborn"),
    ("", "fields_told"): ("purposes.fields",),
    ("", "form"): ("credentials.forms", "copied.form"),
    ("", "id_kind"): ("identifiers.kinds",),
    ("", "language"): ("copied.language",),
    ("", "legal_unit"): ("copied.unit",),
    ("", "origin"): ("copied.origin",),
    ("", "outcome"): ("visits.outcomes", "console.outcomes", "cases.outcomes", "watch.outcomes"),
    ("", "portrait_outcome"): ("visits.portrait",),
    ("", "promised_unit"): ("copied.unit",),
    ("", "provider"): ("watch.providers",),
    ("", "reason"): ("ladder.reasons", "ladder.ends", "watch.reasons", "credentials.reasons"),
    ("", "relation"): ("delegations.relations",),
    ("", "scene"): ("purposes.scenes",),
    ("", "settlement"): ("console.outcomes",),
    ("", "source"): ("copied.source",),
    ("", "state"): ("copied.state",),
    ("", "status"): ("cases.staff_status",),
    ("", "steps"): ("proving.ways", "copied.steps"),
    ("", "subject_kind"): ("record.kinds", "audit.kinds", "copied.subject_kind"),
    ("", "tier"): ("credentials.tiers",),
    ("", "way"): ("proving.ways", "copied.way"),
    ("", "word"): ("console.outcomes",),
    ("audit_entries", "purpose"): ("looks.why", "copied.purpose"),
    ("audit_entries", "place"): ("proving.ways",),
    ("case_documents", "kind"): ("documents.titles",),
    ("case_timeline", "event"): ("cases.events",),
    ("cases", "outcome"): ("cases.outcomes",),
    ("cases", "proposed_outcome"): ("cases.outcomes",),
    ("credentials", "state"): ("credentials.states",),
    ("delegations", "kind"): ("delegations.kinds",),
    ("delegations", "state"): ("delegations.states", "copied.state"),
    ("full_views", "reason"): ("full_view.reasons",),
    ("full_views", "subject_kind"): ("audit.kinds",),
    ("hall_tickets", "state"): ("halls.state",),
    ("newborn_requests", "reason"): ("newborn_desk.reasons",),
    ("newborn_requests", "relation"): ("newborns.relations",),
    ("newborn_requests", "state"): ("newborns.states",),
    ("notify_deliveries", "state"): ("ladder.states",),
    ("notify_grants", "kind"): ("copied.grant",),
    ("notify_ladders", "reason"): ("copied.ladder_end",),
    ("notify_ladders", "state"): ("copied.ladder",),
    ("notify_paper_tasks", "kind"): ("copied.paper",),
    ("notify_paper_tasks", "reason"): ("letters.reasons",),
    ("notify_paper_tasks", "state"): ("copied.paper_state",),
    ("notify_receipts", "outcome"): ("watch.outcomes",),
    ("read_conflicts", "kind"): ("credentials.conflicts.kinds",),
}
PLACES, PURPOSES, ITEMS = ("region",), ("purpose", "purposes"), ("item", "items", "item_code")
"""Columns whose codes are named by the city's own data."""


@dataclass(slots=True)
class CityNames:
    """What the city's data call a code, in one language. ``answers``: questions, options and materials of her own
    applications, as their guides word them."""

    places: Mapping[str, str] = field(default_factory=dict)
    purposes: Mapping[str, str] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)
    papers: dict[str, str] = field(default_factory=dict)
    """Files that somebody opened, by their ids: as what she had handed them in."""
    opened: dict[str, str] = field(default_factory=dict)
    """And by which action of the record, for those that have no name."""
    answers: dict[str, str] = field(default_factory=dict)

    def of(self, column: str, code: str) -> str | None:
        if column in PLACES:
            return self.places.get(code)
        if column in PURPOSES and code in self.purposes:
            return self.purposes[code]
        if column == "fields_seen" and code in self.papers:
            return self.papers[code]
        if column in (*ITEMS, "fields_seen"):
            return self.items.get(code)
        return self.answers.get(code) if column in ("code", "answers") else None


class CodeWords:
    """Words of one language for the codes of a copy."""

    def __init__(self, wording: Wording, language: str, names: CityNames) -> None:
        self._wording, self._language, self._names = wording, language, names

    def say(self, table: str, column: str, code: str) -> str:
        """The code in words; itself where there are none."""
        if (named := self._names.of(column, code)) is not None:
            return named
        if column == "fields_seen" and code in self._names.opened:
            return self._wording.text(f"looks.saw.{self._names.opened[code]}", self._language)
        if table == "case_corrections" and column == "target":
            return self._names.answers.get(code.partition(":")[2], code)
        kind, colon, number = code.partition(":")
        if column == "subject" and colon and self._wording.has(f"copied.subject_kind.{kind}"):
            return f"{self._wording.text(f'copied.subject_kind.{kind}', self._language)} {number}"
        groups = (*GROUPS.get((table, column), ()), *GROUPS.get(("", column), ()))
        for group in groups:
            for key in (f"{group}.{code}", f"{group}.{code}.title"):
                if self._wording.has(key):
                    return self._wording.text(key, self._language)
        return code

    def key(self, table: str, column: str, key: str) -> str:
        """What a part of a document inside a column is called."""
        if column == "answers":
            return self._names.answers.get(key, key)
        for name in (f"copied.keys.{key}", f"holdings.columns.{key}"):
            if self._wording.has(name):
                return self._wording.text(name, self._language)
        return key


def said_to_her(row: Mapping[str, Value]) -> Mapping[str, Value]:
    """A notice as she read it: shared words with her own values in their holes, without the holes and the values."""
    own, shared = row.get("content"), row.get("wording")
    if not isinstance(own, dict):
        return row
    text = _words(own)
    if isinstance(shared, dict):
        text = filled(_words(shared), text.values)
    parts = {"t": text.title, "b": text.body, "s": text.sms, "l": text.link}
    return {
        **{name: value for name, value in row.items() if name != "wording"},
        "content": {name: part for name, part in parts.items() if part},
    }


def _words(kept: Mapping[str, object]) -> Words:
    values = kept.get("v")
    holes = {str(name): str(value) for name, value in values.items()} if isinstance(values, dict) else {}
    title, body, sms, link = (str(kept.get(name) or "") for name in ("t", "b", "s", "l"))
    return Words(title, body, sms, link, holes)
