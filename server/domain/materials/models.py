"""The table of uploaded files. The content lies sealed in the file store under the row's id."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from config.floor.ids import new_id
from config.floor.personal import Personal, Sealed
from config.floor.schema import Check, Index, Rule


class MaterialFile(Model):
    """One upload: uploading → pending → stored with a case or with a request for correction, or dropped, until its
    content is gone too. ``case_id``: the case, or a newborn's request, that it was given to."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    portal = fields.CharField(64)
    region = fields.CharField(12)
    resident_id = fields.UUIDField()
    case_id = fields.UUIDField(null=True)
    correction_id = fields.UUIDField(null=True)
    state = fields.CharField(16)
    name = fields.BinaryField()
    media_type = fields.CharField(40)
    size = fields.IntField()
    width = fields.IntField(null=True)
    height = fields.IntField(null=True)
    created_at = fields.DatetimeField()
    stored_at = fields.DatetimeField(null=True)

    class Meta:
        table = "material_files"


_WAITING = "state IN ('uploading','pending','dropped')"
RULES: tuple[Rule, ...] = (
    Index("material_files_waiting", "material_files", "portal, resident_id, created_at", where=_WAITING),
    Index("material_files_of", "material_files", "portal, resident_id, id"),
    Index("material_files_sweep", "material_files", "created_at", where=_WAITING),
    Index("material_files_of_case", "material_files", "case_id", where="case_id IS NOT NULL"),
    Check("material_file_state", "material_files", "{row}state IN ('uploading','pending','stored','dropped')"),
    Index("material_files_of_correction", "material_files", "correction_id", where="correction_id IS NOT NULL"),
    Check(
        "material_file_stored_somewhere",
        "material_files",
        "({row}state = 'stored') = ({row}case_id IS NOT NULL OR {row}correction_id IS NOT NULL)",
    ),
    Check("material_file_one_place", "material_files", "{row}case_id IS NULL OR {row}correction_id IS NULL"),
    Check("material_file_size", "material_files", "{row}size > 0"),
)

PERSONAL: tuple[Personal, ...] = (Sealed("material_files", "name", "ordinary", "the name of an uploaded file"),)
