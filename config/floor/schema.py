"""Rules that the database itself holds, on both dialects.

Tortoise 1.1 drops ``Meta.constraints`` of new models in silence and loses partial indexes on SQLite, so each
room lists its rules beside its models as ``RULES`` and a migration makes them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class Rule(Protocol):
    """Something the schema must hold after every migrate."""

    @property
    def name(self) -> str: ...

    def create(self, dialect: str) -> list[str]:
        """The statements that make it. dialect: ``sqlite`` or ``postgres``."""
        ...

    def drop(self, dialect: str) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Index:
    """An index made by hand: unique or not, partial or not. ``columns`` is SQL text."""

    name: str
    table: str
    columns: str
    unique: bool = False
    where: str = ""

    def create(self, dialect: str) -> list[str]:
        kind = "UNIQUE INDEX" if self.unique else "INDEX"
        tail = f" WHERE {self.where}" if self.where else ""
        return [f'CREATE {kind} "{self.name}" ON "{self.table}" ({self.columns}){tail}']

    def drop(self, dialect: str) -> list[str]:
        return [f'DROP INDEX IF EXISTS "{self.name}"']


@dataclass(frozen=True, slots=True)
class Check:
    """A condition every row meets. ``{row}`` before a column name is filled per dialect.

    Example: ``Check("case_status_known", "cases", "{row}status IN ('draft','submitted')")``.
    SQLite cannot add a CHECK later, so there it is a pair of triggers.
    """

    name: str
    table: str
    condition: str

    def create(self, dialect: str) -> list[str]:
        if dialect == "postgres":
            return [f'ALTER TABLE "{self.table}" ADD CONSTRAINT "{self.name}" CHECK ({self.condition.format(row="")})']
        met = self.condition.format(row="NEW.")
        return [
            f'CREATE TRIGGER "{self.name}_{when.lower()}" BEFORE {when} ON "{self.table}" '
            f"WHEN NOT ({met}) BEGIN SELECT RAISE(ABORT, 'check {self.name}'); END"
            for when in ("INSERT", "UPDATE")
        ]

    def drop(self, dialect: str) -> list[str]:
        if dialect == "postgres":
            return [f'ALTER TABLE "{self.table}" DROP CONSTRAINT IF EXISTS "{self.name}"']
        return [f'DROP TRIGGER IF EXISTS "{self.name}_{when}"' for when in ("insert", "update")]


def making(rules: Sequence[Rule]) -> Callable[[Any, Any], Awaitable[None]]:
    """The forward step of a migration (tortoise ``RunPython``) that makes ``rules``."""

    async def make(_apps: Any, editor: Any) -> None:
        for rule in rules:
            for statement in rule.create(editor.DIALECT):
                await editor.client.execute_query(statement)

    return make


def undoing(rules: Sequence[Rule]) -> Callable[[Any, Any], Awaitable[None]]:
    """The backward step: drops them again, last first."""

    async def undo(_apps: Any, editor: Any) -> None:
        for rule in reversed(rules):
            for statement in rule.drop(editor.DIALECT):
                await editor.client.execute_query(statement)

    return undo
