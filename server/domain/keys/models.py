"""Data keys as they lie in the database: wrapped under a key-encryption key that the database never sees."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from config.floor.ids import new_id
from config.floor.personal import Opaque, Personal
from config.floor.schema import Check, Index, Rule


class VaultKey(Model):
    """One data key. ``name`` is the key id that every sealed value carries.

    kind ``seal``: encrypts what belongs to ``family`` (empty = every family), new values from ``active_from`` on.
    kind ``search``: makes blind indexes; ``phase`` says how far its turn has come (``server.domain.keys.service``).
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    name = fields.CharField(max_length=32, unique=True)
    kind = fields.CharField(max_length=8)
    family = fields.CharField(max_length=24)
    suite = fields.CharField(max_length=4)
    wrapped = fields.BinaryField()
    phase = fields.SmallIntField()
    created_at = fields.DatetimeField()
    active_from = fields.DatetimeField()

    class Meta:
        table = "vault_keys"


RULES: tuple[Rule, ...] = (
    Index("vault_keys_one_change", "vault_keys", "kind", unique=True, where="phase IN (1, 2)"),
    Index("vault_keys_one_search_key", "vault_keys", "kind", unique=True, where="phase = 3"),
    Check(
        "vault_keys_kind",
        "vault_keys",
        "({row}kind = 'seal' AND {row}phase = 0) OR ({row}kind = 'search' AND {row}phase BETWEEN 1 AND 4)",
    ),
    Check("vault_keys_suite", "vault_keys", "{row}suite IN ('aes','sm')"),
)

PERSONAL: tuple[Personal, ...] = (
    Opaque("vault_keys", "wrapped", "a data key, encrypted under a key that lies elsewhere"),
)
