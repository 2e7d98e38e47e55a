"""The catalogue's tables: what can be found, and the published versions of each guide."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from config.floor import sql
from config.floor.ids import new_id
from config.floor.schema import Check, Index, Rule


class CatalogueItem(Model):
    """One item as it is found now. ``guide`` is null where only the name is known (办事指南待完善).

    ``alias`` is the code that its local code gives; it stays valid when a written guide brings a readable one.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    region = fields.CharField(max_length=12)
    code = fields.CharField(max_length=64)
    alias = fields.CharField(max_length=64)
    local_code = fields.CharField(max_length=64)
    name = fields.CharField(max_length=200)
    name_en = fields.CharField(max_length=400)
    department = fields.CharField(max_length=200)
    theme = fields.CharField(max_length=200)
    item_type = fields.CharField(max_length=2)
    online = fields.BooleanField()
    legal_days = fields.IntField(null=True)
    legal_unit = fields.CharField(max_length=16, null=True)
    promised_days = fields.IntField(null=True)
    promised_unit = fields.CharField(max_length=16, null=True)
    guide: fields.Field[object] = fields.JSONField(null=True, encoder=sql.to_json, decoder=sql.from_json)
    version = fields.IntField()
    source = fields.CharField(max_length=16)
    content_hash = fields.CharField(max_length=64)
    search_text = fields.TextField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "catalogue_items"
        unique_together = (("portal", "code"), ("portal", "local_code"))


class ItemVersion(Model):
    """One published guide, never changed: a running case keeps the version it began with."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(max_length=64)
    region = fields.CharField(max_length=12)
    item_code = fields.CharField(max_length=64)
    version = fields.IntField()
    guide: fields.Field[object] = fields.JSONField(encoder=sql.to_json, decoder=sql.from_json)
    content_hash = fields.CharField(max_length=64)
    published_at = fields.DatetimeField()

    class Meta:
        table = "item_versions"
        unique_together = (("portal", "item_code", "version"),)


RULES: tuple[Rule, ...] = (
    Index("catalogue_items_alias", "catalogue_items", "portal, alias", unique=True),
    Index("catalogue_items_theme", "catalogue_items", "portal, region, theme"),
    Index("catalogue_items_department", "catalogue_items", "portal, department"),
    Check("catalogue_items_source", "catalogue_items", "{row}source IN ('guide','import')"),
    Check(
        "catalogue_items_guide",
        "catalogue_items",
        "({row}source = 'guide' AND {row}guide IS NOT NULL AND {row}version > 0) "
        "OR ({row}source = 'import' AND {row}guide IS NULL AND {row}version = 0)",
    ),
)
