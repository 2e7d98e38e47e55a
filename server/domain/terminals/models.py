"""Tables of the terminals room: devices that may look at codes, and the numbers they have used once."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from config.floor import sql
from config.floor.ids import new_id
from config.floor.personal import Opaque, Personal
from config.floor.schema import Check, Index, Rule


class Terminal(Model):
    """A device at a counter. Invited (no key) → enrolled (its public key is known) → withdrawn.

    ``public_key`` is the uncompressed point of SEC 1 §2.3.3, 65 bytes. A limit that is null is the city's own.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    region = fields.CharField(max_length=12)
    hall = fields.CharField(max_length=64)
    counter = fields.CharField(max_length=64)
    purposes: list[str] = fields.JSONField(encoder=sql.to_json, decoder=sql.from_json)
    created_at = fields.DatetimeField()
    withdrawn_at = fields.DatetimeField(null=True)
    name = fields.CharField(max_length=64, default="", db_default="")
    scans_per_minute = fields.IntField(null=True)
    failures = fields.IntField(null=True)
    lock_seconds = fields.IntField(null=True)
    invited_by = fields.UUIDField(null=True)
    invitation_hash = fields.BinaryField(null=True)
    invitation_until = fields.DatetimeField(null=True)
    public_key = fields.BinaryField(null=True)
    enrolled_at = fields.DatetimeField(null=True)
    seen_at = fields.DatetimeField(null=True)

    class Meta:
        table = "terminals"


class TerminalNonce(Model):
    """A number that a signed request carried; a second request with it is refused while its time is acceptable."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    terminal_id = fields.UUIDField()
    nonce = fields.CharField(max_length=64)
    at = fields.DatetimeField()

    class Meta:
        table = "terminal_nonces"


RULES: tuple[Rule, ...] = (
    Index("terminals_of_portal", "terminals", "portal, id"),
    Index("terminals_invitation", "terminals", "invitation_hash", unique=True, where="invitation_hash IS NOT NULL"),
    Check("terminals_enrolled_with_key", "terminals", "({row}public_key IS NULL) = ({row}enrolled_at IS NULL)"),
    Index("terminal_nonces_once", "terminal_nonces", "terminal_id, nonce", unique=True),
    Index("terminal_nonces_age", "terminal_nonces", "at"),
)

PERSONAL: tuple[Personal, ...] = (
    Opaque("terminals", "invitation_hash", "the keyed hash of a random code"),
    Opaque("terminals", "public_key", "the public key of a device"),
)
