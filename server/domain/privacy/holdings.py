"""What is held about a resident, table by table: whose a row is, and what becomes of it when her account is closed.

This is the other half of the classification beside the models (``PERSONAL``): that one says what a column holds, this
one whose it is. Copies for residents, closing and the processing record are made from it; a test holds it against the
schema, so that a table with a person in it cannot be forgotten. Every column that is not in ``hidden`` is in the copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Hidden = Literal["fingerprint", "secret", "bookkeeping", "staff", "other_person"]
"""Why a column is not in a resident's copy: the keyed fingerprint of a value that is; a secret that opens something;
our own bookkeeping, which says nothing about her; the id of an employee, whose number is shown; another person's."""
Closing = Literal["erase", "keep", "unname"]
"""erase: the row goes. keep: it stays, because the law wants it, without a name. unname: the row stays for the figures
of a day and forgets whose it was."""
BOOKKEEPING: frozenset[str] = frozenset({
    "id", "portal", "version", "template_version", "lease_id", "lease_until", "client_msg_id", "dedupe_key",
    "scope_hash", "resident_id", "resident", "recipient", "subject_index", "wording_id", "campaign_id", "message_id",
    "delivery_id", "case_id", "list_id", "export_id", "terminal_id", "visit_id", "session_id", "grant_id", "key_id",
    "provider_ref", "seq", "delegation_id", "team_id", "next_at", "step", "lane", "idx", "kid", "at_step", "left_out",
})  # fmt: skip
"""Columns that are bookkeeping wherever they stand."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A value of this table's rows that lies elsewhere, sealed there: SQL over the alias ``t``, and its place."""

    name: str
    value: str
    place: str


@dataclass(frozen=True, slots=True)
class Held:
    """One table. ``whose``: SQL, true for a row about the resident ``$1`` of the portal ``$2``. ``kept``: SQL, true for
    rows that stay although the others of this table are erased. ``copied``: False where nothing of it is in the copy,
    for the reason in ``why``."""

    table: str
    category: str
    whose: str
    closing: Closing = "erase"
    kept: str = ""
    hidden: Mapping[str, Hidden] = field(default_factory=dict)
    copied: bool = True
    why: Hidden | None = None
    beside: tuple[Beside, ...] = ()


_ME = "resident_id = $1 AND portal = $2"
_CASES = "SELECT id FROM cases WHERE resident_id = $1 AND portal = $2"
_OF_CASE = f"case_id IN ({_CASES})"
_SUBMITTED = "case_id IN (SELECT id FROM cases WHERE status <> 'draft')"
_MESSAGES = "SELECT id FROM notify_inbox WHERE recipient = $1 AND portal = $2"
_DELIVERIES = f"SELECT id FROM notify_deliveries WHERE message_id IN ({_MESSAGES})"
_CREDENTIALS = "SELECT id FROM credentials WHERE resident_id = $1 AND portal = $2"
_PHONE = "phone_index = (SELECT phone_index FROM residents WHERE id = $1 AND portal = $2)"
_STAFF: Mapping[str, Hidden] = {"staff_id": "staff"}

