"""Tables of the visits room: every look at a code, taken or refused, and terminals that may not scan for a while."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from config.floor import sql
from config.floor.ids import new_id
from config.floor.schema import Check, Index, Rule


class Visit(Model):
    """One scan at one counter. The resident is known unless no key made the code. Names of fields, never values."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    region = fields.CharField(max_length=12)
    at = fields.DatetimeField()
    resident_id = fields.UUIDField(null=True)
    acting_id = fields.UUIDField(null=True)
    terminal_id = fields.UUIDField()
    hall = fields.CharField(max_length=64)
    counter = fields.CharField(max_length=64)
    staff_id = fields.UUIDField()
    staff_no = fields.CharField(max_length=32)
    purpose = fields.CharField(max_length=32)
    scene = fields.CharField(max_length=2)
    item = fields.CharField(max_length=64)
    outcome = fields.CharField(max_length=32)
    fields_seen: list[str] = fields.JSONField(encoder=sql.to_json, decoder=sql.from_json)
    consent_state = fields.CharField(max_length=16)
    consent_asked: list[str] = fields.JSONField(encoder=sql.to_json, decoder=sql.from_json)
    consent_granted: list[str] = fields.JSONField(encoder=sql.to_json, decoder=sql.from_json)
    consent_until = fields.DatetimeField(null=True)
    consent_at = fields.DatetimeField(null=True)
    disclosed_at = fields.DatetimeField(null=True)
    card_at = fields.DatetimeField(null=True)
    card_fields: fields.Field[list[str] | None] = fields.JSONField(
        encoder=sql.to_json, decoder=sql.from_json, null=True
    )
    consent_licences: fields.Field[list[str] | None] = fields.JSONField(
        encoder=sql.to_json, decoder=sql.from_json, null=True
    )
    portrait_outcome = fields.CharField(max_length=16, null=True)
    holder_portal = fields.CharField(max_length=64, null=True)  # where the code was another portal's
    delegation_id = fields.UUIDField(null=True)
    tier = fields.CharField(max_length=2, null=True)  # of the offline credential, where one was shown
    session_id = fields.UUIDField(null=True)  # of the phone that is asked, so that signing it out ends the question

    class Meta:
        table = "visits"


class TerminalLock(Model):
    """Until when a terminal may not scan."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    region = fields.CharField(max_length=12)
    terminal_id = fields.UUIDField(unique=True)
    locked_until = fields.DatetimeField()

    class Meta:
        table = "terminal_locks"


RULES: tuple[Rule, ...] = (
    Index("visits_by_terminal", "visits", "terminal_id, at"),
    Index("visits_by_resident", "visits", "portal, resident_id, id", where="resident_id IS NOT NULL"),
    Index("visits_by_acting", "visits", "portal, acting_id, id", where="acting_id IS NOT NULL"),
    Check(
        "visits_consent_known",
        "visits",
        "{row}consent_state IN ('none','pending','allowed','refused','expired','withdrawn','revoked')",
    ),
    Index("visits_asking", "visits", "portal, consent_until", where="consent_state = 'pending'"),
    Check(
        "visits_portrait_known",
        "visits",
        "{row}portrait_outcome IS NULL OR {row}portrait_outcome IN ('shown','missing','unavailable')",
    ),
    Index("visits_abroad_resident", "visits", "holder_portal, resident_id, id", where="holder_portal IS NOT NULL"),
    Index("visits_abroad_acting", "visits", "holder_portal, acting_id, id", where="holder_portal IS NOT NULL"),
    Check("visits_accepted_known", "visits", "{row}outcome <> 'accepted' OR {row}resident_id IS NOT NULL"),
)
