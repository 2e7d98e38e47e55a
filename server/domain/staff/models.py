"""Staff, and facts about this database as a whole."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from config.floor import sql
from config.floor.ids import new_id
from config.floor.personal import Opaque, Personal, Sealed
from config.floor.schema import Check, Index, Rule
from server.domain.staff.permissions import APART


class StaffMember(Model):
    """One employee of one portal. ``halls``: by name, those where she works; none = every hall of the portal."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    region = fields.CharField(max_length=12)
    staff_no = fields.CharField(max_length=32)
    name = fields.CharField(max_length=64)
    department = fields.CharField(max_length=128)
    roles: list[str] = fields.JSONField(encoder=sql.to_json, decoder=sql.from_json)
    password_hash = fields.CharField(max_length=256)
    created_at = fields.DatetimeField()
    halls: fields.Field[list[str] | None] = fields.JSONField(encoder=sql.to_json, decoder=sql.from_json, null=True)
    disabled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "staff"


class StaffSecondFactor(Model):
    """The authenticator of one member of staff: the seed is sealed, a step works once."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    staff: fields.ForeignKeyRelation[StaffMember] = fields.ForeignKeyField(
        "domain.StaffMember", on_delete=fields.OnDelete.CASCADE
    )
    seed_sealed = fields.BinaryField()
    created_at = fields.DatetimeField()
    confirmed_at = fields.DatetimeField(null=True)
    last_step = fields.BigIntField()
    recovery_by = fields.UUIDField(null=True)
    recovery_at = fields.DatetimeField(null=True)

    class Meta:
        table = "staff_second_factors"


class StaffPasskey(Model):
    """One passkey of one member of staff, bound to a domain. Its count of signatures only grows, or it is doubted."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    staff: fields.ForeignKeyRelation[StaffMember] = fields.ForeignKeyField(
        "domain.StaffMember", on_delete=fields.OnDelete.CASCADE
    )
    domain = fields.CharField(max_length=253)
    credential_id = fields.BinaryField()
    public_key = fields.BinaryField()
    sign_count = fields.BigIntField()
    transports = fields.CharField(max_length=128)
    name = fields.CharField(max_length=64)
    created_at = fields.DatetimeField()
    last_used_at = fields.DatetimeField(null=True)
    doubted_at = fields.DatetimeField(null=True)

    class Meta:
        table = "staff_passkeys"


class StaffChallenge(Model):
    """What one passkey was asked to sign, once and for a few minutes: to be added, or to come in (``kind``)."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    staff: fields.ForeignKeyRelation[StaffMember] = fields.ForeignKeyField(
        "domain.StaffMember", on_delete=fields.OnDelete.CASCADE
    )
    kind = fields.CharField(max_length=8)
    domain = fields.CharField(max_length=253)
    challenge = fields.BinaryField()
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "staff_challenges"


class StaffScope(Model):
    """One department or region that an employee's work reaches; ``kind`` says which. None at all = her own."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    staff: fields.ForeignKeyRelation[StaffMember] = fields.ForeignKeyField(
        "domain.StaffMember", on_delete=fields.OnDelete.CASCADE
    )
    kind = fields.CharField(max_length=16)
    value = fields.CharField(max_length=128)
    given_by = fields.UUIDField(null=True)
    given_at = fields.DatetimeField()

    class Meta:
        table = "staff_scopes"


class Mark(Model):
    """A fact about this database as a whole, such as: the demo's seed made it."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    name = fields.CharField(max_length=64, unique=True)
    value = fields.CharField(max_length=128)
    at = fields.DatetimeField()

    class Meta:
        table = "marks"


def _holds(role: str) -> str:
    return f"CASE WHEN CAST({{row}}roles AS TEXT) LIKE '%\"{role}\"%' THEN 1 ELSE 0 END"


RULES: tuple[Rule, ...] = (
    Index("staff_number", "staff", "portal, staff_no", unique=True),
    Index("staff_second_factors_staff", "staff_second_factors", "staff_id", unique=True),
    Index("staff_passkeys_credential", "staff_passkeys", "portal, credential_id", unique=True),
    Index("staff_passkeys_of", "staff_passkeys", "staff_id, created_at"),
    Check("staff_passkey_count", "staff_passkeys", "{row}sign_count >= 0 AND {row}name <> ''"),
    Index("staff_challenges_of", "staff_challenges", "staff_id"),
    Index("staff_challenges_over", "staff_challenges", "expires_at"),
    Check("staff_challenge_kind", "staff_challenges", "{row}kind IN ('add', 'enter')"),
    Index("staff_scopes_value", "staff_scopes", "staff_id, kind, value", unique=True),
    Check("staff_scope_kind", "staff_scopes", "{row}kind IN ('department','region') AND {row}value <> ''"),
    Check("staff_apart", "staff", f"({' + '.join(_holds(role) for role in APART)}) < 2"),
)

PERSONAL: tuple[Personal, ...] = (
    Sealed("staff_second_factors", "seed_sealed", "secret", "the seed of an authenticator"),
    Opaque("staff_passkeys", "credential_id", "the random id of a passkey"),
    Opaque("staff_passkeys", "public_key", "the public key of a passkey"),
    Opaque("staff_challenges", "challenge", "a random value that a passkey signs once"),
)
