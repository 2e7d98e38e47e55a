"""A newborn who is registered with the paper in hand: no picture is kept."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.schema import Check, Index, making, undoing

# SQLite makes the table anew for it and forgets what hangs on it: all of it is taken off before and put back after.
KEPT = (
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
NEW = (Check("newborn_requests_seen", "newborn_requests", "{row}file_id IS NOT NULL OR {row}state = 'recorded'"),)


class Migration(migration.Migration):
    """One column may be empty."""

    dependencies = [("domain", "0028_newborns")]
    operations = [
        ops.RunPython(undoing(KEPT), making(KEPT)),
        ops.AlterField(model_name="NewbornRequest", name="file_id", field=fields.UUIDField(null=True)),
        ops.RunPython(making(KEPT + NEW), undoing(KEPT + NEW)),
    ]
