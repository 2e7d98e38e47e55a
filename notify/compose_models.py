"""What operators keep: templates with versions and vendors' approvals, saved segments, uploaded lists, submissions."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from config.floor.ids import new_id
from config.floor.personal import Personal, Sealed
from config.floor.schema import Check, Index, Rule


class NotifyTemplate(Model):
    """An operator's own template. Its words are in its versions; ``version`` is the newest."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(64)
    region = fields.CharField(12)
    name = fields.CharField(60)
    category = fields.CharField(16)
    version = fields.IntField()
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    discarded_at = fields.DatetimeField(null=True)

    class Meta:
        table = "notify_templates"


class NotifyTemplateVersion(Model):
    """One wording of a template. Once a notice was submitted with it, it never changes."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    template: fields.ForeignKeyRelation[NotifyTemplate] = fields.ForeignKeyField(
        "notify.NotifyTemplate", on_delete=fields.OnDelete.RESTRICT
    )
    portal = fields.CharField(64)
    number = fields.IntField()
    title = fields.CharField(80)
    body = fields.TextField()
    author_no = fields.CharField(32)
    created_at = fields.DatetimeField()
    frozen_at = fields.DatetimeField(null=True)
    elder_title = fields.CharField(80, default="", db_default="")  # for who chose 长辈版; "" = the normal words
    elder_body = fields.TextField(default="", db_default="")

    class Meta:
        table = "notify_template_versions"
        unique_together = (("template_id", "number"),)


class NotifyVendorApproval(Model):
    """How a vendor has answered about one thing that it must approve: a signature, or a version of a template."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(64)
    kind = fields.CharField(24)
    template_id = fields.UUIDField(null=True)
    version = fields.IntField(default=0, db_default=0)
    label = fields.CharField(60)
    code = fields.CharField(64)
    state = fields.CharField(12)
    note = fields.CharField(200)
    updated_by = fields.CharField(32)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "notify_vendor_approvals"


class NotifySegment(Model):
    """Rules about people, saved under a name."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(64)
    region = fields.CharField(12)
    name = fields.CharField(60)
    rules = fields.TextField()  # JSON of the closed form
    owner_no = fields.CharField(32)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    discarded_at = fields.DatetimeField(null=True)

    class Meta:
        table = "notify_segments"


class NotifyList(Model):
    """An uploaded list of people. ``columns``: JSON of the headings, in the sheet's order."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(64)
    region = fields.CharField(12)
    name = fields.CharField(60)
    columns = fields.TextField()
    total = fields.IntField()
    bad = fields.IntField()
    owner_no = fields.CharField(32)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    discarded_at = fields.DatetimeField(null=True)

    class Meta:
        table = "notify_lists"


class NotifyListRow(Model):
    """One row of a list. ``fault`` names what is wrong and in which column, "" where it is good."""

    id = fields.BigIntField(primary_key=True, generated=True)
    list: fields.ForeignKeyRelation[NotifyList] = fields.ForeignKeyField(
        "notify.NotifyList", on_delete=fields.OnDelete.RESTRICT
    )
    portal = fields.CharField(64)
    line = fields.IntField()  # as the sheet counts them, its heading being line 1
    cells = fields.BinaryField()  # sealed JSON, in the order of the list's columns
    resident_id = fields.UUIDField(null=True)
    fault = fields.CharField(24)
    fault_column = fields.CharField(60)

    class Meta:
        table = "notify_list_rows"
        unique_together = (("list_id", "line"),)


class CampaignSubmission(Model):
    """The words as they were when another person was asked to release them: what an approver compares with."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    campaign_id = fields.UUIDField()
    portal = fields.CharField(64)
    number = fields.IntField()
    words = fields.TextField()  # JSON: title, body, category, audience, schedule
    content_hash = fields.CharField(64)
    people = fields.IntField()
    submitter_no = fields.CharField(32)
    rejecter_id = fields.UUIDField(null=True)  # who gave it back, if somebody did
    at = fields.DatetimeField()

    class Meta:
        table = "campaign_submissions"
        unique_together = (("campaign_id", "number"),)


RULES: tuple[Rule, ...] = (
    Index("notify_templates_portal", "notify_templates", "portal, updated_at DESC, id DESC"),
    Index("notify_vendor_approvals_portal", "notify_vendor_approvals", "portal, template_id, version"),
    Index(
        "notify_vendor_approvals_one",
        "notify_vendor_approvals",
        "portal, kind, template_id, version",
        unique=True,
        where="template_id IS NOT NULL",
    ),
    Index("notify_segments_portal", "notify_segments", "portal, updated_at DESC, id DESC"),
    Index("notify_lists_portal", "notify_lists", "portal, updated_at DESC, id DESC"),
    Index("notify_list_rows_bad", "notify_list_rows", "list_id, line", where="fault <> ''"),
    Index("notify_list_rows_of", "notify_list_rows", "portal, resident_id", where="resident_id IS NOT NULL"),
    Index(
        "notify_list_rows_person",
        "notify_list_rows",
        "list_id, resident_id",
        unique=True,
        where="fault = '' AND resident_id IS NOT NULL",
    ),
    Index("campaign_recipients_recipient", "campaign_recipients", "recipient"),
    Index("campaign_submissions_rejecter", "campaign_submissions", "rejecter_id", where="rejecter_id IS NOT NULL"),
    Index("campaigns_template", "campaigns", "template_id, template_version", where="template_id IS NOT NULL"),
    Check(
        "notify_vendor_approvals_kind",
        "notify_vendor_approvals",
        "{row}kind IN ('sms_signature','sms_template','wechat_template','oa_template','alipay_template')",
    ),
    Check(
        "notify_vendor_approvals_state",
        "notify_vendor_approvals",
        "{row}state IN ('not_asked','waiting','approved','refused')",
    ),
    Check("notify_list_rows_good", "notify_list_rows", "({row}fault <> '') OR ({row}resident_id IS NOT NULL)"),
)

PERSONAL: tuple[Personal, ...] = (
    Sealed("notify_list_rows", "cells", "ordinary", "a row of an uploaded list of people, as it was uploaded"),
)
