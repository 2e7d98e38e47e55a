"""Consents, and what residents ask about their own data: exports, closings, corrections; runs of retention."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.ids import new_id
from config.floor.schema import Check, Index, making, undoing

RULES = (
    Index("consents_standing", "consents", "portal, resident_id, purpose", unique=True, where="ended_at IS NULL"),
    Index("consents_refused", "consents", "portal, purpose, resident_id", where="ended_at IS NULL AND word = 'no'"),
    Index("consents_of_resident", "consents", "portal, resident_id, id"),
    Check("consents_word", "consents", "{row}word IN ('yes','no')"),
    Check("consents_version", "consents", "{row}version >= 1"),
    Index("personal_exports_asked", "personal_exports", "portal, resident_id", unique=True, where="state = 'asked'"),
    Index("personal_exports_of_resident", "personal_exports", "portal, resident_id, id"),
    Index("personal_exports_waiting", "personal_exports", "asked_at", where="state = 'asked'"),
    Index("personal_exports_ready", "personal_exports", "expires_at", where="state = 'ready'"),
    Index("personal_export_parts_place", "personal_export_parts", "export_id, form, number", unique=True),
    Index("account_closings_live", "account_closings", "portal, resident_id", unique=True, where="undone_at IS NULL"),
    Index("account_closings_due", "account_closings", "due_at", where="undone_at IS NULL AND closed_at IS NULL"),
    Index(
        "account_closings_erasing", "account_closings", "closed_at", where="closed_at IS NOT NULL AND erased_at IS NULL"
    ),
    Index("correction_requests_of_resident", "correction_requests", "portal, resident_id, id"),
    Index("correction_requests_open", "correction_requests", "portal, id", where="state = 'open'"),
    Index("retention_runs_newest", "retention_runs", "portal, rule, id"),
    Index("retention_runs_running", "retention_runs", "portal, rule", unique=True, where="finished_at IS NULL"),
    Check("personal_exports_state", "personal_exports", "{row}state IN ('asked','ready','over')"),
    Check("personal_export_parts_form", "personal_export_parts", "{row}form IN ('json','html')"),
    Check("account_closings_undone", "account_closings", "{row}undone_at IS NULL OR {row}closed_at IS NULL"),
    Check("account_closings_erased", "account_closings", "{row}erased_at IS NULL OR {row}closed_at IS NOT NULL"),
    Check("correction_requests_state", "correction_requests", "{row}state IN ('open','done','refused')"),
    Check(
        "correction_requests_answered",
        "correction_requests",
        "({row}state = 'open') = ({row}answered_at IS NULL)",
    ),
)


class Migration(migration.Migration):
    """New tables only."""

    dependencies = [("domain", "0020_counter_for_another")]
    operations = [
        ops.CreateModel(
            name="Consent",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("region", fields.CharField(max_length=12)),
                ("resident_id", fields.UUIDField()),
                ("purpose", fields.CharField(max_length=32)),
                ("version", fields.IntField()),
                ("word", fields.CharField(max_length=4)),
                ("way", fields.CharField(max_length=8)),
                ("said_at", fields.DatetimeField()),
                ("ended_at", fields.DatetimeField(null=True)),
            ],
            options={"table": "consents", "app": "domain", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="PersonalExport",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("region", fields.CharField(max_length=12)),
                ("resident_id", fields.UUIDField()),
                ("language", fields.CharField(max_length=8)),
                ("state", fields.CharField(max_length=8)),
                ("asked_at", fields.DatetimeField()),
                ("ready_at", fields.DatetimeField(null=True)),
                ("expires_at", fields.DatetimeField(null=True)),
                ("json_size", fields.IntField(default=0)),
                ("page_size", fields.IntField(default=0)),
                ("fetched_at", fields.DatetimeField(null=True)),
            ],
            options={"table": "personal_exports", "app": "domain", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="PersonalExportPart",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("export_id", fields.UUIDField()),
                ("form", fields.CharField(max_length=4)),
                ("number", fields.IntField()),
                ("content", fields.BinaryField()),
            ],
            options={"table": "personal_export_parts", "app": "domain", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AccountClosing",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("region", fields.CharField(max_length=12)),
                ("resident_id", fields.UUIDField()),
                ("asked_at", fields.DatetimeField()),
                ("due_at", fields.DatetimeField()),
                ("undone_at", fields.DatetimeField(null=True)),
                ("closed_at", fields.DatetimeField(null=True)),
                ("erased_at", fields.DatetimeField(null=True)),
            ],
            options={"table": "account_closings", "app": "domain", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CorrectionRequest",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("region", fields.CharField(max_length=12)),
                ("resident_id", fields.UUIDField()),
                ("category", fields.CharField(max_length=32)),
                ("said_sealed", fields.BinaryField()),
                ("state", fields.CharField(max_length=8)),
                ("asked_at", fields.DatetimeField()),
                ("answer_sealed", fields.BinaryField(null=True)),
                ("answered_at", fields.DatetimeField(null=True)),
                ("answered_by", fields.UUIDField(null=True)),
                ("answered_no", fields.CharField(max_length=32)),
            ],
            options={"table": "correction_requests", "app": "domain", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="RetentionRun",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("region", fields.CharField(max_length=12, default="")),
                ("rule", fields.CharField(max_length=48)),
                ("cutoff", fields.DatetimeField()),
                ("started_at", fields.DatetimeField()),
                ("changed_at", fields.DatetimeField()),
                ("finished_at", fields.DatetimeField(null=True)),
                ("gone", fields.IntField(default=0)),
                ("cursor", fields.UUIDField(null=True)),
            ],
            options={"table": "retention_runs", "app": "domain", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
