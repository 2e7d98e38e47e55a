"""How what is held about one account becomes another account's of the same person, table by table.

The third half of the classification (``holdings.py`` says whose a row is): every table of it is here, either with the
columns that point at the person and the rules that settle what both accounts have, or with the reason why it stays. A
test holds that none is missing. The earlier account's own word stands wherever the two differ.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from config.floor import sql

_HOLE = re.compile(r"\{(gone|stays|portal|now)\}")


@dataclass(frozen=True, slots=True)
class Move:
    """One table. ``columns`` name the person; ``rows`` find the rows, one statement after the other, each by an index
    of its own (one statement for all would read a table of visits or messages whole); ``settle`` is run before, in
    order; ``unless``: rows that stay behind with the closed account, because the earlier one has their like. SQL with
    ``{gone}``, ``{stays}``, ``{portal}``, ``{now}``; ``unless`` may use the alias ``t``."""

    table: str
    columns: tuple[str, ...] = ("resident_id",)
    settle: tuple[str, ...] = ()
    unless: str = ""
    rows: tuple[str, ...] = ()

    def texts(self) -> tuple[str, ...]:
        """Its statements, in order. A row that two of them would find is changed whole, and counted, by the first."""
        changes = ", ".join(
            f"{column} = CASE WHEN {column} = {{gone}} THEN {{stays}} ELSE {column} END" for column in self.columns
        )
        spared = f" AND NOT ({self.unless})" if self.unless else ""
        found = self.rows or _named_by(*self.columns)
        return tuple(f"UPDATE {self.table} AS t SET {changes} WHERE {rows}{spared}" for rows in found)


def _named_by(*columns: str, portal: str = "portal") -> tuple[str, ...]:
    return tuple(f"{column} = {{gone}} AND {portal} = {{portal}}" for column in columns)


def _has_its_like(table: str, person: str, *columns: str) -> str:
    same = " AND ".join(f"o.{column} = t.{column}" for column in columns)
    return f"EXISTS (SELECT 1 FROM {table} o WHERE o.{person} = {{stays}} AND o.portal = t.portal AND {same})"


def _let_go(table: str) -> tuple[str, ...]:
    return (f"DELETE FROM {table} WHERE resident_id = {{gone}} AND portal = {{portal}}",)


_NOTICES = "(SELECT id FROM notify_inbox WHERE recipient = {gone} AND portal = {portal})"
MOVES: tuple[Move, ...] = (
    Move("resident_bindings"),
    Move("resident_proofs"),
    # One challenge is open at a time; this one has led here.
    Move("provings", settle=(
        "UPDATE provings SET state = 'over', decided_at = {now}, claim_sealed = NULL, token_sealed = NULL"
        " WHERE resident_id = {gone} AND portal = {portal} AND state = 'open'",
    )),
    Move("organisations", ("representative_id",)),
    # One word stands for each purpose: the earlier account's; the other one's ends today and is kept.
    Move("consents", settle=(
        "UPDATE consents SET ended_at = {now} WHERE resident_id = {gone} AND portal = {portal} AND ended_at IS NULL"
        " AND purpose IN (SELECT purpose FROM consents WHERE resident_id = {stays} AND portal = {portal}"
        " AND ended_at IS NULL)",
    )),
    Move("code_handles", ("subject", "acting")),
    Move("counter_applications", ("resident_id", "acting_id")),
    Move("material_files"),
    Move("cases", ("resident_id", "acting_id")),
    Move("visits", ("resident_id", "acting_id"), rows=(
        *_named_by("resident_id", "acting_id"), *_named_by("resident_id", "acting_id", portal="holder_portal"),
    )),
    Move("paper_consents"),
    Move("credentials", ("resident_id", "acting_id"), rows=(
        *_named_by("resident_id"), "acting_id = {gone} AND acting_id <> resident_id AND portal = {portal}",
    )),
    # One live number in a line: hers of the earlier account; the other one is called without a name.
    Move("hall_tickets", settle=(
        "UPDATE hall_tickets SET resident_id = NULL, visit_id = NULL WHERE resident_id = {gone} AND portal = {portal}"
        " AND state IN ('waiting','called','serving','skipped') AND EXISTS (SELECT 1 FROM hall_tickets o"
        " WHERE o.portal = hall_tickets.portal AND o.hall = hall_tickets.hall AND o.business = hall_tickets.business"
        " AND o.day = hall_tickets.day AND o.resident_id = {stays}"
        " AND o.state IN ('waiting','called','serving','skipped'))",
    )),
    # What was alive has ended before (levels are frozen on a delegation). Nobody acts for herself: what the two
    # accounts had with each other stays where it is.
    Move("delegations", ("principal_id", "delegate_id", "proposed_by"), rows=_named_by("principal_id", "delegate_id"),
         unless="t.principal_id IS NOT NULL AND t.delegate_id IS NOT NULL"
         " AND {stays} IN (t.principal_id, t.delegate_id)"),
    Move("newborn_requests", ("guardian_id",)),  # what was waiting has been taken back before
    # Every notice to a resident lies in the inbox, under its own id.
    Move("notify_paper_tasks", ("recipient",), rows=(f"message_id IN {_NOTICES}",)),
    Move("notify_ladders", ("recipient",), rows=(f"id IN {_NOTICES}",)),
    Move("notify_messages", ("recipient",), rows=(f"id IN {_NOTICES}",)),
    Move("notify_inbox", ("recipient",)),
    Move("campaign_recipients", ("recipient",),
         unless=_has_its_like("campaign_recipients", "recipient", "campaign_id")),
    Move("notify_list_rows", unless=_has_its_like("notify_list_rows", "resident_id", "list_id")),
    # A no to a department is kept from either account.
    Move("notify_stops", unless=_has_its_like("notify_stops", "resident_id", "department")),
    Move("notify_caps", unless=_has_its_like("notify_caps", "resident_id", "category", "period")),
    Move("notify_team_testers", unless=_has_its_like("notify_team_testers", "resident_id", "team_id")),
    # How she is reached: as the earlier account has it.
    Move("notify_preferences", settle=_let_go("notify_preferences")),
    Move("notify_quiet_hours", settle=_let_go("notify_quiet_hours")),
    Move("notify_grants", unless=_has_its_like("notify_grants", "resident_id", "channel", "template")),
    Move("notify_push_subscriptions", settle=_let_go("notify_push_subscriptions")),
    Move("personal_exports", unless="t.state = 'asked'"),
    Move("correction_requests"),
    Move("full_views"),
    # A wish to close the account that is closed now is over.
    Move("account_closings", settle=(
        "UPDATE account_closings SET undone_at = {now} WHERE resident_id = {gone} AND portal = {portal}"
        " AND undone_at IS NULL AND closed_at IS NULL",
    )),
)  # fmt: skip

STAYS: Mapping[str, str] = {
    "residents": "the account itself: closed, pointing at the earlier one, found by its phone",
    "resident_merges": "the record of this very merging",
    "sessions": "ended, but for the one in which she decided; that one goes on as the earlier account's",
    "otps": "belong to a phone, not to an account",
    "audit_entries": "sealed: a record is never changed; it is found through the pointer",
    "code_uses": "found by their handle", "case_timeline": "found by their case",
    "case_documents": "found by their case",
    "case_corrections": "found by their case", "case_reviews": "found by their case",
    "case_materials": "found by their case", "read_conflicts": "found by their credential",
    "credential_reads": "found by their credential", "notify_attempts": "found by their delivery",
    "notify_receipts": "found by their delivery", "notify_deliveries": "found by their message",
    "notify_grant_moves": "found by their grant", "personal_export_parts": "found by their export",
}  # fmt: skip
"""Tables whose rows are not touched, and why."""


async def move_all(gone: UUID, stays: UUID, portal: str, now: datetime) -> dict[str, int]:
    """Everything of the account ``gone`` is the account ``stays``'s; how many rows of which table. Inside a unit."""
    known = {"gone": gone, "stays": stays, "portal": portal, "now": now}
    moved: dict[str, int] = {}
    for one in MOVES:
        for text in one.settle:
            await _run(text, known)
        if rows := sum([await _run(text, known) for text in one.texts()]):
            moved[one.table] = rows
    return moved


async def _run(text: str, known: Mapping[str, Any]) -> int:
    statement, values = numbered(text, known)
    return await sql.execute(statement, *values)


def numbered(text: str, known: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """Numbered holes for the named ones, and their values: each once, in the order in which it is met."""
    used: list[str] = []

    def hole(met: re.Match[str]) -> str:
        if met[1] not in used:
            used.append(met[1])
        return f"${used.index(met[1]) + 1}"

    statement = _HOLE.sub(hole, text)
    return statement, [known[name] for name in used]
