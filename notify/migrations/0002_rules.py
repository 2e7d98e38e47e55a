"""Indexes and checks of the first schema, as they were then."""

from __future__ import annotations

from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.schema import Check, Index, making, undoing

RULES = (
    Index("notify_deliveries_due", "notify_deliveries", "lane, next_at", where="state = 'pending'"),
    Index("notify_deliveries_leased", "notify_deliveries", "lease_until", where="state = 'submitting'"),
    Index("notify_deliveries_in_doubt", "notify_deliveries", "next_at", where="state = 'in_doubt'"),
    Index("notify_deliveries_message", "notify_deliveries", "message_id"),
    Index("notify_deliveries_lease", "notify_deliveries", "lease_id", where="lease_id IS NOT NULL"),
    Index(
        "notify_deliveries_campaign",
        "notify_deliveries",
        "campaign_id",
        where="state = 'pending' AND campaign_id IS NOT NULL",
    ),
    Index("notify_attempts_delivery", "notify_attempts", "delivery_id"),
    Index("notify_inbox_recipient", "notify_inbox", "portal, recipient, at DESC, id DESC"),
    Index("notify_inbox_unread", "notify_inbox", "portal, recipient", where="read_at IS NULL"),
    Index("notify_receipts_unapplied", "notify_receipts", "received_at", where="applied_at IS NULL"),
    Index("notify_receipts_message", "notify_receipts", "client_msg_id"),
    Index("notify_console_outbox_address", "notify_console_outbox", "address_index, at"),
    Index("campaigns_portal", "campaigns", "portal, created_at DESC, id DESC"),
    Index("campaigns_running", "campaigns", "decided_at", where="status IN ('approved','sending')"),
    Check(
        "notify_messages_category", "notify_messages", "{row}category IN ('statutory','service','information','code')"
    ),
    Check("notify_messages_addressed", "notify_messages", "{row}recipient IS NOT NULL OR {row}address IS NOT NULL"),
    Check(
        "notify_deliveries_state",
        "notify_deliveries",
        "{row}state IN ('pending','submitting','sent','delivered','failed','in_doubt','skipped')",
    ),
    Check("notify_preferences_category", "notify_preferences", "{row}category IN ('service','information')"),
    Check("notify_receipts_outcome", "notify_receipts", "{row}outcome IN ('delivered','failed')"),
    Check(
        "campaigns_status",
        "campaigns",
        "{row}status IN ('draft','submitted','approved','rejected','sending','done','stopped')",
    ),
    Check("campaigns_category", "campaigns", "{row}category IN ('service','information')"),
    Check(
        "campaigns_two_people",
        "campaigns",
        "{row}approver_id IS NULL OR ({row}approver_id <> {row}author_id AND {row}approver_id <> {row}editor_id AND {row}approver_id <> {row}submitter_id)",
    ),
)


class Migration(migration.Migration):
    """Makes the rules that the ORM would drop in silence."""

    dependencies = [("notify", "0001_initial")]
    operations = [ops.RunPython(making(RULES), undoing(RULES))]
