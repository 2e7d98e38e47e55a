"""The year of birth beside the sealed number, so that a notice can be for an age band."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.schema import Index, making, undoing

RULES = (Index("residents_birth_year", "residents", "portal, birth_year"),)


class Migration(migration.Migration):
    """Nullable: who was proven before has none until ``residents.birth_years`` has read the sealed number."""

    dependencies = [("domain", "0014_audit_seals")]
    operations = [
        ops.AddField("Resident", "birth_year", fields.SmallIntField(null=True)),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
