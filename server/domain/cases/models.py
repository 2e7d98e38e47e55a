"""The tables of cases. Personal text (answers, opinions, reasons, documents) is sealed; labels and dates are not."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from config.floor import sql
from config.floor.ids import new_id
from config.floor.personal import Personal, Sealed
from config.floor.schema import Check, Index, Rule


class Case(Model):
    """One application. ``version`` grows by one with every change and is what a change is compared with."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(64)
    region = fields.CharField(12)
    case_no = fields.CharField(20, unique=True)
    item_code = fields.CharField(80)
    item_version = fields.IntField()
    item_name = fields.CharField(300)
    department = fields.CharField(100)
    resident_id = fields.UUIDField()
    on_behalf_of = fields.UUIDField(null=True)  # the delegation that it was begun under
    acting_id = fields.UUIDField(null=True)
    organisation_id = fields.UUIDField(null=True)
    loa = fields.SmallIntField()
    status = fields.CharField(16)
    version = fields.IntField()
    handler_id = fields.UUIDField(null=True)
    handler_label = fields.CharField(64, default="")
    proposed_by = fields.UUIDField(null=True)
    proposed_outcome = fields.CharField(8, null=True)
    outcome = fields.CharField(8, null=True)
    decision = fields.BinaryField(null=True)
    answers = fields.BinaryField()
    submitted_at = fields.DatetimeField(null=True)
    received_at = fields.DatetimeField(null=True)
    check_from = fields.DateField(null=True)
    accepted_on = fields.DateField(null=True)
    stopped_on = fields.DateField(null=True)
    pauses: fields.Field[list[list[str | None]]] = fields.JSONField(
        encoder=sql.to_json, decoder=sql.from_json, default=list
    )
    legal_days = fields.IntField(null=True)
    legal_unit = fields.CharField(16, default="working_day")
    promised_days = fields.IntField(null=True)
    promised_unit = fields.CharField(16, default="working_day")
    legal_due = fields.DateField(null=True)
    promised_due = fields.DateField(null=True)
    due_on = fields.DateField(null=True)
    provisional = fields.BooleanField(default=False)
    correction_days = fields.SmallIntField()
    two_person = fields.BooleanField(default=True)
    corrections_requested = fields.SmallIntField(default=0)
    corrections_due = fields.DateField(null=True)
    flagged_on = fields.DateField(null=True)
    closed_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    channel = fields.CharField(16, null=True)

    class Meta:
        table = "cases"


class TimelineEntry(Model):
    """One thing that happened to a case. ``seq`` is the case's version after it."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    case: fields.ForeignKeyRelation[Case] = fields.ForeignKeyField("domain.Case", related_name="timeline")
    portal = fields.CharField(64)
    region = fields.CharField(12)
    seq = fields.IntField()
    at = fields.DatetimeField()
    event = fields.CharField(32)
    actor_kind = fields.CharField(16)
    actor_id = fields.UUIDField(null=True)
    actor_label = fields.CharField(64)
    note = fields.BinaryField(null=True)
    document_no = fields.CharField(100, null=True)
    public = fields.BooleanField(default=True)
    delegation_id = fields.UUIDField(null=True)
    loa = fields.SmallIntField(null=True)

    class Meta:
        table = "case_timeline"
        unique_together = (("case", "seq"),)


class CaseDocument(Model):
    """One numbered, dated paper. ``data`` holds what was true when it was issued, sealed."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    case: fields.ForeignKeyRelation[Case] = fields.ForeignKeyField("domain.Case", related_name="documents")
    portal = fields.CharField(64)
    region = fields.CharField(12)
    document_no = fields.CharField(100, unique=True)
    kind = fields.CharField(32)
    title = fields.CharField(200)
    issued_on = fields.DateField()
    data = fields.BinaryField()
    served_at = fields.DatetimeField(null=True)

    class Meta:
        table = "case_documents"


