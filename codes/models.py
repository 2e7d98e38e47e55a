"""Tables of the codes room: who a handle stands for, and which of its steps have been used."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from config.floor.ids import new_id
from config.floor.schema import Check, Index, Rule


class CodeHandle(Model):
    """A random handle and what it names. Its key is derived, never stored."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    handle = fields.CharField(12, unique=True)
    subject = fields.UUIDField()
    acting = fields.UUIDField()
    delegation = fields.UUIDField(null=True)
    device = fields.CharField(64, default="")
    session_id = fields.UUIDField()
    portal = fields.CharField(64)
    region = fields.CharField(12)
    key_id = fields.CharField(64)
    valid_from = fields.DatetimeField()
    valid_until = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "code_handles"


class CodeUse(Model):
    """One step of one handle was used. The unique pair is what makes a code single-use."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    handle = fields.CharField(12)
    step = fields.BigIntField()
    scene = fields.CharField(2)
    used_at = fields.DatetimeField()
    used_by = fields.CharField(64)
    portal = fields.CharField(64)
    region = fields.CharField(12)

    class Meta:
        table = "code_uses"
        unique_together = (("handle", "step"),)


RULES: tuple[Rule, ...] = (
    Index("code_handles_session", "code_handles", "session_id, valid_from"),
    Index("code_handles_subject", "code_handles", "subject"),
    Index("code_handles_acting", "code_handles", "acting"),
    Index("code_handles_delegation", "code_handles", "delegation", where="delegation IS NOT NULL"),
    Index("code_handles_until", "code_handles", "valid_until"),
    Index("code_uses_at", "code_uses", "used_at"),
    Check("code_handles_twelve", "code_handles", "length({row}handle) = 12"),
    Check("code_handles_span", "code_handles", "{row}valid_until > {row}valid_from"),
    Check("code_uses_scene", "code_uses", "length({row}scene) = 2"),
)
