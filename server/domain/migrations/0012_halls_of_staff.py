"""Which halls an employee works in, and the age by which reads of credentials are forgotten."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration, sql
from config.floor.schema import Index, making, undoing

RULES = (Index("credential_reads_age", "credential_reads", "received_at"),)


class Migration(migration.Migration):
    """A nullable column: a row without it works in every hall of its portal."""

    dependencies = [("domain", "0011_delegations")]
    operations = [
        ops.AddField(
            model_name="StaffMember",
            name="halls",
            field=fields.JSONField(encoder=sql.to_json, decoder=sql.from_json, null=True),
        ),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
