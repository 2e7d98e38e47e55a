"""Of a look its tier and whose phone is asked, and how its question may end; rules as they were then."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.schema import Check, Index, making, undoing

_BEFORE = (
    Check("visits_consent_known", "visits", "{row}consent_state IN ('none','pending','allowed','refused','expired')"),
)
RULES = (
    Index("credential_reads_visit", "credential_reads", "visit_id"),
    Check(
        "visits_consent_known",
        "visits",
        "{row}consent_state IN ('none','pending','allowed','refused','expired','withdrawn','revoked')",
    ),
)


async def _nothing(_apps: Any, _editor: Any) -> None:
    """Forward nobody's question has ended yet."""


async def _as_expired(_apps: Any, editor: Any) -> None:
    """Backward: what the earlier rule does not know was a question without an answer."""
    await editor.client.execute_query(
        "UPDATE visits SET consent_state = 'expired' WHERE consent_state IN ('withdrawn','revoked')"
    )


class Migration(migration.Migration):
    """Two nullable columns, one index, and a wider rule."""

    dependencies = [("domain", "0024_of_a_person")]
    operations = [
        ops.RunPython(undoing(_BEFORE), making(_BEFORE)),
        ops.RunPython(_nothing, _as_expired),
        ops.AddField("Visit", "tier", fields.CharField(max_length=2, null=True)),
        ops.AddField("Visit", "session_id", fields.UUIDField(null=True)),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
