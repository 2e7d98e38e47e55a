"""Purposes for which personal data is used, in words that a resident reads and answers. Data of ``config/consents/``.

One file is one purpose. Its texts are kept version by version, so that what somebody agreed to can always be shown.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

LANGUAGES = ("zh-CN", "en")
FOLDER = Path(__file__).parents[3] / "config" / "consents"
Kind = Literal["notice", "law", "consent", "refusable"]
"""notice: read and acknowledged, again with each version (PIPL article 17). law: needs no consent, so there is no
switch, and it says so (article 13). consent: only after a yes, which can be withdrawn (articles 13 to 15, 29).
refusable: may be said no to at any time (article 24)."""
_CODE = re.compile(r"[a-z][a-z0-9_]{1,31}", re.ASCII)
_ANSWERED: frozenset[Kind] = frozenset({"notice", "consent", "refusable"})
_REFUSED: frozenset[Kind] = frozenset({"consent", "refusable"})
Words = dict[str, str]


class ConsentsUnusable(Exception):
    """A file of texts is wrong; the message names every fault."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Basis(_Data):
    """The law that settles it. ``sample``: a city's own rule, invented for the demonstration."""

    title: Words
    clause: Words
    sample: bool


class Version(_Data):
    """One wording, and the day from which it stands."""

    number: int = Field(ge=1)
    since: date
    text: Words


class ConsentText(_Data):
    """One purpose. ``stops``: what ends with a no; given exactly where a no is possible. ``in_place``: asked for at the
    moment it is needed and never ahead of it."""

    code: str
    order: int
    kind: Kind
    title: Words
    basis: Basis
    versions: tuple[Version, ...] = Field(min_length=1)
    stops: Words | None = None
    in_place: bool = False

    @property
    def current(self) -> Version:
        return self.versions[-1]

    @property
    def is_answered(self) -> bool:
        """Whether a resident says anything to it at all."""
        return self.kind in _ANSWERED

    @property
    def can_be_refused(self) -> bool:
        return self.kind in _REFUSED


class ConsentTexts:
    """All purposes, in the order in which they are read."""

    def __init__(self, texts: Iterable[ConsentText]) -> None:
        self._all = tuple(sorted(texts, key=lambda text: text.order))

    @classmethod
    def load(cls, folder: Path = FOLDER) -> ConsentTexts:
        """Read and check every file; ``ConsentsUnusable`` names what is wrong."""
        found, wrong = [], []
        for path in sorted(folder.glob("*.toml")):
            try:
                text = ConsentText.model_validate(tomllib.loads(path.read_text("utf-8")))
            except (ValidationError, tomllib.TOMLDecodeError) as error:
                wrong.append(f"{path.name}: {error}")
                continue
            found.append(text)
            wrong += [f"{path.name}: {fault}" for fault in faults(text, path.stem)]
        if wrong:
            raise ConsentsUnusable("; ".join(wrong))
        return cls(found)

    def __iter__(self) -> Iterator[ConsentText]:
        return iter(self._all)

    def get(self, code: str) -> ConsentText | None:
        return self._by_code.get(code)

    @cached_property
    def _by_code(self) -> dict[str, ConsentText]:
        return {text.code: text for text in self._all}


def faults(text: ConsentText, stem: str) -> list[str]:
    """What is wrong with a file beyond its shape."""
    found = []
    if text.code != stem or not _CODE.fullmatch(text.code):
        found.append(f"code {text.code!r} is not its file's name")
    if [version.number for version in text.versions] != list(range(1, len(text.versions) + 1)):
        found.append("versions are not numbered 1, 2, …")
    if sorted(version.since for version in text.versions) != [version.since for version in text.versions]:
        found.append("a version stands from an earlier day than the one before it")
    if text.in_place and text.kind != "consent":
        found.append("in_place belongs to a consent of its own")
    if (text.stops is not None) != text.can_be_refused:
        found.append("stops belongs to a purpose that can be said no to, and only there")
    spoken = [text.title, text.basis.title, text.basis.clause, *(version.text for version in text.versions)]
    spoken += [text.stops] if text.stops is not None else []
    if any(set(words) != set(LANGUAGES) or not all(one.strip() for one in words.values()) for words in spoken):
        found.append("words are missing in one language")
    return found


def said(words: Words, language: str) -> str:
    """In the reader's language."""
    return words.get(language) or words[LANGUAGES[0]]
