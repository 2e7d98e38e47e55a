"""Tables of the halls, as the models were then."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.ids import new_id
from config.floor.schema import Check, Index, Rule, making, undoing

_STATES = "'waiting','called','serving','done','skipped','cancelled','closed'"
_LIVE = "state IN ('waiting','called','serving','skipped')"

RULES: tuple[Rule, ...] = (
    Index("hall_numbers_day", "hall_numbers", "portal, hall, business, day", unique=True),
    Index("hall_counters_day", "hall_counters", "portal, hall, counter, day", unique=True),
    Index("hall_days_day", "hall_days", "portal, hall, day", unique=True),
    Index("hall_tickets_number", "hall_tickets", "portal, hall, origin, day, number", unique=True),
    Index("hall_tickets_line", "hall_tickets", "portal, hall, day, business, place, id", where="state = 'waiting'"),
    Index(
        "hall_tickets_one_live",
        "hall_tickets",
        "portal, hall, business, day, resident_id",
        unique=True,
        where=f"resident_id IS NOT NULL AND {_LIVE}",
    ),
    Index(
        "hall_tickets_one_at_counter",
        "hall_tickets",
        "portal, hall, day, counter",
        unique=True,
        where="state IN ('called','serving')",
    ),
    Index("hall_tickets_of_resident", "hall_tickets", "portal, resident_id, day", where="resident_id IS NOT NULL"),
    Index("hall_tickets_of_day", "hall_tickets", "portal, hall, day, state"),
    Index("hall_tickets_unsettled", "hall_tickets", "day", where=_LIVE),
    Check("hall_tickets_state", "hall_tickets", f"{{row}}state IN ({_STATES})"),
    Check("hall_tickets_source", "hall_tickets", "{row}source IN ('app','visit','desk')"),
    Check(
        "hall_tickets_at_counter", "hall_tickets", "{row}state NOT IN ('called','serving') OR {row}counter IS NOT NULL"
    ),
    Check("hall_numbers_positive", "hall_numbers", "{row}given >= 1"),
)


class Migration(migration.Migration):
    """Numbers, counters of the day, closed days, tickets."""

    dependencies = [("domain", "0006_registered_terminals")]
    operations = [
        ops.CreateModel(
            name="HallNumber",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("hall", fields.CharField(max_length=32)),
                ("business", fields.CharField(max_length=32)),
                ("day", fields.DateField()),
                ("given", fields.IntField()),
                ("last_place", fields.BigIntField()),
            ],
            options={
                "table": "hall_numbers",
                "app": "domain",
                "pk_attr": "id",
                "table_description": "The last number given for one business on one legal day: locked while the next is taken, so none is skipped.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="HallCounter",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("region", fields.CharField(max_length=12)),
                ("hall", fields.CharField(max_length=32)),
                ("counter", fields.IntField()),
                ("day", fields.DateField()),
                ("is_open", fields.BooleanField()),
                ("staff_id", fields.UUIDField()),
                ("staff_no", fields.CharField(max_length=32)),
                ("since_green", fields.IntField()),
                ("changed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "hall_counters",
                "app": "domain",
                "pk_attr": "id",
                "table_description": "One counter on one day: open or not, who works there, and how many were called since somebody went first.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="HallDay",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("region", fields.CharField(max_length=12)),
                ("hall", fields.CharField(max_length=32)),
                ("day", fields.DateField()),
                ("closed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "hall_days",
                "app": "domain",
                "pk_attr": "id",
                "table_description": "A day that a manager closed, and may open again.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="HallTicket",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("region", fields.CharField(max_length=12)),
                ("hall", fields.CharField(max_length=32)),
                ("day", fields.DateField()),
                ("origin", fields.CharField(max_length=32)),
                ("number", fields.IntField()),
                ("label", fields.CharField(max_length=8)),
                ("business", fields.CharField(max_length=32)),
                ("place", fields.BigIntField()),
                ("state", fields.CharField(max_length=12)),
                ("source", fields.CharField(max_length=8)),
                ("green", fields.CharField(max_length=32)),
                ("resident_id", fields.UUIDField(null=True)),
                ("visit_id", fields.UUIDField(null=True)),
                ("wanted_counter", fields.IntField(null=True)),
                ("counter", fields.IntField(null=True)),
                ("calls", fields.IntField()),
                ("near_at_start", fields.BooleanField()),
                ("arrived_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("called_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("served_from", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("waited_seconds", fields.IntField(null=True)),
                ("served_seconds", fields.IntField(null=True)),
                ("staff_no", fields.CharField(max_length=32)),
                ("version", fields.IntField()),
            ],
            options={
                "table": "hall_tickets",
                "app": "domain",
                "pk_attr": "id",
                "table_description": "One place in a line. ``origin`` gave the number, ``business`` is where it waits, ``place`` orders the line.",
            },
            bases=["Model"],
        ),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
