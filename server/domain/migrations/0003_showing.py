"""What came after a look: the card in hand, the licences that were chosen, what the portrait's source answered."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.schema import Check, Index, making, undoing
from config.floor.sql import from_json, to_json

RULES = (
    Index("visits_asking", "visits", "portal, consent_until", where="consent_state = 'pending'"),
    Check(
        "visits_portrait_known",
        "visits",
        "{row}portrait_outcome IS NULL OR {row}portrait_outcome IN ('shown','missing','unavailable')",
    ),
)


class Migration(migration.Migration):
    """Nullable columns: a row without them is a look after which nothing more came."""

    dependencies = [("domain", "0002_rules")]
    operations = [
        ops.AddField(
            model_name="Visit",
            name="card_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Visit",
            name="card_fields",
            field=fields.JSONField(null=True, encoder=to_json, decoder=from_json),
        ),
        ops.AddField(
            model_name="Visit",
            name="consent_licences",
            field=fields.JSONField(null=True, encoder=to_json, decoder=from_json),
        ),
        ops.AddField(model_name="Visit", name="portrait_outcome", field=fields.CharField(max_length=16, null=True)),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
