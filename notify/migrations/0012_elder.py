"""An elder wording beside the normal one: of an operator's template, of a notice to many, and frozen with it."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration


class Migration(migration.Migration):
    """Five columns."""

    dependencies = [("notify", "0011_ladders_of_many")]
    operations = [
        ops.AddField(
            "NotifyTemplateVersion", "elder_title", fields.CharField(max_length=80, default="", db_default="")
        ),
        ops.AddField("NotifyTemplateVersion", "elder_body", fields.TextField(default="", db_default="")),
        ops.AddField("Campaign", "elder_title", fields.CharField(max_length=80, default="", db_default="")),
        ops.AddField("Campaign", "elder_body", fields.TextField(default="", db_default="")),
        ops.AddField("Campaign", "elder_wording_id", fields.UUIDField(null=True)),
    ]
