"""Tables of reads of offline credentials: each one once, and what does not fit together."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from config.floor.ids import new_id
from config.floor.schema import Check, Index, Rule


class CredentialRead(Model):
    """One credential read at one terminal, online or unplugged. ``line`` is what the terminal calls it."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    region = fields.CharField(max_length=12)
    terminal_id = fields.UUIDField()
    line = fields.UUIDField()
    visit_id = fields.UUIDField()
    credential_id = fields.UUIDField(null=True)
    hall = fields.CharField(max_length=64)
    counter = fields.CharField(max_length=64)
    staff_no = fields.CharField(max_length=32)
    at = fields.DatetimeField()
    received_at = fields.DatetimeField()
    verdict = fields.CharField(max_length=32)
    offline = fields.BooleanField()
    card_in_hand = fields.BooleanField()
    list_age = fields.IntField(null=True)

    class Meta:
        table = "credential_reads"


class ReadConflict(Model):
    """Two reads that cannot both be right, or one of what had been taken back, for an administrator to look at."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    region = fields.CharField(max_length=12)
    kind = fields.CharField(max_length=16)
    credential_id = fields.UUIDField()
    read_id = fields.UUIDField()
    other_read_id = fields.UUIDField(null=True)
    found_at = fields.DatetimeField()
    settled_at = fields.DatetimeField(null=True)
    settled_by = fields.CharField(max_length=64)
    settlement = fields.CharField(max_length=16)

    class Meta:
        table = "read_conflicts"


RULES: tuple[Rule, ...] = (
    Index("credential_reads_line", "credential_reads", "terminal_id, line", unique=True),
    Index("credential_reads_credential", "credential_reads", "credential_id, at"),
    Index("credential_reads_visit", "credential_reads", "visit_id"),
    Index("credential_reads_age", "credential_reads", "received_at"),
    Index("read_conflicts_once", "read_conflicts", "kind, read_id", unique=True),
    Index("read_conflicts_portal", "read_conflicts", "portal, id"),
    Index("read_conflicts_open", "read_conflicts", "portal, id", where="settled_at IS NULL"),
    Check("read_conflicts_kind", "read_conflicts", "{row}kind IN ('two_counters','taken_back')"),
    Check("read_conflicts_settlement", "read_conflicts", "{row}settlement IN ('','seen','suspended')"),
)
