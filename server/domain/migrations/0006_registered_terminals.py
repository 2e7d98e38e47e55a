"""A terminal is a device with a key of its own, no longer a clerk's: rows stay and wait for their device."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.ids import new_id
from config.floor.schema import Check, Index, making, undoing

BEFORE = (Index("terminals_of_staff", "terminals", "staff_id", unique=True, where="withdrawn_at IS NULL"),)
RULES = (
    Index("terminals_of_portal", "terminals", "portal, id"),
    Index("terminals_invitation", "terminals", "invitation_hash", unique=True, where="invitation_hash IS NOT NULL"),
    Check("terminals_enrolled_with_key", "terminals", "({row}public_key IS NULL) = ({row}enrolled_at IS NULL)"),
    Index("terminal_nonces_once", "terminal_nonces", "terminal_id, nonce", unique=True),
    Index("terminal_nonces_age", "terminal_nonces", "at"),
    Index(
        "sessions_open_shift", "sessions", "terminal_id", unique=True,
        where="terminal_id IS NOT NULL AND ended_at IS NULL",
    ),
)  # fmt: skip


async def end_unsigned_shifts(_apps: Any, editor: Any) -> None:
    """No terminal has a key yet, so no counter session could make a call; one open shift a terminal from here on."""
    await editor.client.execute_query(
        "UPDATE sessions SET ended_at = CURRENT_TIMESTAMP WHERE kind = 'counter' AND ended_at IS NULL"
    )


async def nothing(_apps: Any, _editor: Any) -> None:
    """An ended session stays ended."""


class Migration(migration.Migration):
    dependencies = [("domain", "0005_disputed_looks")]
    operations = [
        ops.RunPython(undoing(BEFORE), making(BEFORE)),
        ops.RemoveField(model_name="Terminal", name="staff_id"),
        ops.AddField("Terminal", "name", fields.CharField(max_length=64, default="", db_default="")),
        ops.AddField("Terminal", "scans_per_minute", fields.IntField(null=True)),
        ops.AddField("Terminal", "failures", fields.IntField(null=True)),
        ops.AddField("Terminal", "lock_seconds", fields.IntField(null=True)),
        ops.AddField("Terminal", "invited_by", fields.UUIDField(null=True)),
        ops.AddField("Terminal", "invitation_hash", fields.BinaryField(null=True)),
        ops.AddField(
            "Terminal", "invitation_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)
        ),
        ops.AddField("Terminal", "public_key", fields.BinaryField(null=True)),
        ops.AddField("Terminal", "enrolled_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
        ops.AddField("Terminal", "seen_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
        ops.CreateModel(
            name="TerminalNonce",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("terminal_id", fields.UUIDField()),
                ("nonce", fields.CharField(max_length=64)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "terminal_nonces",
                "app": "domain",
                "pk_attr": "id",
                "table_description": "A number that a signed request carried.",
            },
            bases=["Model"],
        ),
        ops.AddField("Replay", "nonce", fields.CharField(max_length=64, default="", db_default="")),
        ops.RunPython(end_unsigned_shifts, nothing),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
