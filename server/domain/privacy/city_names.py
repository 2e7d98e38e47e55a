"""What the city's own data call the codes of one copy: places, purposes, items, and the forms of her applications."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from config.floor.refusal import Refusal
from config.floor.unit import Unit
from server.domain.catalogue.guide import Guide
from server.domain.catalogue.records import Item
from server.domain.privacy.code_words import ITEMS, CityNames
from server.domain.privacy.copying import Value

_AT_ONCE = 100
_FILES = ("case.file", "correction.file")
Tables = Mapping[str, Sequence[Mapping[str, Value]]]


class Catalogue(Protocol):
    """Items and their versions."""

    async def version(self, unit: Unit, item_code: str, version: int) -> Item: ...

    async def names(self, unit: Unit, codes: list[str]) -> dict[str, str]: ...


class HandedIn(Protocol):
    """As what files were handed in, in words, where they may be named."""

    async def papers_named(self, unit: Unit, files: Collection[UUID], language: str) -> dict[UUID, str]: ...


class City:
    """``places``: portal → its regions' names; ``purposes``: language → their labels."""

    def __init__(
        self,
        catalogue: Catalogue,
        cases: HandedIn,
        places: Callable[[str], Mapping[str, str]],
        purposes: Callable[[str], Mapping[str, str]],
    ) -> None:
        self._catalogue, self._cases, self._places, self._purposes = catalogue, cases, places, purposes

    async def names(self, unit: Unit, tables: Tables, language: str) -> CityNames:
        """One statement for the items, one for each version of a form that she filled in, and one for each hundred of
        her files that somebody has opened."""
        found = CityNames(self._places(unit.portal), self._purposes(language))
        found.items = await self._catalogue.names(unit, _items(tables))
        found.opened = _opened(tables)
        files = [UUID(one) for one, action in found.opened.items() if action == "case.file"]
        for at in range(0, len(files), _AT_ONCE):
            named = await self._cases.papers_named(unit, files[at : at + _AT_ONCE], language)
            found.papers |= {str(file): name for file, name in named.items()}
        versions = {
            (str(row["item_code"]), row["item_version"]) for row in tables.get("cases", ()) if "item_code" in row
        }
        for code, version in sorted(versions, key=str):
            with contextlib.suppress(Refusal):  # a version that is not kept any more names nothing
                guide = (await self._catalogue.version(unit, code, int(str(version)))).guide
                if guide is not None:
                    found.answers |= _words(guide, language)
                    found.items[code] = guide.word(guide.name, language)
        return found


def _opened(tables: Tables) -> dict[str, str]:
    """The files among what was seen, each with the action that opened it."""
    found: dict[str, str] = {}
    for row in tables.get("audit_entries", ()):
        action, seen = row.get("action"), row.get("fields_seen")
        if action in _FILES and isinstance(seen, list):
            found |= {str(one): str(action) for one in seen}
    return found


def _items(tables: Tables) -> list[str]:
    codes: set[str] = set()
    for rows in tables.values():
        for row in rows:
            for column in ITEMS:
                value = row.get(column)
                codes |= {str(one) for one in value} if isinstance(value, list) else {str(value)} if value else set()
    return sorted(codes)


def _words(guide: Guide, language: str) -> dict[str, str]:
    words = {option.value: option.label for asked in guide.fields() for option in asked.options}
    words |= {paper.code: paper.name for paper in guide.materials}
    words |= {asked.code: asked.label for asked in guide.fields()}
    return {code: guide.word(text, language) for code, text in words.items()}
