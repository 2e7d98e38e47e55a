"""The cast of the demonstration, read from ``config/demo/cast.toml``: who may be looked through, and by which door."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import config

FILE = Path(config.__file__).parent / "demo" / "cast.toml"
Door = Literal["phone", "counter", "console"]


@dataclass(frozen=True, slots=True)
class CastMember:
    """One invented person. Residents have a phone number, staff a staff number and perhaps a page behind their door
    where their work is."""

    id: str
    name: str
    name_en: str
    role: str
    note: str
    note_en: str
    door: Door
    signs_in: bool
    phone: str = ""
    staff_no: str = ""
    id_number: str = ""
    lands: str = ""

    def named(self, language: str) -> str:
        return self.name if language == "zh-CN" else self.name_en

    def noted(self, language: str) -> str:
        return self.note if language == "zh-CN" else self.note_en


def read_cast(path: Path = FILE) -> tuple[CastMember, ...]:
    """Everybody whom the tour shows, residents first."""
    text = tomllib.loads(path.read_text("utf-8"))
    residents = [_resident(row) for row in text["residents"] if row["in_tour"]]
    return (*residents, *(_staff(row) for row in text["staff"] if row["in_tour"]))


def member(cast_id: str) -> CastMember | None:
    return next((one for one in CAST if one.id == cast_id), None)


def _resident(row: dict[str, Any]) -> CastMember:
    role = "agent" if row["key"] == "agent" else "resident"
    return CastMember(
        id=row["key"], name=row["name"], name_en=row["name_en"], role=role, note=row["note"]["zh-CN"],
        note_en=row["note"]["en"], door="phone", signs_in=row["signs_in"], phone=row["phone"],
        id_number=row["id_number"],
    )  # fmt: skip


def _staff(row: dict[str, Any]) -> CastMember:
    return CastMember(
        id=row["key"], name=row["name"], name_en=row["name_en"], role=row["roles"][0], note=row["note"]["zh-CN"],
        note_en=row["note"]["en"], door="counter" if row["door"] == "/counter" else "console", signs_in=True,
        staff_no=row["staff_no"], lands=row.get("lands", ""),
    )  # fmt: skip


CAST = read_cast()
