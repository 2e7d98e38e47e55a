"""A database that was migrated and checked says so, and is not migrated and checked again."""

from __future__ import annotations

import pytest

from config.floor import sql
from server.adapters import migrate as migrating
from server.adapters import schema_mark
from server.adapters.database import Database
from server.adapters.migrate import SchemaWrong, migrate
from server.adapters.schema_mark import is_marked


async def test_a_migrated_database_is_marked(database: Database) -> None:
    assert await is_marked(database.url)


async def test_another_schema_is_migrated_and_checked(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await database.close()
    monkeypatch.setattr(schema_mark, "fingerprint", lambda: "of the next version")
    monkeypatch.setattr(migrating, "missing_from_schema", _one_missing)
    assert not await is_marked(database_url)
    with pytest.raises(SchemaWrong, match="an_index"):
        await migrate(database_url)
    assert not await is_marked(database_url), "what was found incomplete is not marked"
    await database.open()


async def _one_missing() -> list[str]:
    return ["an_index"]


async def test_a_marked_database_is_not_looked_at_again(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await database.close()
    monkeypatch.setattr(migrating, "missing_from_schema", _one_missing)
    await migrate(database_url)
    assert await is_marked(database_url)
    await database.open()


async def test_a_database_without_tables_is_not_marked(database: Database, database_url: str) -> None:
    await sql.execute("DROP TABLE marks")
    assert not await is_marked(database_url)
