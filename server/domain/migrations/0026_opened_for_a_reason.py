"""A reason stands for a while, a name that is asked for lies by itself, and a file may be evidence; as it was then."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.schema import Check, Index, making, undoing

BEFORE = (
    Check("material_file_stored_with_case", "material_files", "({row}state = 'stored') = ({row}case_id IS NOT NULL)"),
)
RULES = (
    Index("material_files_of_correction", "material_files", "correction_id", where="correction_id IS NOT NULL"),
    Check(
        "material_file_stored_somewhere",
        "material_files",
        "({row}state = 'stored') = ({row}case_id IS NOT NULL OR {row}correction_id IS NOT NULL)",
    ),
    Check("material_file_one_place", "material_files", "{row}case_id IS NULL OR {row}correction_id IS NULL"),
)


async def make(apps: Any, editor: Any) -> None:
    await undoing(BEFORE)(apps, editor)
    await making(RULES)(apps, editor)


async def undo(apps: Any, editor: Any) -> None:
    """Evidence has no place in the schema before: it is given to the sweep."""
    await editor.client.execute_query(
        "UPDATE material_files SET state = 'dropped', correction_id = NULL WHERE correction_id IS NOT NULL"
    )
    await undoing(RULES)(apps, editor)
    await making(BEFORE)(apps, editor)


class Migration(migration.Migration):
    """Three nullable columns; one check makes room for two."""

    dependencies = [("domain", "0025_card_and_question")]
    operations = [
        ops.AddField(model_name="FullView", name="open_until", field=fields.DatetimeField(null=True)),
        ops.AddField(model_name="CorrectionRequest", name="wanted_name_sealed", field=fields.BinaryField(null=True)),
        ops.AddField(model_name="MaterialFile", name="correction_id", field=fields.UUIDField(null=True)),
        ops.RunPython(make, undo),
    ]
