"""Purposes: what a counter may say it looks for, and the least it needs to see. Data of ``config/purposes/``.

One file is one purpose. Adding one needs no code; ``faults`` says what is wrong with a file before it is used.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from server.domain.purposes.eligibility import LANGUAGES, Data, Eligibility, Words
from server.domain.purposes.errors import PurposesUnusable

FieldCode = Literal[
    "name_masked", "loa", "id_number_masked", "phone_masked", "gender", "age_band", "senior", "eligible", "region",
    "open_cases", "name", "id_number", "phone", "birth_date", "portrait", "licences",
]  # fmt: skip
# Fetched from their source each time, never kept here and never part of an answer in text.
PICTURES: frozenset[str] = frozenset({"portrait", "licences"})
# Full values: seen only after the resident has said yes, or with her card in the clerk's hand where the purpose says
# so, whatever the basis (the least intrusive way, PIPL article 6).
FULL_VALUES: frozenset[str] = frozenset({"name", "id_number", "phone", "birth_date"}) | PICTURES
FOLDER = Path(__file__).parents[3] / "config" / "purposes"
_CODE = re.compile(r"[a-z][a-z0-9_]{1,31}", re.ASCII)


class Basis(Data):
    """Why the law lets this be asked. ``sample`` = invented for the demonstration, to be replaced by a city."""

    title: Words
    clause: Words
    sample: bool


class PurposeField(Data):
    """One thing the counter sees, with the reason that the resident reads as well.

    ``card``: her identity card in the clerk's hand opens it too, without a question on the phone.
    """

    code: FieldCode
    reason: Words
    needs_consent: bool
    card: bool = False


class Purpose(Data):
    """One purpose: its words, its basis, its least fields, and the scenes that a code may have been shown for."""

    code: str
    order: int
    label: Words
    basis: Basis
    scenes: tuple[str, ...] = Field(strict=False)
    fields: tuple[PurposeField, ...] = Field(strict=False)
    next_steps: tuple[str, ...] = Field(default=(), strict=False)
    eligible: Eligibility | None = None

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """Codes of the fields that are shown at once."""
        return tuple(field.code for field in self.fields if not field.needs_consent)

    @cached_property
    def asked(self) -> tuple[str, ...]:
        """Codes of the fields that the resident is asked for."""
        return tuple(field.code for field in self.fields if field.needs_consent)

    @cached_property
    def by_card(self) -> tuple[str, ...]:
        """Codes of the asked fields that the card in hand opens too."""
        return tuple(field.code for field in self.fields if field.card)

    def reason(self, field: str, language: str) -> str:
        """Why this purpose shows that field, or empty where it does not."""
        found = self._reasons.get(field)
        return said(found, language) if found else ""

    @cached_property
    def _reasons(self) -> dict[str, Words]:
        return {one.code: one.reason for one in self.fields}

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Purpose:
        """A copy works its own codes out anew: pydantic would hand on those of the original, which may show more."""
        made = super().model_copy(update=update, deep=deep)
        for name in ("shown", "asked", "by_card", "_reasons"):
            vars(made).pop(name, None)
        return made


def said(words: Mapping[str, str], language: str) -> str:
    """The text in this language, or in Chinese."""
    return words.get(language) or words["zh-CN"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in one file, in words for the person who edits it."""

    file: str
    message: str


class Purposes:
    """Every purpose, read once at start."""

    def __init__(self, purposes: Iterable[Purpose]) -> None:
        self._purposes = {one.code: one for one in sorted(purposes, key=lambda one: (one.order, one.code))}

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Purposes:
        """Read and check every file; ``PurposesUnusable`` names all faults at once."""
        found, faults = read(folder)
        if faults:
            raise PurposesUnusable("; ".join(f"{one.file}: {one.message}" for one in faults))
        return cls(found)

    def get(self, code: str) -> Purpose | None:
        return self._purposes.get(code)

    def all(self) -> tuple[Purpose, ...]:
        """In the order that counters show them."""
        return tuple(self._purposes.values())

    def codes(self) -> frozenset[str]:
        """The codes of all of them."""
        return frozenset(self._purposes)

    def among(self, codes: Iterable[str]) -> tuple[Purpose, ...]:
        """Those of these codes that exist, in order."""
        wanted = set(codes)
        return tuple(one for one in self.all() if one.code in wanted)


def read(folder: Path) -> tuple[list[Purpose], list[Fault]]:
    """The purposes of a folder and everything wrong with its files: the linter."""
    found: list[Purpose] = []
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            purpose = Purpose.model_validate(tomllib.loads(path.read_text("utf-8")))
        except tomllib.TOMLDecodeError as error:
            faults.append(Fault(path.name, f"not TOML: {error}"))
        except ValidationError as error:
            faults += [Fault(path.name, f"{'.'.join(map(str, one['loc']))}: {one['msg']}") for one in error.errors()]
        else:
            found.append(purpose)
            faults += [Fault(path.name, message) for message in _wrong(purpose, path.stem)]
    if not found and not faults:
        faults.append(Fault(str(folder), "no purpose at all"))
    return found, faults


def _wrong(purpose: Purpose, stem: str) -> list[str]:
    wrong: list[str] = []
    if purpose.code != stem or _CODE.fullmatch(purpose.code) is None:
        wrong.append("code: must be the file's name, in small letters")
    if not purpose.scenes or any(re.fullmatch(r"[0-9]{2}", scene, re.ASCII) is None for scene in purpose.scenes):
        wrong.append("scenes: two digits each, at least one")
    codes = [field.code for field in purpose.fields]
    if not codes or len(set(codes)) != len(codes):
        wrong.append("fields: at least one, and none twice")
    wrong += [
        f"fields.{field.code}: a full value is only seen with consent"
        for field in purpose.fields
        if field.code in FULL_VALUES and not field.needs_consent
    ]
    wrong += [
        f"fields.{field.code}: the card only opens what would need consent"
        for field in purpose.fields
        if field.card and not field.needs_consent
    ]
    if ("eligible" in codes) != (purpose.eligible is not None):
        wrong.append("eligible: the field and the rule belong together")
    if purpose.eligible is not None:
        wrong += purpose.eligible.faults()
    return wrong + _unworded(purpose)


def _unworded(purpose: Purpose) -> list[str]:
    worded: dict[str, Mapping[str, Any]] = {"label": purpose.label, "basis.title": purpose.basis.title}
    worded["basis.clause"] = purpose.basis.clause
    worded |= {f"fields.{field.code}.reason": field.reason for field in purpose.fields}
    if purpose.eligible is not None:
        worded["eligible.otherwise"] = purpose.eligible.otherwise
        worded |= {f"eligible.any.{at}.reason": one.reason for at, one in enumerate(purpose.eligible.any)}
    missing = [
        f"{where}: no words in {language}"
        for where, words in worded.items()
        for language in LANGUAGES
        if not words.get(language, "").strip()
    ]
    return missing + [f"{where}: unknown language" for where, words in worded.items() if set(words) - set(LANGUAGES)]
