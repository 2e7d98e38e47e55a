"""Audit entries: who did what to what, when; ids and words only, never a personal value."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from config.floor import sql
from config.floor.ids import new_id
from config.floor.personal import Opaque, Personal
from config.floor.schema import Index, Rule


class AuditEntry(Model):
    """One line, written in the transaction of the decision it records. Append only."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    region = fields.CharField(max_length=12)
    at = fields.DatetimeField()
    actor_kind = fields.CharField(max_length=16)
    actor_id = fields.UUIDField(null=True)
    actor_label = fields.CharField(max_length=64)
    action = fields.CharField(max_length=64)
    subject_kind = fields.CharField(max_length=32)
    subject = fields.CharField(max_length=64)
    resident_id = fields.UUIDField(null=True)
    outcome = fields.CharField(max_length=32)
    purpose = fields.CharField(max_length=64)
    fields_seen: list[str] = fields.JSONField(encoder=sql.to_json, decoder=sql.from_json)
    place = fields.CharField(max_length=128)
    delegation_id = fields.UUIDField(null=True)

    class Meta:
        table = "audit_entries"


class AuditSeal(Model):
    """One batch of entries under a root, chained to the batch before and signed. Append only."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    number = fields.IntField(unique=True)
    count = fields.IntField()
    last_id = fields.UUIDField()
    root = fields.BinaryField()
    previous = fields.BinaryField()
    sealed_at = fields.DatetimeField()
    key_id = fields.CharField(max_length=16)
    signature = fields.BinaryField()

    class Meta:
        table = "audit_seals"


class AuditSealed(Model):
    """Which entry lies where in which seal. Append only."""

    entry_id = fields.UUIDField(primary_key=True)
    seal = fields.IntField()
    position = fields.IntField()

    class Meta:
        table = "audit_sealed"


ABOUT_NOTICES = (
    "(subject_kind IN ('campaign','deliveries','notice','people_list','provider','signature','team','template') "
    "OR action IN ('notices.look','notices.record','audience.why'))"
)
"""Which entries are about sending notices; literally, because that is what their index holds."""

RULES: tuple[Rule, ...] = (
    Index("audit_entries_notices", "audit_entries", "portal, at DESC, id DESC", where=ABOUT_NOTICES),
    Index("audit_entries_by_time", "audit_entries", "portal, id"),
    Index("audit_entries_by_resident", "audit_entries", "portal, resident_id, id", where="resident_id IS NOT NULL"),
    Index("audit_entries_by_subject", "audit_entries", "portal, subject, id"),
    Index("audit_entries_by_delegation", "audit_entries", "delegation_id, id", where="delegation_id IS NOT NULL"),
    Index("audit_entries_disputed", "audit_entries", "portal, id", where="action = 'look.disputed'"),
    Index("audit_sealed_place", "audit_sealed", "seal, position", unique=True),
)

PERSONAL: tuple[Personal, ...] = (
    Opaque("audit_seals", "root", "a hash over entries"),
    Opaque("audit_seals", "previous", "the hash of the seal before"),
    Opaque("audit_seals", "signature", "a signature"),
)
