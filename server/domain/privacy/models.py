"""Tables of what residents ask about their own data, and of what was forgotten by rule."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from config.floor import sql
from config.floor.ids import new_id
from config.floor.personal import Personal, Sealed
from config.floor.schema import Check, Index, Rule


class PersonalExport(Model):
    """One copy of everything held about one resident: asked → ready → over. Its content lies in parts."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    region = fields.CharField(max_length=12)
    resident_id = fields.UUIDField()
    language = fields.CharField(max_length=8)
    state = fields.CharField(max_length=8)
    asked_at = fields.DatetimeField()
    ready_at = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField(null=True)
    json_size = fields.IntField(default=0)
    page_size = fields.IntField(default=0)
    fetched_at = fields.DatetimeField(null=True)

    class Meta:
        table = "personal_exports"


class PersonalExportPart(Model):
    """A piece of an export in one form, sealed."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    export_id = fields.UUIDField()
    form = fields.CharField(max_length=4)
    number = fields.IntField()
    content = fields.BinaryField()

    class Meta:
        table = "personal_export_parts"


class AccountClosing(Model):
    """One wish to close an account: asked → undone, or closed and then erased."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    region = fields.CharField(max_length=12)
    resident_id = fields.UUIDField()
    asked_at = fields.DatetimeField()
    due_at = fields.DatetimeField()
    undone_at = fields.DatetimeField(null=True)
    closed_at = fields.DatetimeField(null=True)
    erased_at = fields.DatetimeField(null=True)

    class Meta:
        table = "account_closings"


class CorrectionRequest(Model):
    """Something held about a resident that she says is wrong and cannot change herself."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    region = fields.CharField(max_length=12)
    resident_id = fields.UUIDField()
    category = fields.CharField(max_length=32)
    said_sealed = fields.BinaryField()
    wanted_name_sealed = fields.BinaryField(null=True)
    state = fields.CharField(max_length=8)
    asked_at = fields.DatetimeField()
    answer_sealed = fields.BinaryField(null=True)
    answered_at = fields.DatetimeField(null=True)
    answered_by = fields.UUIDField(null=True)
    answered_no = fields.CharField(max_length=32)

    class Meta:
        table = "correction_requests"


class FullView(Model):
    """One answer with the whole of masked values: who asked, about whom, through which matter, and why. Until
    ``open_until`` the reason stands for this employee and this matter."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    region = fields.CharField(max_length=12)
    resident_id = fields.UUIDField()
    staff_id = fields.UUIDField()
    staff_no = fields.CharField(max_length=32)
    reason = fields.CharField(max_length=16)
    note_sealed = fields.BinaryField()
    subject_kind = fields.CharField(max_length=16)
    subject = fields.CharField(max_length=64)
    fields_seen: list[str] = fields.JSONField(encoder=sql.to_json, decoder=sql.from_json)
    at = fields.DatetimeField()
    open_until = fields.DatetimeField(null=True)

    class Meta:
        table = "full_views"


class RetentionRun(Model):
    """One rule applied once to one portal: how far back, and how many rows went."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    region = fields.CharField(max_length=12, default="")
    rule = fields.CharField(max_length=48)
    cutoff = fields.DatetimeField()
    started_at = fields.DatetimeField()
    changed_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)
    gone = fields.IntField(default=0)
    cursor = fields.UUIDField(null=True)

    class Meta:
        table = "retention_runs"


RULES: tuple[Rule, ...] = (
    Index("personal_exports_asked", "personal_exports", "portal, resident_id", unique=True, where="state = 'asked'"),
    Index("personal_exports_of_resident", "personal_exports", "portal, resident_id, id"),
    Index("personal_exports_waiting", "personal_exports", "asked_at", where="state = 'asked'"),
    Index("personal_exports_ready", "personal_exports", "expires_at", where="state = 'ready'"),
    Index("personal_export_parts_place", "personal_export_parts", "export_id, form, number", unique=True),
    Index("account_closings_live", "account_closings", "portal, resident_id", unique=True, where="undone_at IS NULL"),
    Index("account_closings_of", "account_closings", "portal, resident_id, id"),
    Index("account_closings_due", "account_closings", "due_at", where="undone_at IS NULL AND closed_at IS NULL"),
    Index(
        "account_closings_erasing", "account_closings", "closed_at", where="closed_at IS NOT NULL AND erased_at IS NULL"
    ),
    Index("correction_requests_of_resident", "correction_requests", "portal, resident_id, id"),
    Index("correction_requests_open", "correction_requests", "portal, id", where="state = 'open'"),
    Index("full_views_of_resident", "full_views", "portal, resident_id, id"),
    Index("full_views_subject", "full_views", "portal, subject"),
    Index("retention_runs_newest", "retention_runs", "portal, rule, id"),
    Index("retention_runs_running", "retention_runs", "portal, rule", unique=True, where="finished_at IS NULL"),
    Check("personal_exports_state", "personal_exports", "{row}state IN ('asked','ready','over')"),
    Check("personal_export_parts_form", "personal_export_parts", "{row}form IN ('json','html')"),
    Check("account_closings_undone", "account_closings", "{row}undone_at IS NULL OR {row}closed_at IS NULL"),
    Check("account_closings_erased", "account_closings", "{row}erased_at IS NULL OR {row}closed_at IS NOT NULL"),
    Check("full_views_reason", "full_views", "{row}reason IN ('examine','contact','amend','complaint','other')"),
    Check("correction_requests_state", "correction_requests", "{row}state IN ('open','done','refused')"),
    Check(
        "correction_requests_answered",
        "correction_requests",
        "({row}state = 'open') = ({row}answered_at IS NULL)",
    ),
)

PERSONAL: tuple[Personal, ...] = (
    Sealed("personal_export_parts", "content", "sensitive", "a copy of what is held about a resident, for some days"),
    Sealed("full_views", "note_sealed", "sensitive", "why an employee needed the whole of masked values"),
    Sealed("correction_requests", "said_sealed", "sensitive", "what a resident says is wrong"),
    Sealed("correction_requests", "wanted_name_sealed", "sensitive", "the name that a resident asks to be given"),
    Sealed("correction_requests", "answer_sealed", "sensitive", "the answer to it"),
)
