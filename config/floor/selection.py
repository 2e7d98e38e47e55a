"""A set of ids as a statement: its own room wrote it, another room may count it or insert from it, unread.

So a million people never pass through the program, and still only a room knows its own tables.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from config.floor import sql

_PLACEHOLDER = re.compile(r"\$(\d+)")


@dataclass(frozen=True, slots=True)
class Selection:
    """``text`` is a SELECT of one column ``id``, without doubles, whose values are ``$1`` onwards."""

    text: str
    values: tuple[Any, ...] = ()

    def after(self, count: int) -> str:
        """The text for a statement that has ``count`` values of its own in front."""
        return _PLACEHOLDER.sub(lambda found: f"${int(found[1]) + count}", self.text)

    async def count(self) -> int:
        """How many."""
        row = await sql.row(f"SELECT count(*) AS n FROM ({self.text}) AS chosen", *self.values)
        return int(row["n"]) if row else 0

    async def first(self, most: int) -> list[UUID]:
        """Some of them, the same each time."""
        rows = await sql.rows(f"SELECT id FROM ({self.text}) AS chosen ORDER BY id LIMIT {int(most)}", *self.values)
        return [sql.uid(row["id"]) for row in rows]


def listed(ids: Sequence[UUID]) -> Selection:
    """These ids, each once."""
    if sql.is_postgres():
        return Selection("SELECT DISTINCT unnest($1::uuid[]) AS id", (list(ids),))
    return Selection("SELECT DISTINCT value AS id FROM json_each($1)", (sql.to_json([str(one) for one in ids]),))
