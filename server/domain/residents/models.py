"""Residents: who they are to one portal. Personal columns are sealed; two of them have a blind index for search."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from config.floor import sql
from config.floor.ids import new_id
from config.floor.personal import Indexed, Personal, Sealed
from config.floor.schema import Check, Index, Rule


class Resident(Model):
    """One person in one portal."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    region = fields.CharField(max_length=12)
    phone_sealed = fields.BinaryField(null=True)
    phone_index = fields.BinaryField(null=True)
    phone_index_next = fields.BinaryField(null=True)
    name_sealed = fields.BinaryField(null=True)
    id_number_sealed = fields.BinaryField(null=True)
    id_number_index = fields.BinaryField(null=True)
    id_number_index_next = fields.BinaryField(null=True)
    id_kind = fields.CharField(max_length=32)
    birth_year = fields.SmallIntField(null=True)  # for rules about age bands; the day itself is sealed
    loa = fields.IntField()
    language = fields.CharField(max_length=8)
    elder = fields.BooleanField()
    created_at = fields.DatetimeField()
    verified_at = fields.DatetimeField(null=True)
    closed_at = fields.DatetimeField(null=True)
    merged_into = fields.UUIDField(null=True)  # closed, because its holder has another account: where it went

    class Meta:
        table = "residents"


class ResidentBinding(Model):
    """One foreign account (an openid, an e-mail address …) by which a resident of a portal is known."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    resident: fields.ForeignKeyRelation[Resident] = fields.ForeignKeyField(
        "domain.Resident", on_delete=fields.OnDelete.CASCADE
    )
    provider = fields.CharField(max_length=24)
    subject_sealed = fields.BinaryField()
    subject_index = fields.BinaryField()
    subject_index_next = fields.BinaryField(null=True)
    bound_at = fields.DatetimeField()

    class Meta:
        table = "resident_bindings"


class ResidentProof(Model):
    """How a level was reached: by which way, where and when. What was shown is not kept."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    resident_id = fields.UUIDField()
    level = fields.SmallIntField()
    way = fields.CharField(max_length=24)
    place = fields.CharField(max_length=128)
    proven_at = fields.DatetimeField()

    class Meta:
        table = "resident_proofs"


class ResidentMerge(Model):
    """An account and the earlier one of the same person: proven, offered, and merged if she says so. ``moved``: how
    many rows of which table. What was claimed is emptied by the decision."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    region = fields.CharField(max_length=12)
    resident_id = fields.UUIDField()
    into_id = fields.UUIDField()
    session_id = fields.UUIDField(null=True)
    level = fields.SmallIntField()
    way = fields.CharField(max_length=24)
    place = fields.CharField(max_length=128)
    claim_sealed = fields.BinaryField(null=True)
    state = fields.CharField(max_length=8)
    found_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    done_at = fields.DatetimeField(null=True)
    moved: fields.Field[dict[str, int]] = fields.JSONField(encoder=sql.to_json, decoder=sql.from_json)

    class Meta:
        table = "resident_merges"


RULES: tuple[Rule, ...] = (
    Index("residents_phone", "residents", "portal, phone_index", unique=True, where="phone_index IS NOT NULL"),
    Index(
        "residents_id_number", "residents", "portal, id_number_index", unique=True, where="id_number_index IS NOT NULL"
    ),
    Index(
        "residents_phone_next",
        "residents",
        "portal, phone_index_next",
        unique=True,
        where="phone_index_next IS NOT NULL",
    ),
    Index(
        "residents_id_number_next",
        "residents",
        "portal, id_number_index_next",
        unique=True,
        where="id_number_index_next IS NOT NULL",
    ),
    Index("residents_region", "residents", "portal, region, id"),
    Index("residents_birth_year", "residents", "portal, birth_year"),
    Index("resident_bindings_account", "resident_bindings", "portal, provider, subject_index", unique=True),
    Index(
        "resident_bindings_account_next",
        "resident_bindings",
        "portal, provider, subject_index_next",
        unique=True,
        where="subject_index_next IS NOT NULL",
    ),
    Index("resident_bindings_resident", "resident_bindings", "resident_id, provider"),
    Index("resident_proofs_of", "resident_proofs", "resident_id, proven_at"),
    Check("resident_proofs_level", "resident_proofs", "{row}level BETWEEN 3 AND 5"),
    Check("residents_loa", "residents", "{row}loa BETWEEN 2 AND 5"),
    Check("residents_proven", "residents", "({row}loa < 3) OR ({row}id_number_sealed IS NOT NULL)"),
    Index("residents_merged", "residents", "portal, merged_into", where="merged_into IS NOT NULL"),
    Index("resident_merges_of", "resident_merges", "portal, resident_id", unique=True),
    Index("resident_merges_into", "resident_merges", "portal, into_id, done_at"),
    Index("resident_merges_over", "resident_merges", "expires_at", where="state = 'offered'"),
    Check("residents_merged_closed", "residents", "{row}merged_into IS NULL OR {row}closed_at IS NOT NULL"),
    Check("resident_merges_state", "resident_merges", "{row}state IN ('offered', 'done')"),
    Check("resident_merges_two", "resident_merges", "{row}resident_id <> {row}into_id"),
    Check("resident_merges_level", "resident_merges", "{row}level BETWEEN 3 AND 5"),
    Check(
        "resident_merges_done",
        "resident_merges",
        "({row}state = 'done') = ({row}done_at IS NOT NULL)"
        " AND ({row}state = 'offered' OR ({row}claim_sealed IS NULL AND {row}level >= 4))",
    ),
)

PERSONAL: tuple[Personal, ...] = (
    Sealed("residents", "phone_sealed", "ordinary", "the phone number"),
    Indexed("residents", "phone_index", "ordinary", "the phone number", of="phone_sealed"),
    Sealed("residents", "name_sealed", "ordinary", "the name"),
    Sealed("residents", "id_number_sealed", "sensitive", "the identity number"),
    Indexed("residents", "id_number_index", "sensitive", "the identity number", of="id_number_sealed"),
    Sealed("resident_merges", "claim_sealed", "sensitive", "a name and a number that two accounts have in common"),
    Sealed("resident_bindings", "subject_sealed", "ordinary", "an account elsewhere"),
    Indexed(
        "resident_bindings",
        "subject_index",
        "ordinary",
        "an account elsewhere",
        of="subject_sealed",
        said=lambda subject, row: f"{row['provider']}:{subject}",
        needs=("provider",),
    ),
)