class DocumentNumber(Model):
    """The last number given out for one portal, year and kind of document."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(64)
    region = fields.CharField(12, default="")
    year = fields.IntField()
    kind = fields.CharField(32)
    number = fields.IntField()

    class Meta:
        table = "case_document_numbers"
        unique_together = (("portal", "year", "kind"),)


class CaseCorrection(Model):
    """One thing that the single correction notice asks for."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    case: fields.ForeignKeyRelation[Case] = fields.ForeignKeyField("domain.Case", related_name="corrections")
    portal = fields.CharField(64)
    region = fields.CharField(12)
    target = fields.CharField(120)
    label = fields.CharField(300)
    reason = fields.BinaryField()
    resolved_at = fields.DatetimeField(null=True)

    class Meta:
        table = "case_corrections"


class CaseReview(Model):
    """The applicant's grade 好差评 of a finished case: 1 very content … 5 very discontent. One for a case."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    case: fields.OneToOneRelation[Case] = fields.OneToOneField("domain.Case", related_name="review")
    portal = fields.CharField(64)
    region = fields.CharField(12)
    grade = fields.SmallIntField()
    comment = fields.BinaryField(null=True)
    at = fields.DatetimeField()

    class Meta:
        table = "case_reviews"


class CaseMaterial(Model):
    """One file handed in for one material of a case. A corrected one is superseded, never deleted."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    case: fields.ForeignKeyRelation[Case] = fields.ForeignKeyField("domain.Case", related_name="materials")
    portal = fields.CharField(64)
    region = fields.CharField(12)
    code = fields.CharField(80)
    file_id = fields.UUIDField(unique=True)
    file_name = fields.BinaryField()
    media_type = fields.CharField(40)
    size = fields.IntField()
    superseded_at = fields.DatetimeField(null=True)

    class Meta:
        table = "case_materials"


_STATUSES = (
    "'draft','submitted','received','correction','accepted','in_progress','suspended','proposed',"
    "'concluded','delivered','not_accepted','returned','withdrawn'"
)
_OPEN = "'submitted','received','correction','accepted','in_progress','suspended','proposed','concluded'"
RULES: tuple[Rule, ...] = (
    Index("cases_of_resident", "cases", "portal, resident_id, id"),
    Index("cases_acting", "cases", "portal, acting_id, id", where="acting_id IS NOT NULL"),
    Index("cases_queue", "cases", "portal, department, due_on, id", where=f"status IN ({_OPEN})"),
    Index("cases_handler", "cases", "portal, handler_id, due_on, id", where=f"status IN ({_OPEN})"),
    Index("cases_of_item", "cases", "portal, item_code, status"),
    Index("cases_correction_due", "cases", "portal, corrections_due", where="status = 'correction'"),
    Index("case_documents_of_case", "case_documents", "case_id"),
    Index("case_corrections_of_case", "case_corrections", "case_id, resolved_at"),
    Index("case_materials_of_case", "case_materials", "case_id"),
    Check("case_status_known", "cases", f"{{row}}status IN ({_STATUSES})"),
    Check("case_version_grows", "cases", "{row}version >= 1"),
    Check("case_outcome_known", "cases", "{row}outcome IS NULL OR {row}outcome IN ('grant','refuse')"),
    Check(
        "case_conclusion_has_outcome",
        "cases",
        "{row}status NOT IN ('concluded','delivered') OR {row}outcome IS NOT NULL",
    ),
    Check("case_suspended_after_acceptance", "cases", "{row}status <> 'suspended' OR {row}accepted_on IS NOT NULL"),
    Check("case_one_correction", "cases", "{row}corrections_requested BETWEEN 0 AND 1"),
    Check("case_review_grade", "case_reviews", "{row}grade BETWEEN 1 AND 5"),
    Check("case_acting_known", "cases", "({row}on_behalf_of IS NULL) = ({row}acting_id IS NULL)"),
    Check("case_document_number_positive", "case_document_numbers", "{row}number >= 1"),
)

PERSONAL: tuple[Personal, ...] = (
    Sealed("cases", "decision", "sensitive", "what was decided about an application, in words"),
    Sealed("cases", "answers", "sensitive", "the answers of an application form"),
    Sealed("case_timeline", "note", "sensitive", "a remark to the applicant"),
    Sealed("case_documents", "data", "sensitive", "the values of a numbered paper"),
    Sealed("case_corrections", "reason", "sensitive", "what is missing, in words"),
    Sealed("case_reviews", "comment", "ordinary", "what somebody said about how it was handled"),
    Sealed("case_materials", "file_name", "ordinary", "the name of a submitted file"),
)
