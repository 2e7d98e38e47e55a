"""The schema's history runs each statement whole, whatever stands in a model's docstring."""

from __future__ import annotations

import sqlite3
from typing import Any, cast

import pytest
from tortoise import fields
from tortoise.backends.base.client import BaseDBAsyncClient, Capabilities
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor.sqlite import SqliteSchemaEditor
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.schema_generator.state_apps import StateApps

from config.floor import migration
from tests.house.repository import files

SAID = "Her cat; 'his' dog /* and */ a \"fish\"; all three"


STEPS: list[ops.Operation] = [
    ops.CreateModel(
        name="Cat",
        fields=[
            ("id", fields.IntField(primary_key=True, description=SAID)),
            ("name", fields.CharField(20, db_index=True)),
        ],
        options={"table": "cats", "app": "pets", "pk_attr": "id", "table_description": SAID},
        bases=["Model"],
    ),
    ops.AddField(model_name="Cat", name="born", field=fields.IntField(null=True, description=SAID)),
]


class Cats(migration.Migration):
    """A table whose comments are full of what ends a statement elsewhere."""

    operations = STEPS


class Client:
    """What the schema's editor asks of a connection, on a database in memory."""

    capabilities = Capabilities("sqlite", inline_comment=True, can_rollback_ddl=True)

    def __init__(self) -> None:
        self.database = sqlite3.connect(":memory:")

    async def execute_query(self, text: str, values: list[Any] | None = None) -> tuple[int, list[Any]]:
        return 0, self.database.execute(text, values or []).fetchall()


async def test_a_semicolon_in_a_docstring_ends_no_statement() -> None:
    client = Client()
    made = State(models={}, apps=StateApps())
    editor = SqliteSchemaEditor(cast(BaseDBAsyncClient, client), atomic=True)
    await Cats("0001_cats", "pets").apply(made, schema_editor=editor)
    told = client.database.execute("SELECT name FROM pragma_table_info('cats')").fetchall()
    assert [name for (name,) in told] == ["id", "name", "born"]
    index = client.database.execute("SELECT count(*) FROM sqlite_master WHERE type = 'index'").fetchone()
    assert index == (1,)
    await Cats("0001_cats", "pets").unapply(State(models={}, apps=StateApps()), schema_editor=editor)
    assert client.database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'cats'").fetchone() == (0,)
    client.database.close()


@pytest.mark.parametrize(
    ("script", "whole"),
    [
        ("A; B;", ["A;", "B;"]),
        ("A /* x; y */; -- z; \nB", ["A /* x; y */;", "-- z; \nB;"]),
        ("INSERT INTO a VALUES ('x;y'); ;\n;", ["INSERT INTO a VALUES ('x;y');"]),
        (
            "CREATE TRIGGER t BEFORE INSERT ON a BEGIN SELECT 1; SELECT 2; END; B",
            ["CREATE TRIGGER t BEFORE INSERT ON a BEGIN SELECT 1; SELECT 2; END;", "B;"],
        ),
        ("A 'never closed", ["A 'never closed"]),
    ],
)
def test_a_script_is_cut_where_its_statements_end(script: str, whole: list[str]) -> None:
    assert list(migration.statements(script)) == whole


def test_every_step_of_the_history_is_one_of_ours() -> None:
    """Tortoise's own would cut them at every semicolon."""
    steps = [path for path in files(".py") if path.parent.name == "migrations" and path.name[0].isdigit()]
    assert len(steps) > 40
    assert [path.name for path in steps if "class Migration(migration.Migration)" not in path.read_text("utf-8")] == []
