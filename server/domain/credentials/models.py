"""What a resident agreed to at a counter before the full tier was printed for her."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from config.floor import sql
from config.floor.ids import new_id
from config.floor.schema import Index, Rule


class PaperConsent(Model):
    """Card in hand, asked by this clerk, for these fields. Names of fields, never values."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    region = fields.CharField(max_length=12)
    credential_id = fields.UUIDField()
    resident_id = fields.UUIDField()
    at = fields.DatetimeField()
    staff_id = fields.UUIDField()
    terminal_id = fields.UUIDField()
    fields_told: list[str] = fields.JSONField(encoder=sql.to_json, decoder=sql.from_json)

    class Meta:
        table = "paper_consents"


RULES: tuple[Rule, ...] = (
    Index("paper_consents_credential", "paper_consents", "credential_id", unique=True),
    Index("paper_consents_resident", "paper_consents", "portal, resident_id, id"),
)
