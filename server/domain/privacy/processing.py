"""The record of processing activities and the impact assessment (PIPL articles 55 and 56), made from what is declared.

Tables and columns come from the schema and the classification, times from the rules of retention, purposes, bases and
risks from ``config/processing.toml``. A category without its half in either place is refused at the start, so that the
record cannot fall behind.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from config.floor.personal import Indexed, Personal, Sealed
from server.domain.privacy.copying import Copier
from server.domain.privacy.holdings import HOLDINGS, Held
from server.domain.privacy.reading_page import CATEGORIES
from server.domain.privacy.retention import Kept, RetentionRules, Rule

FILE = Path(__file__).parents[3] / "config" / "processing.toml"
LANGUAGES = ("zh-CN", "en")
Guard = Literal["sealed", "indexed", "plain"]
Words = dict[str, str]


class ProcessingUnusable(Exception):
    """The file is wrong or has fallen behind; the message names every fault."""


class Activity(BaseModel):
    """One category as a city describes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sensitive: bool
    risk: Literal["low", "medium", "high"]
    purpose: Words
    basis: Words
    origin: Words
    recipients: Words
    necessity: Words
    danger: Words
    measures: Words
    kept: Words | None = None

    def words(self) -> Sequence[Words]:
        told = [self.purpose, self.basis, self.origin, self.recipients, self.necessity, self.danger, self.measures]
        return told if self.kept is None else [*told, self.kept]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    categories: dict[str, Activity]


@dataclass(frozen=True, slots=True)
class Column:
    """One column and how it is kept."""

    table: str
    column: str
    guard: Guard
    sensitive: bool


@dataclass(frozen=True, slots=True)
class Processed:
    """One category with all that the record says about it."""

    category: str
    activity: Activity
    tables: tuple[Held, ...]
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...]
    kept: tuple[Kept, ...]


class Processing:
    """The whole record."""

    def __init__(self, activities: dict[str, Activity], parts: Sequence[Processed]) -> None:
        self.activities, self.parts = activities, tuple(parts)

    @classmethod
    def load(
        cls, copier: Copier, personal: Sequence[Personal], retention: RetentionRules, file: Path = FILE
    ) -> Processing:
        """Read the city's half and join it to ours; ``ProcessingUnusable`` where one lacks the other."""
        try:
            read = _File.model_validate(tomllib.loads(file.read_text("utf-8"))).categories
        except (ValidationError, tomllib.TOMLDecodeError) as error:
            raise ProcessingUnusable(f"{file.name}: {error}") from error
        if wrong := faults(read):
            raise ProcessingUnusable("; ".join(f"{file.name}: {one}" for one in wrong))
        guards = {(one.table, one.column): one for one in personal if isinstance(one, Sealed | Indexed)}
        parts = []
        for category in CATEGORIES:
            tables = tuple(held for held in HOLDINGS if held.category == category)
            columns = [_column(guards, held, name) for held in tables for name in copier.schema_columns(held)]
            parts.append(
                Processed(
                    category, read[category], tables, tuple(columns),
                    tuple(rule for rule in retention.rules if rule.category == category),
                    tuple(kept for kept in retention.kept if kept.category == category),
                )
            )  # fmt: skip
        return cls(read, parts)


def faults(read: dict[str, Activity]) -> list[str]:
    """Categories that only one side knows, a kept one without its reason, words missing in a language."""
    found = [f"{name} is held but not described" for name in CATEGORIES if name not in read]
    found += [f"{name} is described but nothing of it is held" for name in read if name not in CATEGORIES]
    for name, activity in read.items():
        stays = any(held.closing == "keep" or held.kept for held in HOLDINGS if held.category == name)
        if stays != (activity.kept is not None):
            found.append(f"{name}: kept says why something stays after closing, exactly where something does")
        if any(set(words) != set(LANGUAGES) or not all(words.values()) for words in activity.words()):
            found.append(f"{name}: words are missing in one language")
    return found


def _column(guards: dict[tuple[str, str], Sealed | Indexed], held: Held, name: str) -> Column:
    found = guards.get((held.table, name))
    if found is None:
        return Column(held.table, name, "plain", False)
    return Column(held.table, name, "sealed" if isinstance(found, Sealed) else "indexed", found.level == "sensitive")
