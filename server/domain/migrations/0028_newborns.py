"""A newborn's guardianship begun on the phone."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.ids import new_id
from config.floor.schema import Check, Index, making, undoing

RULES = (
    Index(
        "newborn_requests_asked",
        "newborn_requests",
        "portal, guardian_id, certificate_index",
        unique=True,
        where="state = 'asked'",
    ),
    Index(
        "newborn_requests_asked_next",
        "newborn_requests",
        "portal, guardian_id, certificate_index_next",
        unique=True,
        where="state = 'asked' AND certificate_index_next IS NOT NULL",
    ),
    Index("newborn_requests_certificate", "newborn_requests", "portal, certificate_index"),
    Index(
        "newborn_requests_certificate_next",
        "newborn_requests",
        "portal, certificate_index_next",
        where="certificate_index_next IS NOT NULL",
    ),
    Index("newborn_requests_of", "newborn_requests", "portal, guardian_id, id"),
    Index("newborn_requests_waiting", "newborn_requests", "portal, id", where="state = 'asked'"),
    Index(
        "newborn_requests_delegation",
        "newborn_requests",
        "delegation_id",
        unique=True,
        where="delegation_id IS NOT NULL",
    ),
    Check("newborn_requests_state", "newborn_requests", "{row}state IN ('asked','recorded','refused','taken_back')"),
    Check("newborn_requests_relation", "newborn_requests", "{row}relation IN ('mother','father','other')"),
    Check("newborn_requests_trusted", "newborn_requests", "{row}guardian_loa >= 4"),
    Check("newborn_requests_decided", "newborn_requests", "({row}state = 'asked') = ({row}decided_at IS NULL)"),
    Check(
        "newborn_requests_recorded",
        "newborn_requests",
        "({row}state = 'recorded') = ({row}delegation_id IS NOT NULL)"
        " AND ({row}state <> 'recorded' OR ({row}ward_id IS NOT NULL AND {row}checked_by IS NOT NULL))",
    ),
    Check(
        "newborn_requests_reason",
        "newborn_requests",
        "({row}state = 'refused') = ({row}reason IN ('unreadable','mismatch','not_guardian','at_counter'))",
    ),
)


class Migration(migration.Migration):
    """One new table."""

    dependencies = [("domain", "0027_passkeys")]
    operations = [
        ops.CreateModel(
            name="NewbornRequest",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("region", fields.CharField(max_length=12)),
                ("guardian_id", fields.UUIDField()),
                ("guardian_loa", fields.SmallIntField()),
                ("relation", fields.CharField(max_length=16)),
                ("name_sealed", fields.BinaryField(null=True)),
                ("born", fields.DateField()),
                ("certificate_sealed", fields.BinaryField()),
                ("certificate_index", fields.BinaryField()),
                ("certificate_index_next", fields.BinaryField(null=True)),
                ("file_id", fields.UUIDField()),
                ("state", fields.CharField(max_length=12)),
                ("reason", fields.CharField(max_length=16)),
                ("asked_at", fields.DatetimeField()),
                ("decided_at", fields.DatetimeField(null=True)),
                ("checked_by", fields.UUIDField(null=True)),
                ("checked_no", fields.CharField(max_length=32)),
                ("ward_id", fields.UUIDField(null=True)),
                ("delegation_id", fields.UUIDField(null=True)),
            ],
            options={"table": "newborn_requests", "app": "domain", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