# Children before their parents: rows are erased in this order.
HOLDINGS: tuple[Held, ...] = (
    # identity
    Held("residents", "identity", "(id = $1 OR merged_into = $1) AND portal = $2", closing="unname", hidden={
        "phone_index": "fingerprint", "id_number_index": "fingerprint", "merged_into": "bookkeeping",
    }),
    Held("resident_bindings", "identity", _ME, hidden={"subject_index": "fingerprint"}),
    Held("resident_proofs", "identity", _ME),
    Held("provings", "identity", _ME, hidden={"token_sealed": "secret", "reference": "bookkeeping"}),
    Held("organisations", "delegations", "representative_id = $1 AND portal = $2", closing="keep", hidden={
        "representative_id": "bookkeeping",
    }),
    Held("consents", "consents", _ME, closing="keep"),
    # signing in
    Held("sessions", "sessions", "subject = $1 AND portal = $2 AND kind = 'resident'", hidden={
        "token_hash": "secret", "subject": "bookkeeping", "kind": "bookkeeping", "locked_at": "bookkeeping",
        "facts": "bookkeeping",
    }),
    Held("otps", "sessions", _PHONE, copied=False, why="secret"),
    Held("code_uses", "visits", (
        "handle IN (SELECT handle FROM code_handles WHERE subject = $1 AND portal = $2)"
    ), hidden={"handle": "bookkeeping", "used_by": "bookkeeping"}),
    Held("code_handles", "sessions", "(subject = $1 OR acting = $1) AND portal = $2", hidden={
        "handle": "secret", "subject": "bookkeeping", "acting": "bookkeeping", "delegation": "bookkeeping",
    }),
    # applications
    Held("counter_applications", "cases", _ME, closing="keep", hidden={"acting_id": "other_person"}),
    Held("case_timeline", "cases", _OF_CASE, kept=_SUBMITTED, hidden={
        "actor_id": "staff", "public": "bookkeeping", "delegation_id": "bookkeeping",
    }),
    Held("case_documents", "cases", _OF_CASE, kept=_SUBMITTED),
    Held("case_corrections", "cases", _OF_CASE, kept=_SUBMITTED),
    Held("case_reviews", "cases", _OF_CASE, kept=_SUBMITTED),
    Held("case_materials", "cases", _OF_CASE, kept=_SUBMITTED, hidden={"file_id": "bookkeeping"}),
    Held("material_files", "cases", _ME, closing="keep", hidden={"correction_id": "bookkeeping"}),
    Held("cases", "cases", _ME, kept="status <> 'draft'", hidden={
        "handler_id": "staff", "proposed_by": "staff", "acting_id": "other_person", "on_behalf_of": "bookkeeping",
        "organisation_id": "bookkeeping", "proposed_outcome": "bookkeeping", "two_person": "bookkeeping",
    }),
    # counters, codes, halls
    Held("visits", "visits", "(resident_id = $1 OR acting_id = $1) AND (portal = $2 OR holder_portal = $2)",
         closing="keep", hidden={"staff_id": "staff", "acting_id": "other_person", "delegation_id": "bookkeeping"}),
    Held("paper_consents", "visits", _ME, closing="keep", hidden={**_STAFF, "credential_id": "bookkeeping"}),
    Held("read_conflicts", "visits", f"credential_id IN ({_CREDENTIALS})", closing="keep", hidden={
        "read_id": "bookkeeping", "other_read_id": "bookkeeping", "credential_id": "bookkeeping",
        "settled_by": "staff",
    }),
    Held("credential_reads", "visits", f"credential_id IN ({_CREDENTIALS})", closing="keep", hidden={
        "line": "bookkeeping", "credential_id": "bookkeeping",
    }),
    Held("credentials", "visits", "(resident_id = $1 OR acting_id = $1) AND portal = $2", closing="keep", hidden={
        "acting_id": "other_person", "delegation_id": "bookkeeping",
    }),
    Held("hall_tickets", "visits", _ME, closing="unname"),
    # acting for others
    Held("delegations", "delegations", (
        "(principal_id = $1 OR delegate_id = $1) AND portal = $2"
    ), closing="keep", hidden={
        "principal_id": "other_person", "delegate_id": "other_person", "organisation_id": "bookkeeping",
        "agent_id": "staff", "proposed_by": "bookkeeping", "ended_by": "bookkeeping", "recorded_by": "staff",
        "confirmed_by": "staff", "addressee_index": "fingerprint",
    }),
    Held("newborn_requests", "delegations", "guardian_id = $1 AND portal = $2", closing="keep", hidden={
        "guardian_id": "bookkeeping", "certificate_index": "fingerprint", "file_id": "bookkeeping",
        "checked_by": "staff", "ward_id": "other_person",
    }),
    # notices
    Held("notify_attempts", "notices", f"delivery_id IN ({_DELIVERIES})"),
    Held("notify_receipts", "notices", (
        f"client_msg_id IN (SELECT client_msg_id FROM notify_deliveries WHERE message_id IN ({_MESSAGES}))"
    ), hidden={"receipt_id": "bookkeeping", "note": "bookkeeping"}),
    Held("notify_paper_tasks", "notices", "recipient = $1 AND portal = $2", hidden=_STAFF),
    Held("notify_deliveries", "notices", f"message_id IN ({_MESSAGES})"),
    Held("notify_ladders", "notices", "recipient = $1 AND portal = $2", hidden={"steps": "bookkeeping"}),
    Held("notify_messages", "notices", f"id IN ({_MESSAGES})", beside=(
        Beside("wording", "(SELECT w.content FROM notify_wordings w WHERE w.id = t.wording_id)",
               "notify_messages.content"),
    )),
    Held("notify_inbox", "notices", "recipient = $1 AND portal = $2"),
    Held("campaign_recipients", "notices", "recipient = $1 AND portal = $2"),
    Held("notify_list_rows", "notices", _ME, hidden={"fault": "bookkeeping", "fault_column": "bookkeeping"}),
    Held("notify_stops", "notices", _ME),
    Held("notify_caps", "notices", _ME),
    Held("notify_team_testers", "notices", _ME),
    Held("notify_preferences", "notices", _ME),
    Held("notify_quiet_hours", "notices", _ME),
    Held("notify_grant_moves", "notices", (
        "grant_id IN (SELECT id FROM notify_grants WHERE resident_id = $1 AND portal = $2)"
    ), hidden={"ref": "bookkeeping"}),
    Held("notify_grants", "notices", _ME),
    Held("notify_push_subscriptions", "notices", _ME, hidden={
        "subscription": "secret", "endpoint_index": "fingerprint",
    }),
    # her rights
    Held("personal_export_parts", "rights", (
        "export_id IN (SELECT id FROM personal_exports WHERE resident_id = $1 AND portal = $2)"
    ), copied=False, why="bookkeeping"),
    Held("personal_exports", "rights", _ME),
    Held("correction_requests", "rights", _ME, hidden={"answered_by": "staff"}),
    Held("account_closings", "rights", _ME, closing="keep"),
    Held("resident_merges", "rights", "(resident_id = $1 OR into_id = $1) AND portal = $2", closing="keep", hidden={
        "into_id": "bookkeeping", "moved": "bookkeeping",
    }),
    # the record
    Held("full_views", "record", _ME, closing="keep", hidden={
        **_STAFF, "subject": "bookkeeping", "open_until": "bookkeeping",
    }),
    Held("audit_entries", "record", (
        "resident_id IN (SELECT id FROM residents WHERE id = $1 OR merged_into = $1) AND portal = $2"
    ), closing="keep", hidden={
        "actor_id": "staff", "subject": "bookkeeping", "delegation_id": "bookkeeping",
    }),
)  # fmt: skip

NOT_ABOUT: Mapping[str, str] = {
    "budgets": "counters of tries under a keyed fingerprint, gone within two days",
    "replays": "a day's answers, sealed, under a key that only the asking phone knows",
    "notify_console_outbox": "the demonstration's own telephone; not there in production",
    "notify_reply_windows": "for two days: that somebody may be answered, under a keyed fingerprint",
    "notify_callbacks": "a provider's call as it came, sealed, until it is applied; then it lies with its delivery",
    "notify_said": "for a week: keyed digests of our short messages, so that anybody can ask whether one is ours",
    "notify_wordings": "words sent to many, which name nobody",
}
"""Tables with something of a person in them that no row of which can be found by the person, and why that is so."""


def of_table(table: str) -> Held | None:
    return next((held for held in HOLDINGS if held.table == table), None)


def hidden_in(held: Held, column: str) -> Hidden | None:
    """Why a column is not in the copy; None where it is."""
    if column in held.hidden:
        return held.hidden[column]
    return "bookkeeping" if column in BOOKKEEPING else None
