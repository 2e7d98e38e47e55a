"""Teams of operators with their limits and trial; letters that are printed, and results that can be taken back."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.ids import new_id
from config.floor.schema import Index, making, undoing

RULES = (Index("notify_paper_tasks_open", "notify_paper_tasks", "portal, region", where="state = 'open'"),)
_ID: dict[str, Any] = {"primary_key": True, "default": new_id, "unique": True, "db_index": True}


def _at(**more: Any) -> Any:
    return fields.DatetimeField(auto_now=False, auto_now_add=False, **more)


def _words(length: int) -> Any:
    return fields.CharField(max_length=length, default="", db_default="")


class Migration(migration.Migration):
    """New tables, and nullable or defaulted columns."""

    dependencies = [("notify", "0008_next_search_key")]
    operations = [
        ops.CreateModel(
            name="NotifyTeam",
            fields=[
                ("id", fields.UUIDField(**_ID)),
                ("portal", fields.CharField(max_length=64)),
                ("name", fields.CharField(max_length=64)),
                ("people_a_day", fields.IntField()),
                ("cost_a_day", fields.IntField()),
                ("trial", fields.BooleanField()),
                ("asked_by", fields.UUIDField(null=True)),
                ("asked_no", fields.CharField(max_length=32)),
                ("updated_no", fields.CharField(max_length=32)),
                ("updated_at", _at()),
            ],
            options={
                "table": "notify_teams", "app": "notify", "pk_attr": "id", "unique_together": (("portal", "name"),),
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="NotifyTeamTester",
            fields=[
                ("id", fields.UUIDField(**_ID)),
                ("portal", fields.CharField(max_length=64)),
                ("team_id", fields.UUIDField()),
                ("resident_id", fields.UUIDField()),
                ("added_no", fields.CharField(max_length=32)),
                ("added_at", _at()),
            ],
            options={
                "table": "notify_team_testers", "app": "notify", "pk_attr": "id",
                "unique_together": (("team_id", "resident_id"),),
            },
            bases=["Model"],
        ),
        ops.AddField("Campaign", "team", _words(64)),
        ops.AddField("Campaign", "trial", fields.BooleanField(default=False, db_default=False)),
        ops.AddField("Campaign", "sms_cost", fields.IntField(default=0, db_default=0)),
        ops.AddField("NotifyPaperTask", "reason", _words(24)),
        ops.AddField("NotifyPaperTask", "before", _words(12)),
        ops.AddField("NotifyPaperTask", "before_kind", _words(8)),
        ops.AddField("NotifyPaperTask", "before_no", _words(32)),
        ops.AddField("NotifyPaperTask", "prints", fields.IntField(default=0, db_default=0)),
        ops.AddField("NotifyPaperTask", "printed_at", _at(null=True)),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]  # fmt: skip
