"""Passkeys of staff, and what they were asked to sign: tables and rules as they were then."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.ids import new_id
from config.floor.schema import Check, Index, making, undoing

RULES = (
    Index("staff_passkeys_credential", "staff_passkeys", "portal, credential_id", unique=True),
    Index("staff_passkeys_of", "staff_passkeys", "staff_id, created_at"),
    Check("staff_passkey_count", "staff_passkeys", "{row}sign_count >= 0 AND {row}name <> ''"),
    Index("staff_challenges_of", "staff_challenges", "staff_id"),
    Index("staff_challenges_over", "staff_challenges", "expires_at"),
    Check("staff_challenge_kind", "staff_challenges", "{row}kind IN ('add', 'enter')"),
)


def _of_staff() -> list[tuple[str, Any]]:
    return [
        ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
        ("portal", fields.CharField(max_length=64)),
        (
            "staff",
            fields.ForeignKeyField(
                "domain.StaffMember",
                source_field="staff_id",
                db_constraint=True,
                to_field="id",
                on_delete=OnDelete.CASCADE,
            ),
        ),
    ]


def _at(**more: Any) -> Any:
    return fields.DatetimeField(auto_now=False, auto_now_add=False, **more)


class Migration(migration.Migration):
    """Two tables beside the account."""

    dependencies = [("domain", "0026_opened_for_a_reason")]
    operations = [
        ops.CreateModel(
            name="StaffPasskey",
            fields=[
                *_of_staff(),
                ("domain", fields.CharField(max_length=253)),
                ("credential_id", fields.BinaryField()),
                ("public_key", fields.BinaryField()),
                ("sign_count", fields.BigIntField()),
                ("transports", fields.CharField(max_length=128)),
                ("name", fields.CharField(max_length=64)),
                ("created_at", _at()),
                ("last_used_at", _at(null=True)),
                ("doubted_at", _at(null=True)),
            ],
            options={
                "table": "staff_passkeys",
                "app": "domain",
                "pk_attr": "id",
                "table_description": "One passkey of one member of staff, bound to a domain. Its count of signatures only"
                " grows, or it is doubted.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="StaffChallenge",
            fields=[
                *_of_staff(),
                ("kind", fields.CharField(max_length=8)),
                ("domain", fields.CharField(max_length=253)),
                ("challenge", fields.BinaryField()),
                ("created_at", _at()),
                ("expires_at", _at()),
                ("used_at", _at(null=True)),
            ],
            options={
                "table": "staff_challenges",
                "app": "domain",
                "pk_attr": "id",
                "table_description": "What one passkey was asked to sign, once and for a few minutes: to be added, or to"
                " come in (``kind``).",
            },
            bases=["Model"],
        ),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
