"""Challenges: somebody is proving more about who they are. The row stands before anybody is asked."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from config.floor.ids import new_id
from config.floor.personal import Personal, Sealed
from config.floor.schema import Check, Index, Rule


class Proving(Model):
    """One challenge: its way, how far it is, and how often it was tried. There is no column that a picture fits in.

    ``claim_sealed`` holds what was claimed while it is not known yet, ``token_sealed`` a platform's name for its check;
    both are emptied by the decision.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    region = fields.CharField(max_length=12)
    resident_id = fields.UUIDField()
    session_id = fields.UUIDField()
    purpose = fields.CharField(max_length=24)
    way = fields.CharField(max_length=24)
    level = fields.SmallIntField()
    steps = fields.CharField(max_length=128)
    at_step = fields.SmallIntField()
    attempts = fields.SmallIntField()
    most = fields.SmallIntField()
    state = fields.CharField(max_length=8)
    reference = fields.CharField(max_length=32)
    claim_sealed = fields.BinaryField(null=True)
    token_sealed = fields.BinaryField(null=True)
    opened_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    decided_at = fields.DatetimeField(null=True)

    class Meta:
        table = "provings"


RULES: tuple[Rule, ...] = (
    Index("provings_open", "provings", "resident_id", unique=True, where="state = 'open'"),
    Index("provings_of_resident", "provings", "resident_id, opened_at"),
    Index("provings_over", "provings", "expires_at"),
    Check("provings_state", "provings", "{row}state IN ('open', 'proven', 'locked', 'refused', 'over')"),
    Check("provings_attempts", "provings", "{row}attempts BETWEEN 0 AND {row}most"),
    Check("provings_level", "provings", "{row}level BETWEEN 3 AND 5"),
    Check(
        "provings_empty", "provings", "{row}state = 'open' OR ({row}claim_sealed IS NULL AND {row}token_sealed IS NULL)"
    ),
)

PERSONAL: tuple[Personal, ...] = (
    Sealed("provings", "claim_sealed", "sensitive", "a name and a document number that are being checked"),
    Sealed("provings", "token_sealed", "ordinary", "a platform's name for its own check"),
)
