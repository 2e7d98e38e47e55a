"""The portal of the person whom a visit is about, where it is not the counter's own."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.schema import Index, making, undoing

RULES = (
    Index("visits_abroad_resident", "visits", "holder_portal, resident_id, id", where="holder_portal IS NOT NULL"),
    Index("visits_abroad_acting", "visits", "holder_portal, acting_id, id", where="holder_portal IS NOT NULL"),
)


class Migration(migration.Migration):
    """A nullable column: a row without it is a visit of the portal's own resident."""

    dependencies = [("domain", "0007_halls")]
    operations = [
        ops.AddField(model_name="Visit", name="holder_portal", field=fields.CharField(max_length=64, null=True)),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
