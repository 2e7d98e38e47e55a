"""Tables of the delegations room: who may act for whom, how far, the organisations one may act for, and what parents
ask about newborns."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from config.floor import sql
from config.floor.ids import new_id
from config.floor.personal import Indexed, Personal, Sealed
from config.floor.schema import Check, Index, Rule


class Organisation(Model):
    """One legal person of one portal and the resident who was proven to be its legal representative."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    region = fields.CharField(max_length=12)
    uscc = fields.CharField(max_length=18)
    name = fields.CharField(max_length=200)
    representative_id = fields.UUIDField()
    proven_at = fields.DatetimeField()

    class Meta:
        table = "organisations"


class Delegation(Model):
    """One person acts for another. Levels of both are frozen when it comes into force. Lists are codes, no values."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    region = fields.CharField(max_length=12)
    kind = fields.CharField(max_length=16)
    way = fields.CharField(max_length=8)
    state = fields.CharField(max_length=8)
    ended_as = fields.CharField(max_length=12, null=True)
    principal_id = fields.UUIDField(null=True)
    delegate_id = fields.UUIDField(null=True)
    organisation_id = fields.UUIDField(null=True)
    agent_id = fields.UUIDField(null=True)
    ward_born = fields.DateField(null=True)
    relation = fields.CharField(max_length=16)
    all_items = fields.BooleanField()
    items: list[str] = fields.JSONField(encoder=sql.to_json, decoder=sql.from_json)
    all_purposes = fields.BooleanField()
    purposes: list[str] = fields.JSONField(encoder=sql.to_json, decoder=sql.from_json)
    case_no = fields.CharField(max_length=20, null=True)
    scope_hash = fields.CharField(max_length=64)
    valid_from = fields.DatetimeField()
    valid_until = fields.DatetimeField()
    proposed_by = fields.UUIDField()
    proposed_at = fields.DatetimeField()
    answer_until = fields.DatetimeField()
    addressee_index = fields.BinaryField(null=True)
    addressee_sealed = fields.BinaryField(null=True)
    principal_loa = fields.SmallIntField(null=True)
    delegate_loa = fields.SmallIntField(null=True)
    active_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    ended_by = fields.UUIDField(null=True)
    recorded_by = fields.UUIDField(null=True)
    recorded_no = fields.CharField(max_length=32)
    confirmed_by = fields.UUIDField(null=True)
    confirmed_no = fields.CharField(max_length=32)
    place = fields.CharField(max_length=128)

    class Meta:
        table = "delegations"


class NewbornRequest(Model):
    """A guardian's word about a child without a number, with the picture of the birth certificate, or with the paper
    itself at a counter. Checked by one member of staff it becomes a delegation that another one confirms; ``ward_id``:
    the child, registered then."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    region = fields.CharField(max_length=12)
    guardian_id = fields.UUIDField()
    guardian_loa = fields.SmallIntField()
    relation = fields.CharField(max_length=16)
    name_sealed = fields.BinaryField(null=True)
    born = fields.DateField()
    certificate_sealed = fields.BinaryField()
    certificate_index = fields.BinaryField()
    certificate_index_next = fields.BinaryField(null=True)
    file_id = fields.UUIDField(null=True)
    state = fields.CharField(max_length=12)
    reason = fields.CharField(max_length=16)
    asked_at = fields.DatetimeField()
    decided_at = fields.DatetimeField(null=True)
    checked_by = fields.UUIDField(null=True)
    checked_no = fields.CharField(max_length=32)
    ward_id = fields.UUIDField(null=True)
    delegation_id = fields.UUIDField(null=True)

    class Meta:
        table = "newborn_requests"


_BOTH = "{row}principal_id IS NOT NULL AND {row}delegate_id IS NOT NULL"
RULES: tuple[Rule, ...] = (
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
    Check(
        "newborn_requests_seen",
        "newborn_requests",
        "{row}file_id IS NOT NULL OR {row}state = 'recorded'",
    ),
    Check(
        "delegations_office_only",
        "delegations",
        "{row}kind <> 'organisation' OR (NOT {row}all_purposes AND {row}purposes = '[]')",
    ),
)

PERSONAL: tuple[Personal, ...] = (
    Sealed("delegations", "addressee_sealed", "ordinary", "the name under which a delegate was invited"),
    Sealed("newborn_requests", "name_sealed", "sensitive", "the name of a newborn"),
    Sealed("newborn_requests", "certificate_sealed", "sensitive", "the number of a birth certificate"),
    Indexed(
        "newborn_requests",
        "certificate_index",
        "sensitive",
        "the number of a birth certificate",
        of="certificate_sealed",
    ),
    Indexed("delegations", "addressee_index", "sensitive", "the number by which a delegate was invited", days=7),
)
