"""One year's official days off and make-up working days, read from ``config/calendars/<year>.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

CALENDARS = Path(__file__).resolve().parents[3] / "config" / "calendars"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Off(_Strict):
    """A holiday with the days off around it."""

    name: str = Field(pattern=r"^[a-z_]+$")
    first: date
    last: date

    @model_validator(mode="after")
    def _in_order(self) -> Off:
        if self.last < self.first:
            raise ValueError(f"{self.name}: last is before first")
        return self


class MakeUp(_Strict):
    """A weekend day that is worked for the sake of a holiday."""

    name: str = Field(pattern=r"^[a-z_]+$")
    day: date


class YearTable(_Strict):
    """A year as the State Council's notice sets it."""

    year: int = Field(ge=2000, le=2100)
    notice: str = Field(min_length=1)
    number: str
    announced: date
    off: tuple[Off, ...] = Field(min_length=1, strict=False)
    makeup: tuple[MakeUp, ...] = Field((), strict=False)

    @model_validator(mode="after")
    def _consistent(self) -> YearTable:
        free = set(self.days_off())
        for extra in self.makeup:
            if extra.day.weekday() < 5:
                raise ValueError(f"{extra.day} is no weekend day, so it cannot be a make-up day")
            if extra.day in free:
                raise ValueError(f"{extra.day} is both off and worked")
        return self

    def days_off(self) -> Mapping[date, str]:
        """Every day off with the name of its holiday."""
        return {
            span.first + timedelta(days=step): span.name
            for span in self.off
            for step in range((span.last - span.first).days + 1)
        }


@dataclass(frozen=True, slots=True)
class Tables:
    """All years together."""

    years: frozenset[int]
    off: Mapping[date, str]
    makeup: Mapping[date, str]


def read_tables(folder: Path = CALENDARS) -> Tables:
    """Read every year's file; a wrong one is an error at the start, never a guess later."""
    tables = [
        YearTable.model_validate(tomllib.loads(path.read_text("utf-8"))) for path in sorted(folder.glob("*.toml"))
    ]
    if len({table.year for table in tables}) != len(tables):
        raise ValueError("two calendar files are for the same year")
    return Tables(
        years=frozenset(table.year for table in tables),
        off={day: name for table in tables for day, name in table.days_off().items()},
        makeup={extra.day: extra.name for table in tables for extra in table.makeup},
    )
