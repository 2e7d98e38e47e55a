"""What this room keeps: messages, their deliveries by channel, the inbox, preferences, receipts, campaigns."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from config.floor.ids import new_id
from config.floor.personal import Indexed, Personal, Sealed
from config.floor.schema import Check, Index, Rule


class NotifyMessage(Model):
    """One thing told to one person, worded once and then frozen. ``dedupe_key`` makes it unique in its portal."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(64)
    region = fields.CharField(12)
    recipient = fields.UUIDField(null=True)
    address = fields.BinaryField(null=True)  # sealed phone; only where there is no resident (one-time passwords)
    event = fields.CharField(40)
    template_version = fields.IntField()
    category = fields.CharField(16)
    dedupe_key = fields.CharField(160)
    content = fields.BinaryField()  # sealed JSON: values, title, body, sms, link
    language = fields.CharField(8)
    subject = fields.CharField(64)
    lane = fields.SmallIntField()
    campaign_id = fields.UUIDField(null=True)
    wording_id = fields.UUIDField(null=True)  # words shared with others; ``content`` then holds this person's values
    created_at = fields.DatetimeField()

    class Meta:
        table = "notify_messages"
        unique_together = (("portal", "dedupe_key"),)


class NotifyWording(Model):
    """Words frozen once for many messages (a campaign's), with ``((placeholders))``; filled when sent and when read."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(64)
    content = fields.BinaryField()  # sealed JSON, as a message's
    created_at = fields.DatetimeField()

    class Meta:
        table = "notify_wordings"


class NotifyDelivery(Model):
    """One message by one channel. A row with a lease belongs to its claimer, whose lease id is the fencing token."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    message: fields.ForeignKeyRelation[NotifyMessage] = fields.ForeignKeyField(
        "notify.NotifyMessage", on_delete=fields.OnDelete.RESTRICT
    )
    portal = fields.CharField(64)
    region = fields.CharField(12)
    channel = fields.CharField(24)
    provider = fields.CharField(24, default="", db_default="")  # who is asked, known before the call
    step = fields.SmallIntField()
    lane = fields.SmallIntField()
    state = fields.CharField(12)
    attempt = fields.IntField()
    lease_id = fields.UUIDField(null=True)
    lease_until = fields.DatetimeField(null=True)
    next_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    client_msg_id = fields.CharField(64, unique=True)  # the same on every try: what a provider removes doubles by
    provider_ref = fields.CharField(128)
    reason = fields.CharField(64)
    campaign_id = fields.UUIDField(null=True)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "notify_deliveries"


class NotifyAttempt(Model):
    """One try of one delivery, written when it ended or was found lost. Only ever added."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    delivery: fields.ForeignKeyRelation[NotifyDelivery] = fields.ForeignKeyField(
        "notify.NotifyDelivery", on_delete=fields.OnDelete.RESTRICT
    )
    number = fields.IntField()
    outcome = fields.CharField(16)
    reason = fields.CharField(64)
    provider_ref = fields.CharField(128)
    at = fields.DatetimeField()

    class Meta:
        table = "notify_attempts"


class NotifyInbox(Model):
    """What a resident finds under 消息. ``id`` is the message's id."""

    id = fields.UUIDField(primary_key=True)
    portal = fields.CharField(64)
    region = fields.CharField(12)
    recipient = fields.UUIDField()
    at = fields.DatetimeField()
    read_at = fields.DatetimeField(null=True)

    class Meta:
        table = "notify_inbox"


class NotifyPreference(Model):
    """A resident's choice for one category (no row = the category's default). Statutory notices have no choice."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(64)
    region = fields.CharField(12)
    resident_id = fields.UUIDField()
    category = fields.CharField(16)
    sms = fields.BooleanField()
    live = fields.BooleanField()
    wechat = fields.BooleanField(null=True)  # null: no choice was made, the default holds
    oa = fields.BooleanField(null=True)
    alipay = fields.BooleanField(null=True)
    webpush = fields.BooleanField(null=True)
    email = fields.BooleanField(null=True)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "notify_preferences"
        unique_together = (("portal", "resident_id", "category"),)


class NotifyReceipt(Model):
    """A provider's answer as it came, kept before it is applied."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    provider = fields.CharField(24)
    receipt_id = fields.CharField(128)
    client_msg_id = fields.CharField(64)
    provider_ref = fields.CharField(128, default="", db_default="")
    outcome = fields.CharField(12)
    reason = fields.CharField(64)
    payload = fields.BinaryField()  # sealed, as it came
    received_at = fields.DatetimeField()
    applied_at = fields.DatetimeField(null=True)
    note = fields.CharField(12, default="", db_default="")  # applied, late (changed nothing), foreign

    class Meta:
        table = "notify_receipts"
        unique_together = (("provider", "receipt_id"),)


