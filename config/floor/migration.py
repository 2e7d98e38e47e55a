"""One step of the schema's history."""

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations.operations import AddField, CreateModel, RunPython
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State

# They read only the schema they lead to; RunPython leads to none but reads the one that is there.
_ADDING = (CreateModel, AddField, RunPython)


class Migration(migrations.Migration):
    """A migration that copies the schema's state only before an operation that takes something away.

    Tortoise 1.1 copies it before each, which builds every model anew: of an empty database that was four fifths of
    the time.
    """

    async def apply(
        self,
        state: State,
        *,
        dry_run: bool = False,
        schema_editor: BaseSchemaEditor | None = None,
        collect_sql: bool = False,
    ) -> State:
        """Bring ``state`` and the database forward, in the transaction that the caller began."""
        if dry_run or collect_sql or schema_editor is None or not schema_editor.atomic_migration:
            return await super().apply(
                state, dry_run=dry_run, schema_editor=schema_editor, collect_sql=collect_sql
            )  # fmt: skip
        for operation in self.operations:
            before = state if isinstance(operation, _ADDING) else state.clone()
            operation.state_forward(self.app_label, state)
            await operation.database_forward(self.app_label, before, state, schema_editor)
        state.validate_relations_initialized()
        return state
