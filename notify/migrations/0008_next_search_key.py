"""A column beside each blind index of this room for the next key of search; their rules as they were then."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.schema import Index, making, undoing

RULES = (
    Index(
        "notify_console_outbox_address_next",
        "notify_console_outbox",
        "address_index_next, at",
        where="address_index_next IS NOT NULL",
    ),
    Index(
        "notify_push_subscriptions_endpoint_next",
        "notify_push_subscriptions",
        "portal, endpoint_index_next",
        unique=True,
        where="endpoint_index_next IS NOT NULL",
    ),
)


class Migration(migration.Migration):
    """Two nullable columns."""

    dependencies = [("notify", "0007_board")]
    operations = [
        ops.AddField("NotifyConsoleOutbox", "address_index_next", fields.BinaryField(null=True)),
        ops.AddField("NotifyPushSubscription", "endpoint_index_next", fields.BinaryField(null=True)),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
