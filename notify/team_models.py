"""What this room keeps of teams of operators: their limits, their trial, their list of test recipients."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from config.floor.ids import new_id
from config.floor.personal import Personal
from config.floor.schema import Rule


class NotifyTeam(Model):
    """A department's operators. Limits of 0 are none; ``asked_by``: who asked that its trial ends."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(64)
    name = fields.CharField(64)
    people_a_day = fields.IntField()
    cost_a_day = fields.IntField()  # thousandths of a yuan
    trial = fields.BooleanField()
    asked_by = fields.UUIDField(null=True)
    asked_no = fields.CharField(32)
    updated_no = fields.CharField(32)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "notify_teams"
        unique_together = (("portal", "name"),)


class NotifyTeamTester(Model):
    """One resident whom a team on trial may reach."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(64)
    team_id = fields.UUIDField()
    resident_id = fields.UUIDField()
    added_no = fields.CharField(32)
    added_at = fields.DatetimeField()

    class Meta:
        table = "notify_team_testers"
        unique_together = (("team_id", "resident_id"),)


RULES: tuple[Rule, ...] = ()
PERSONAL: tuple[Personal, ...] = ()
