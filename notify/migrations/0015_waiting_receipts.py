"""Receipts that wait for the delivery of a provider's reference are found by it, as it was then."""

from __future__ import annotations

from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.schema import Index, making, undoing

RULES = (
    Index(
        "notify_receipts_reference",
        "notify_receipts",
        "provider, provider_ref",
        where="applied_at IS NULL AND client_msg_id = ''",
    ),
)


class Migration(migration.Migration):
    """One index of what waits: few rows, however many receipts are kept."""

    dependencies = [("notify", "0014_given_back")]
    operations = [ops.RunPython(making(RULES), undoing(RULES))]