class NotifyConsoleOutbox(Model):
    """Where the console channel "sends" short messages: a phone that a demo or a test can read."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(64)
    client_msg_id = fields.CharField(64, unique=True)
    channel = fields.CharField(24)
    address = fields.BinaryField()
    address_index = fields.BinaryField()
    address_index_next = fields.BinaryField(null=True)
    text = fields.BinaryField()
    at = fields.DatetimeField()

    class Meta:
        table = "notify_console_outbox"


class Campaign(Model):
    """An operator's push to a segment, released by another person."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(64)
    region = fields.CharField(12)
    title = fields.CharField(80)
    body = fields.TextField()
    category = fields.CharField(16)
    audience_rules = fields.TextField(null=True)  # JSON of the closed form (``segments``)
    template_id = fields.UUIDField(null=True)
    template_version = fields.IntField(default=0, db_default=0)
    discarded_at = fields.DatetimeField(null=True)
    refused_for_good = fields.BooleanField(default=False, db_default=False)
    audience_region = fields.CharField(12)
    audience_item = fields.CharField(64)
    audience_label = fields.CharField(120)
    fills = fields.TextField()  # JSON: the operator's own words for placeholders
    content_hash = fields.CharField(64)
    status = fields.CharField(12)
    author_id = fields.UUIDField()
    author_no = fields.CharField(32)
    editor_id = fields.UUIDField()
    submitter_id = fields.UUIDField(null=True)
    approver_id = fields.UUIDField(null=True)
    approver_no = fields.CharField(32)
    reason = fields.CharField(300)
    people = fields.IntField()
    cursor = fields.UUIDField(null=True)
    expanded = fields.IntField()
    planned = fields.IntField()
    reached = fields.IntField()
    failed = fields.IntField()
    skipped = fields.IntField()
    all_expanded = fields.BooleanField()
    wording_id = fields.UUIDField(null=True)
    schedule_at = fields.DatetimeField(null=True)  # an instant; the zone is only for showing
    rate = fields.IntField(default=0, db_default=0)  # deliveries a second; 0 = as fast as the channels take them
    allowance = fields.FloatField(default=0, db_default=0)
    allowance_at = fields.DatetimeField(null=True)
    canary = fields.IntField(default=0, db_default=0)  # people who get it first; 0 = none
    canary_state = fields.CharField(8, default="", db_default="")
    canary_at = fields.DatetimeField(null=True)
    fail_share = fields.SmallIntField(default=0, db_default=0)  # percent of failures that pauses; 0 = never
    base_reached = fields.IntField(default=0, db_default=0)  # the counters when the failures began to be counted
    base_failed = fields.IntField(default=0, db_default=0)
    pause_reason = fields.CharField(24, default="", db_default="")
    follows = fields.UUIDField(null=True)  # the campaign whose people this one goes to
    follow_kind = fields.CharField(12, default="", db_default="")
    only_channel = fields.CharField(24, default="", db_default="")
    team = fields.CharField(64, default="", db_default="")  # whose notice it is, and whose day it counts against
    trial = fields.BooleanField(default=False, db_default=False)  # handed in for the team's test recipients only
    sms_cost = fields.IntField(default=0, db_default=0)  # thousandths of a yuan, as it was handed in
    law = fields.CharField(120, default="", db_default="")  # what a statutory one rests on
    expires_at = fields.DatetimeField(null=True)  # an emergency's end: nothing is sent after it
    exercise = fields.BooleanField(default=False, db_default=False)
    elder_title = fields.CharField(80, default="", db_default="")  # for who chose 长辈版; "" = the normal words
    elder_body = fields.TextField(default="", db_default="")
    elder_wording_id = fields.UUIDField(null=True)
    seconder_id = fields.UUIDField(null=True)  # the first of an emergency's two approvers
    seconder_no = fields.CharField(32, default="", db_default="")
    seconded_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    submitted_at = fields.DatetimeField(null=True)
    decided_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "campaigns"


class CampaignRecipient(Model):
    """One person of the audience, fixed at the moment of approval."""

    id = fields.BigIntField(primary_key=True, generated=True)  # the whole audience is one INSERT … SELECT
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "notify.Campaign", on_delete=fields.OnDelete.RESTRICT
    )
    portal = fields.CharField(64)
    region = fields.CharField(12)
    recipient = fields.UUIDField()

    class Meta:
        table = "campaign_recipients"
        unique_together = (("campaign_id", "recipient"),)


_STATES = "'pending','submitting','in_doubt','sent','unknown','delivered','read','failed','skipped'"
_STATUSES = "'draft','submitted','approved','rejected','sending','paused','done','stopped'"
_MANY = "'emergency','statutory','service','information'"
_SECONDER = (
    "{row}seconder_id IS NULL OR ({row}seconder_id <> {row}author_id AND {row}seconder_id <> {row}editor_id "
    "AND {row}seconder_id <> {row}submitter_id)"
)
_EMERGENCY = (
    "{row}category <> 'emergency' OR {row}approver_id IS NULL OR ({row}seconder_id IS NOT NULL "
    "AND {row}seconder_id <> {row}approver_id AND {row}expires_at IS NOT NULL AND {row}audience_region <> '')"
)
_OTHER_PERSON = (
    "{row}approver_id IS NULL OR ({row}approver_id <> {row}author_id AND {row}approver_id <> {row}editor_id "
    "AND {row}approver_id <> {row}submitter_id)"
)

