"""What a resident has said to each purpose, version by version."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from config.floor.ids import new_id
from config.floor.personal import Personal
from config.floor.schema import Check, Index, Rule


class Consent(Model):
    """One word of one resident about one purpose, as its text stood then. Ended by the next word, never changed."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    region = fields.CharField(max_length=12)
    resident_id = fields.UUIDField()
    purpose = fields.CharField(max_length=32)
    version = fields.IntField()
    word = fields.CharField(max_length=4)
    way = fields.CharField(max_length=8)
    said_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "consents"


RULES: tuple[Rule, ...] = (
    Index("consents_standing", "consents", "portal, resident_id, purpose", unique=True, where="ended_at IS NULL"),
    Index("consents_refused", "consents", "portal, purpose, resident_id", where="ended_at IS NULL AND word = 'no'"),
    Index("consents_of_resident", "consents", "portal, resident_id, id"),
    Check("consents_word", "consents", "{row}word IN ('yes','no')"),
    Check("consents_version", "consents", "{row}version >= 1"),
)

PERSONAL: tuple[Personal, ...] = ()
