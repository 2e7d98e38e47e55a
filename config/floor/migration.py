"""One step of the schema's history."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from functools import partial

from tortoise import migrations
from tortoise.migrations.operations import AddField, CreateModel, RunPython
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State

# They read only the schema they lead to; RunPython leads to none but reads the one that is there.
_ADDING = (CreateModel, AddField, RunPython)


def statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one. SQLite itself says where one is complete, so that a semicolon in a
    comment, a text or a trigger ends none (https://www.sqlite.org/c3ref/complete.html)."""
    begun = ""
    for piece in script.split(";"):
        begun += f"{piece};"
        if sqlite3.complete_statement(begun):
            if begun.strip(" \n\t;"):
                yield begun.strip()
            begun = ""
    if begun.strip(" \n\t;"):
        yield begun.strip().removesuffix(";")


async def _run(editor: BaseSchemaEditor, script: str) -> None:
    for statement in statements(script):
        await editor.client.execute_query(statement)


def _keep_whole(editor: BaseSchemaEditor | None) -> None:
    """Tortoise 1.1 cuts what it runs on SQLite at every semicolon, also within the comment that it makes of a model's
    docstring; here it is cut at the ends of statements."""
    if editor is not None and editor.DIALECT == "sqlite" and editor.atomic_migration and not editor.collect_sql:
        vars(editor)["_run_sql"] = partial(_run, editor)


class Migration(migrations.Migration):
    """A migration that copies the schema's state only before an operation that takes something away, and runs each
    statement whole.

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
        _keep_whole(schema_editor)
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

    async def unapply(
        self,
        state: State,
        *,
        dry_run: bool = False,
        schema_editor: BaseSchemaEditor | None = None,
        collect_sql: bool = False,
    ) -> State:
        """Take it back."""
        _keep_whole(schema_editor)
        return await super().unapply(state, dry_run=dry_run, schema_editor=schema_editor, collect_sql=collect_sql)
