"""Delegations and organisations, and on whose behalf something was done, as they were then."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration, sql
from config.floor.ids import new_id
from config.floor.schema import Check, Index, making, undoing

_BOTH = "{row}principal_id IS NOT NULL AND {row}delegate_id IS NOT NULL"
RULES = (
    Index("organisations_uscc", "organisations", "portal, uscc", unique=True),
    Index("organisations_representative", "organisations", "portal, representative_id"),
    Index(
        "delegations_one_alive",
        "delegations",
        "portal, principal_id, delegate_id, kind, scope_hash",
        unique=True,
        where="state <> 'ended' AND principal_id IS NOT NULL AND delegate_id IS NOT NULL",
    ),
    Index(
        "delegations_one_proposal",
        "delegations",
        "portal, proposed_by, addressee_index, kind, scope_hash",
        unique=True,
        where="state <> 'ended' AND addressee_index IS NOT NULL",
    ),
    Index("delegations_principal", "delegations", "portal, principal_id, id"),
    Index("delegations_delegate", "delegations", "portal, delegate_id, id"),
    Index("delegations_organisation", "delegations", "organisation_id", where="organisation_id IS NOT NULL"),
    Index("delegations_until", "delegations", "portal, valid_until", where="state = 'active'"),
    Index("delegations_unanswered", "delegations", "portal, way, answer_until", where="state = 'proposed'"),
    Check(
        "delegations_kind",
        "delegations",
        "{row}kind IN ('relative','guardian','organisation','single_case','agent')",
    ),
    Check("delegations_way", "delegations", "{row}way IN ('phone','counter')"),
    Check("delegations_state", "delegations", "{row}state IN ('proposed','active','ended')"),
    Check("delegations_end", "delegations", "({row}state = 'ended') = ({row}ended_as IS NOT NULL)"),
    Check(
        "delegations_end_known",
        "delegations",
        "{row}ended_as IS NULL OR {row}ended_as IN ('withdrawn','renounced','expired','refused')",
    ),
    Check("delegations_span", "delegations", "{row}valid_until > {row}valid_from"),
    Check(
        "delegations_not_oneself",
        "delegations",
        "{row}principal_id IS NULL OR {row}delegate_id IS NULL OR {row}principal_id <> {row}delegate_id",
    ),
    Check(
        "delegations_in_force",
        "delegations",
        f"{{row}}state <> 'active' OR ({_BOTH} AND {{row}}active_at IS NOT NULL AND {{row}}delegate_loa IS NOT NULL"
        " AND {row}principal_loa IS NOT NULL)",
    ),
    Check(
        "delegations_trusted",
        "delegations",
        "({row}delegate_loa IS NULL OR {row}delegate_loa >= 4)"
        " AND ({row}principal_loa IS NULL OR {row}principal_loa >= 4 OR {row}kind = 'guardian')",
    ),
    Check(
        "delegations_organisation_named",
        "delegations",
        "({row}kind = 'organisation') = ({row}organisation_id IS NOT NULL)",
    ),
    Check("delegations_agent_named", "delegations", "({row}kind = 'agent') = ({row}agent_id IS NOT NULL)"),
    Check("delegations_ward", "delegations", "{row}ward_born IS NULL OR {row}kind = 'guardian'"),
    Check("delegations_one_case", "delegations", "{row}case_no IS NULL OR {row}kind = 'single_case'"),
    Check("delegations_by_counter", "delegations", "{row}kind NOT IN ('guardian','agent') OR {row}way = 'counter'"),
    # No chains: on the phone only a party proposes, so nobody hands on what was handed to them.
    Check(
        "delegations_own_word",
        "delegations",
        "{row}way = 'counter' OR ({row}principal_id IS NOT NULL AND {row}proposed_by = {row}principal_id)"
        " OR ({row}delegate_id IS NOT NULL AND {row}proposed_by = {row}delegate_id)",
    ),
    Check(
        "delegations_two_people",
        "delegations",
        "({row}way = 'counter') = ({row}recorded_by IS NOT NULL)"
        " AND ({row}confirmed_by IS NULL OR {row}confirmed_by <> {row}recorded_by)"
        " AND ({row}way = 'phone' OR {row}state <> 'active' OR {row}confirmed_by IS NOT NULL)",
    ),
    Check(
        "delegations_scope_given",
        "delegations",
        "({row}all_items OR {row}all_purposes OR {row}items <> '[]' OR {row}purposes <> '[]')"
        " AND (NOT {row}all_items OR {row}items = '[]') AND (NOT {row}all_purposes OR {row}purposes = '[]')",
    ),
    Check(
        "delegations_office_only",
        "delegations",
        "{row}kind <> 'organisation' OR (NOT {row}all_purposes AND {row}purposes = '[]')",
    ),
    Check("case_acting_known", "cases", "({row}on_behalf_of IS NULL) = ({row}acting_id IS NULL)"),
    Index("audit_entries_by_delegation", "audit_entries", "delegation_id, id", where="delegation_id IS NOT NULL"),
)


class Migration(migration.Migration):
    """Who may act for whom; acts name their delegation."""

    dependencies = [("domain", "0010_bindings")]
    operations = [
        ops.CreateModel(
            name="Organisation",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("region", fields.CharField(max_length=12)),
                ("uscc", fields.CharField(max_length=18)),
                ("name", fields.CharField(max_length=200)),
                ("representative_id", fields.UUIDField()),
                ("proven_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "organisations",
                "app": "domain",
                "pk_attr": "id",
                "table_description": "One legal person of one portal and the resident who was proven to be its legal representative.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Delegation",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("portal", fields.CharField(max_length=64)),
                ("region", fields.CharField(max_length=12)),
                ("kind", fields.CharField(max_length=16)),
                ("way", fields.CharField(max_length=8)),
                ("state", fields.CharField(max_length=8)),
                ("ended_as", fields.CharField(max_length=12, null=True)),
                ("principal_id", fields.UUIDField(null=True)),
                ("delegate_id", fields.UUIDField(null=True)),
                ("organisation_id", fields.UUIDField(null=True)),
                ("agent_id", fields.UUIDField(null=True)),
                ("ward_born", fields.DateField(null=True)),
                ("relation", fields.CharField(max_length=16)),
                ("all_items", fields.BooleanField()),
                ("items", fields.JSONField(encoder=sql.to_json, decoder=sql.from_json)),
                ("all_purposes", fields.BooleanField()),
                ("purposes", fields.JSONField(encoder=sql.to_json, decoder=sql.from_json)),
                ("case_no", fields.CharField(max_length=20, null=True)),
                ("scope_hash", fields.CharField(max_length=64)),
                ("valid_from", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("valid_until", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("proposed_by", fields.UUIDField()),
                ("proposed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("answer_until", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("addressee_index", fields.BinaryField(null=True)),
                ("addressee_sealed", fields.BinaryField(null=True)),
                ("principal_loa", fields.SmallIntField(null=True)),
                ("delegate_loa", fields.SmallIntField(null=True)),
                ("active_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_by", fields.UUIDField(null=True)),
                ("recorded_by", fields.UUIDField(null=True)),
                ("recorded_no", fields.CharField(max_length=32)),
                ("confirmed_by", fields.UUIDField(null=True)),
                ("confirmed_no", fields.CharField(max_length=32)),
                ("place", fields.CharField(max_length=128)),
            ],
            options={
                "table": "delegations",
                "app": "domain",
                "pk_attr": "id",
                "table_description": "One person acts for another. Levels of both are frozen when it comes into force. Lists are codes, no values.",
            },
            bases=["Model"],
        ),
        ops.AddField(model_name="Case", name="acting_id", field=fields.UUIDField(null=True)),
        ops.AddField(model_name="Case", name="organisation_id", field=fields.UUIDField(null=True)),
        ops.AddField(model_name="TimelineEntry", name="delegation_id", field=fields.UUIDField(null=True)),
        ops.AddField(model_name="TimelineEntry", name="loa", field=fields.SmallIntField(null=True)),
        ops.AddField(model_name="Visit", name="delegation_id", field=fields.UUIDField(null=True)),
        ops.AddField(model_name="AuditEntry", name="delegation_id", field=fields.UUIDField(null=True)),
        ops.RunPython(making(RULES), undoing(RULES)),
    ]
