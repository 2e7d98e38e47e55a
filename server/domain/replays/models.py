"""Answers kept for callers who try again with the same Idempotency-Key."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from config.floor.ids import new_id
from config.floor.personal import Opaque, Personal, Sealed
from config.floor.schema import Index, Rule


class Replay(Model):
    """One answered request with its sealed answer."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    caller = fields.CharField(max_length=64)
    operation = fields.CharField(max_length=64)
    key = fields.CharField(max_length=128)
    body_hash = fields.BinaryField()
    status = fields.IntField()
    answer_sealed = fields.BinaryField()
    created_at = fields.DatetimeField()
    nonce = fields.CharField(max_length=64, default="", db_default="")

    class Meta:
        table = "replays"


RULES: tuple[Rule, ...] = (
    Index("replays_key", "replays", "portal, caller, operation, key", unique=True),
    Index("replays_age", "replays", "created_at"),
)

PERSONAL: tuple[Personal, ...] = (
    Opaque("replays", "body_hash", "the hash of a request"),
    Sealed("replays", "answer_sealed", "sensitive", "an answer, for a day"),
)
