"""What this room keeps per resident: the planned ladder of each notice, quiet hours, letters and visits to make."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from config.floor.ids import new_id
from config.floor.personal import Indexed, Personal
from config.floor.schema import Check, Index, Rule


class NotifyLadder(Model):
    """How one notice is brought to its resident, decided once and kept: the steps, and why others were left out.

    ``id`` is the message's id. ``at_step`` is the step that was begun last, -1 before the first.
    """

    id = fields.UUIDField(primary_key=True)
    portal = fields.CharField(64)
    region = fields.CharField(12)
    recipient = fields.UUIDField()
    category = fields.CharField(16)
    steps = fields.TextField()  # JSON: [[channel, minutes until the next step], …]
    left_out = fields.TextField()  # JSON: {channel: reason}
    held_until = fields.DatetimeField(null=True)
    at_step = fields.SmallIntField()
    state = fields.CharField(12)
    reason = fields.CharField(24)
    next_at = fields.DatetimeField(null=True)
    decided_at = fields.DatetimeField()
    campaign_id = fields.UUIDField(null=True)  # a campaign's: judged with many others (``campaign_ladders``)

    class Meta:
        table = "notify_ladders"


class NotifyQuiet(Model):
    """A resident's quiet hours in Asia/Shanghai, minutes of the day; a row without them means: none, whatever the
    default is."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(64)
    region = fields.CharField(12)
    resident_id = fields.UUIDField()
    starts = fields.SmallIntField(null=True)
    ends = fields.SmallIntField(null=True)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "notify_quiet_hours"
        unique_together = (("portal", "resident_id"),)


class NotifyStop(Model):
    """A department whose information a resident does not want to be rung at for. The inbox keeps it all the same."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(64)
    region = fields.CharField(12)
    resident_id = fields.UUIDField()
    department = fields.CharField(128)
    at = fields.DatetimeField()

    class Meta:
        table = "notify_stops"
        unique_together = (("portal", "resident_id", "department"),)


class NotifyCap(Model):
    """How many notices to many of a category have rung at a resident in one stretch of days, over all departments."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(64)
    region = fields.CharField(12)
    resident_id = fields.UUIDField()
    category = fields.CharField(16)
    period = fields.IntField()
    used = fields.IntField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "notify_caps"
        unique_together = (("portal", "resident_id", "category", "period"),)


class NotifySaid(Model):
    """A text message of ours, as a keyed digest of its words: what 短信验真 compares with. It names nobody."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(64)
    digest = fields.BinaryField()
    category = fields.CharField(16)
    day = fields.DateField()

    class Meta:
        table = "notify_said"


class NotifyPaperTask(Model):
    """A notice that no channel could bring: somebody posts a letter or goes there."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(64)
    region = fields.CharField(12)
    message_id = fields.UUIDField(unique=True)
    recipient = fields.UUIDField()
    client_msg_id = fields.CharField(64)
    state = fields.CharField(12)
    kind = fields.CharField(8)  # letter | visit, known when it is done
    staff_id = fields.UUIDField(null=True)
    staff_no = fields.CharField(32)
    reason = fields.CharField(24, default="", db_default="")  # why it came back
    before = fields.CharField(12, default="", db_default="")  # the state before the last result, while it can be undone
    before_kind = fields.CharField(8, default="", db_default="")
    before_no = fields.CharField(32, default="", db_default="")
    prints = fields.IntField(default=0, db_default=0)
    printed_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "notify_paper_tasks"


RULES: tuple[Rule, ...] = (
    Index(
        "notify_ladders_due",
        "notify_ladders",
        "next_at",
        where="state = 'climbing' AND next_at IS NOT NULL AND campaign_id IS NULL",
    ),
    Index(
        "notify_ladders_of_many",
        "notify_ladders",
        "next_at",
        where="state = 'climbing' AND next_at IS NOT NULL AND campaign_id IS NOT NULL",
    ),
    Index("notify_paper_tasks_portal", "notify_paper_tasks", "portal, state, created_at DESC, id DESC"),
    Index("notify_paper_tasks_open", "notify_paper_tasks", "portal, region", where="state = 'open'"),
    Index("notify_said_digest", "notify_said", "portal, digest", unique=True),
    Check("notify_ladders_state", "notify_ladders", "{row}state IN ('climbing','reached','ended')"),
    Check("notify_quiet_hours_pair", "notify_quiet_hours", "({row}starts IS NULL) = ({row}ends IS NULL)"),
    Check("notify_paper_tasks_state", "notify_paper_tasks", "{row}state IN ('open','sent','handed','returned')"),
    Check("notify_paper_tasks_kind", "notify_paper_tasks", "{row}kind IN ('','letter','visit')"),
)

PERSONAL: tuple[Personal, ...] = (
    Indexed("notify_said", "digest", "ordinary", "the words of a text message that was sent", days=7),
)
