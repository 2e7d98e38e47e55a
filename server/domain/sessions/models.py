"""Sessions, sign-in codes, and counted budgets."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from config.floor import sql
from config.floor.ids import new_id
from config.floor.personal import Indexed, Opaque, Personal
from config.floor.schema import Check, Index, Rule


class Session(Model):
    """One signed-in device. The token itself is never stored, only its SHA-256."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    region = fields.CharField(max_length=12)
    kind = fields.CharField(max_length=16)
    token_hash = fields.BinaryField()
    subject = fields.UUIDField()
    terminal_id = fields.UUIDField(null=True)
    device = fields.CharField(max_length=64)
    facts: dict[str, Any] = fields.JSONField(encoder=sql.to_json, decoder=sql.from_json)
    created_at = fields.DatetimeField()
    seen_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    locked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "sessions"


class Otp(Model):
    """One sign-in code that was sent: its keyed hash, and how often it was guessed."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    phone_index = fields.BinaryField()
    code_hash = fields.BinaryField()
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    attempts = fields.IntField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "otps"


class Budget(Model):
    """How much of a limit was used in one window. Rows, not Redis: a flush must not reset a lock-out."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    name = fields.CharField(max_length=32)
    key = fields.BinaryField()
    window = fields.BigIntField()
    used = fields.IntField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "budgets"


RULES: tuple[Rule, ...] = (
    Index("sessions_token", "sessions", "token_hash", unique=True),
    Index("sessions_of_subject", "sessions", "subject, kind", where="ended_at IS NULL"),
    Index(
        "sessions_open_shift",
        "sessions",
        "terminal_id",
        unique=True,
        where="terminal_id IS NOT NULL AND ended_at IS NULL",
    ),
    Index("sessions_over", "sessions", "expires_at"),
    Index("otps_over", "otps", "expires_at"),
    Check("sessions_kind", "sessions", "{row}kind IN ('resident', 'console', 'counter')"),
    Index("otps_latest", "otps", "portal, phone_index, created_at"),
    Index("budgets_window", "budgets", 'portal, name, key, "window"', unique=True),
    Index("budgets_over", "budgets", "expires_at"),
)

PERSONAL: tuple[Personal, ...] = (
    Opaque("sessions", "token_hash", "the hash of a random token"),
    Indexed("otps", "phone_index", "ordinary", "a phone number", days=2),
    Opaque("otps", "code_hash", "the keyed hash of a random code"),
    Indexed("budgets", "key", "ordinary", "whom or what a budget is for: a phone number, an address", days=2),
)
