"""Tables of offline credentials: the keys that sign them, the lists that say which are still good, and the credentials.

No personal value is in any of them: what a credential says is put together anew from the domain when it is made.
"""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from config.floor.ids import new_id
from config.floor.personal import Opaque, Personal, Sealed
from config.floor.schema import Check, Index, Rule


class SigningKey(Model):
    """A key of one portal. Its state follows from these instants: planned, listed, signing, verifying, gone."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    kid = fields.CharField(max_length=16)
    algorithm = fields.CharField(max_length=16)
    public_key = fields.BinaryField()
    private_sealed = fields.BinaryField()
    period = fields.IntField()
    made_at = fields.DatetimeField()
    sign_from = fields.DatetimeField()
    sign_until = fields.DatetimeField()
    verify_until = fields.DatetimeField()
    settled_at = fields.DatetimeField(null=True)
    removed_at = fields.DatetimeField(null=True)
    removed_why = fields.CharField(max_length=200)

    class Meta:
        table = "signing_keys"


class StatusList(Model):
    """One list of one portal and tier. New credentials take their index from the open one."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    number = fields.IntField()
    tier = fields.CharField(max_length=2)
    size = fields.IntField()
    made_at = fields.DatetimeField()
    closed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "status_lists"


class StatusEntry(Model):
    """One taken index: 0 valid, 1 revoked, 2 suspended. A decoy was never issued, so that nobody can count."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    list_id = fields.UUIDField()
    idx = fields.IntField()
    status = fields.SmallIntField()
    decoy = fields.BooleanField()
    changed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "status_entries"


class Credential(Model):
    """One credential that was issued: whose, in which form, under which index. ``device`` is a key's thumbprint."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    region = fields.CharField(max_length=12)
    resident_id = fields.UUIDField()
    acting_id = fields.UUIDField()
    tier = fields.CharField(max_length=2)
    form = fields.CharField(max_length=8)
    list_id = fields.UUIDField()
    idx = fields.IntField()
    kid = fields.CharField(max_length=16)
    issued_at = fields.DatetimeField()
    issued_by = fields.CharField(max_length=64)
    expires_at = fields.DatetimeField()
    state = fields.CharField(max_length=16)
    state_at = fields.DatetimeField(null=True)
    state_by = fields.CharField(max_length=64)
    reason = fields.CharField(max_length=32)
    device = fields.CharField(max_length=64)
    delegation_id = fields.UUIDField(null=True)

    class Meta:
        table = "credentials"


RULES: tuple[Rule, ...] = (
    Index("signing_keys_kid", "signing_keys", "kid", unique=True),
    Index("signing_keys_period", "signing_keys", "portal, period", unique=True, where="removed_at IS NULL"),
    Index("signing_keys_until", "signing_keys", "portal, verify_until"),
    Index("status_lists_number", "status_lists", "number", unique=True),
    Index("status_lists_open", "status_lists", "portal, tier", unique=True, where="closed_at IS NULL"),
    Index("status_entries_index", "status_entries", "list_id, idx", unique=True),
    Index("status_entries_set", "status_entries", "list_id, status, idx", where="status <> 0"),
    Index("status_entries_changed", "status_entries", "list_id, changed_at", where="changed_at IS NOT NULL"),
    Index("credentials_index", "credentials", "list_id, idx", unique=True),
    Index(
        "credentials_live", "credentials", "portal, resident_id, tier, form", unique=True, where="state <> 'revoked'"
    ),
    Index("credentials_resident", "credentials", "portal, resident_id, id"),
    Index("credentials_acting", "credentials", "portal, acting_id, id", where="acting_id <> resident_id"),
    Index("credentials_delegation", "credentials", "delegation_id", where="delegation_id IS NOT NULL"),
    Index("credentials_kid", "credentials", "kid, expires_at"),
    Check("status_entries_known", "status_entries", "{row}status BETWEEN 0 AND 3"),
    Check("status_entries_index_whole", "status_entries", "{row}idx >= 0"),
    Check("credentials_tier", "credentials", "{row}tier IN ('T0','T1','T2')"),
    Check("credentials_form", "credentials", "{row}form IN ('paper','phone')"),
    Check("credentials_state", "credentials", "{row}state IN ('valid','suspended','revoked')"),
    Check("credentials_span", "credentials", "{row}expires_at > {row}issued_at"),
)

PERSONAL: tuple[Personal, ...] = (
    Opaque("signing_keys", "public_key", "a public key"),
    Sealed("signing_keys", "private_sealed", "secret", "a key that signs credentials"),
)