RULES: tuple[Rule, ...] = (
    Index(
        "notify_deliveries_due",
        "notify_deliveries",
        "lane, next_at",
        where="state = 'pending' AND campaign_id IS NULL",
    ),
    Index("notify_deliveries_leased", "notify_deliveries", "lease_until", where="state = 'submitting'"),
    Index("notify_deliveries_in_doubt", "notify_deliveries", "next_at", where="state = 'in_doubt'"),
    Index("notify_deliveries_message", "notify_deliveries", "message_id"),
    Index("notify_deliveries_lease", "notify_deliveries", "lease_id", where="lease_id IS NOT NULL"),
    Index(
        "notify_deliveries_campaign",
        "notify_deliveries",
        "campaign_id, next_at",
        where="state = 'pending' AND campaign_id IS NOT NULL",
    ),
    Index("notify_deliveries_provider", "notify_deliveries", "provider, provider_ref", where="provider <> ''"),
    Index("notify_deliveries_unanswered", "notify_deliveries", "updated_at", where="state = 'sent'"),
    Index(
        "notify_deliveries_failed",
        "notify_deliveries",
        "portal, channel, state, reason, updated_at DESC, id DESC",
        where="state IN ('failed','in_doubt')",
    ),
    Index("notify_attempts_delivery", "notify_attempts", "delivery_id"),
    Index("notify_inbox_recipient", "notify_inbox", "portal, recipient, at DESC, id DESC"),
    Index("notify_inbox_unread", "notify_inbox", "portal, recipient", where="read_at IS NULL"),
    Index("notify_receipts_unapplied", "notify_receipts", "received_at", where="applied_at IS NULL"),
    Index("notify_receipts_message", "notify_receipts", "client_msg_id"),
    Index(
        "notify_receipts_reference",
        "notify_receipts",
        "provider, provider_ref",
        where="applied_at IS NULL AND client_msg_id = ''",
    ),
    Index("notify_console_outbox_address", "notify_console_outbox", "address_index, at"),
    Index(
        "notify_console_outbox_address_next",
        "notify_console_outbox",
        "address_index_next, at",
        where="address_index_next IS NOT NULL",
    ),
    Index("campaigns_portal", "campaigns", "portal, created_at DESC, id DESC"),
    Index("campaigns_running", "campaigns", "decided_at", where="status IN ('approved','sending')"),
    Index("campaigns_scheduled", "campaigns", "portal, schedule_at", where="schedule_at IS NOT NULL"),
    Index("campaigns_follows", "campaigns", "follows", where="follows IS NOT NULL"),
    Check("notify_messages_category", "notify_messages", f"{{row}}category IN ({_MANY},'code')"),
    Check("notify_messages_addressed", "notify_messages", "{row}recipient IS NOT NULL OR {row}address IS NOT NULL"),
    Check("notify_deliveries_state", "notify_deliveries", f"{{row}}state IN ({_STATES})"),
    Check("notify_preferences_category", "notify_preferences", "{row}category IN ('service','information')"),
    Check("notify_receipts_outcome", "notify_receipts", "{row}outcome IN ('delivered','failed','read')"),
    Check("campaigns_status", "campaigns", f"{{row}}status IN ({_STATUSES})"),
    Check("campaigns_canary", "campaigns", "{row}canary_state IN ('','running','passed','failed')"),
    Check("campaigns_follow", "campaigns", "{row}follow_kind IN ('','resend','correction','withdrawal')"),
    Check("campaigns_category", "campaigns", f"{{row}}category IN ({_MANY})"),
    Check("campaigns_law", "campaigns", "{row}category <> 'statutory' OR {row}approver_id IS NULL OR {row}law <> ''"),
    Check("campaigns_seconder", "campaigns", _SECONDER),
    Check("campaigns_emergency", "campaigns", _EMERGENCY),
    Check("campaigns_two_people", "campaigns", _OTHER_PERSON),
)

PERSONAL: tuple[Personal, ...] = (
    Sealed("notify_messages", "address", "ordinary", "the phone number of a sign-in code"),
    Sealed("notify_messages", "content", "sensitive", "what a notice says and its values"),
    Sealed("notify_wordings", "content", "ordinary", "what a notice to many says", bound="notify_messages.content"),
    Sealed("notify_receipts", "payload", "ordinary", "the answer of a provider, as it came"),
    Sealed("notify_console_outbox", "address", "ordinary", "the phone number of a demonstration message"),
    Indexed(
        "notify_console_outbox",
        "address_index",
        "ordinary",
        "the phone number of a demonstration message",
        of="address",
    ),
    Sealed("notify_console_outbox", "text", "ordinary", "a demonstration message"),
)
