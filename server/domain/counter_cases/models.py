"""The table of what counters prepared in a resident's name. Ids only: what was filled in lies with the case."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from config.floor.ids import new_id
from config.floor.schema import Check, Index, Rule


class CounterApplication(Model):
    """One application made at a counter: a draft until she confirms it, or submitted with her card in hand."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    region = fields.CharField(max_length=12)
    at = fields.DatetimeField()
    visit_id = fields.UUIDField()
    case_no = fields.CharField(max_length=20)
    item_name = fields.CharField(max_length=300)
    resident_id = fields.UUIDField()
    terminal_id = fields.UUIDField()
    hall = fields.CharField(max_length=64)
    counter = fields.CharField(max_length=64)
    staff_no = fields.CharField(max_length=32)
    way = fields.CharField(max_length=16)
    state = fields.CharField(max_length=16)
    until = fields.DatetimeField()
    answered_at = fields.DatetimeField(null=True)
    acting_id = fields.UUIDField(null=True)  # who showed the code, for somebody else
    delegation_id = fields.UUIDField(null=True)

    class Meta:
        table = "counter_applications"


RULES: tuple[Rule, ...] = (
    Index("counter_applications_resident", "counter_applications", "portal, resident_id, id"),
    Index("counter_applications_waiting", "counter_applications", "portal, until", where="state = 'pending'"),
    Index(
        "counter_applications_acting", "counter_applications", "portal, acting_id, id", where="acting_id IS NOT NULL"
    ),
    Check("counter_applications_way", "counter_applications", "{row}way IN ('phone','paper')"),
    Check(
        "counter_applications_state",
        "counter_applications",
        "{row}state IN ('pending','confirmed','refused','expired')",
    ),
)
