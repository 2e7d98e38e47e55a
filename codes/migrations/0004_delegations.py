"""Which delegation a credential was ordered under, and finding what stands on one."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.schema import Index, making, undoing

RULES = (
    Index("credentials_delegation", "credentials", "delegation_id", where="delegation_id IS NOT NULL"),
    Index("code_handles_delegation", "code_handles", "delegation", where="delegation IS NOT NULL"),
)


class Migration(migration.Migration):
    """A credential without a delegation was ordered by its holder or printed at a counter."""

    dependencies = [("codes", "0003_credentials")]
    operations = [
        ops.AddField(model_name="Credential", name="delegation_id", field=fields.UUIDField(null=True)),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
