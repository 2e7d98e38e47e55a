"""Recognition agreements 互认: whose codes this portal's counters take, for what, and what they may see. Data files.

One file of ``config/recognition/`` is one agreement in one direction: counters of ``here`` take codes of ``there``.
A code is looked at with the purpose's fields that the agreement names too, and the holder is asked as at home.
Without an agreement a code of another portal is unknown. ``read`` says what is wrong with a file before it is used.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable
from datetime import date
from pathlib import Path

from pydantic import Field, ValidationError

from server.domain.purposes.eligibility import LANGUAGES, Data
from server.domain.purposes.service import Basis, Fault, FieldCode, Purpose, Purposes
from server.domain.recognition.errors import RecognitionUnusable

FOLDER = Path(__file__).parents[3] / "config" / "recognition"


class AgreedPurpose(Data):
    """One purpose of the agreement, and the most of its fields that may be seen or asked."""

    code: str
    fields: tuple[FieldCode, ...] = Field(strict=False)


class Agreement(Data):
    """Counters of ``here`` take codes of ``there`` on the days from ``valid_from`` to ``valid_until``, both in."""

    code: str
    here: str
    there: str
    valid_from: date
    valid_until: date
    basis: Basis
    purposes: tuple[AgreedPurpose, ...] = Field(strict=False)

    def fields_of(self, purpose: str) -> frozenset[str]:
        """What it lets a counter see for this purpose; nothing where it does not name it."""
        return next((frozenset(one.fields) for one in self.purposes if one.code == purpose), frozenset())

    def covers(self, here: str, purpose: str, day: date) -> bool:
        """Whether it is in force at this portal, on this legal day, for this purpose."""
        in_force = self.here == here and self.valid_from <= day <= self.valid_until
        return in_force and bool(self.fields_of(purpose))


class Recognition:
    """Every agreement, read once at start."""

    def __init__(self, agreements: Iterable[Agreement] = ()) -> None:
        self._agreements = tuple(agreements)

    @classmethod
    def load(cls, folder: Path | None, portals: Collection[str], purposes: Purposes) -> Recognition:
        """Read and check every file; ``RecognitionUnusable`` names all faults at once. No folder, no agreement."""
        found, faults = read(folder, portals, purposes) if folder is not None else ([], [])
        if faults:
            raise RecognitionUnusable("; ".join(f"{one.file}: {one.message}" for one in faults))
        return cls(found)

    def portals(self, here: str, purpose: str, day: date) -> tuple[str, ...]:
        """Whose codes this portal's counters take for this purpose today."""
        return tuple(sorted({one.there for one in self._agreements if one.covers(here, purpose, day)}))

    def in_force(self, here: str, day: date) -> tuple[Agreement, ...]:
        """Every agreement that lets this portal's counters look at something today."""
        return tuple(one for one in self._agreements if one.here == here and one.valid_from <= day <= one.valid_until)

    def agreed(self, here: str, there: str, purpose: Purpose, day: date) -> Purpose:
        """The purpose with no more than the fields that the agreement names."""
        return narrowed(purpose, self.fields(here, there, purpose.code, day))

    def fields(self, here: str, there: str, purpose: str, day: date) -> frozenset[str]:
        """What counters here may see of a code from there for this purpose, on this day."""
        agreements = [one for one in self._agreements if one.there == there and one.covers(here, purpose, day)]
        return frozenset[str]().union(*(one.fields_of(purpose) for one in agreements))


def narrowed(purpose: Purpose, allowed: Collection[str]) -> Purpose:
    """The purpose with these of its fields only."""
    fields = tuple(field for field in purpose.fields if field.code in allowed)
    return purpose.model_copy(update={"fields": fields, "next_steps": ()})


def read(folder: Path, portals: Collection[str], purposes: Purposes) -> tuple[list[Agreement], list[Fault]]:
    """The agreements of a folder and everything wrong with its files: the linter."""
    found: list[Agreement] = []
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            agreement = Agreement.model_validate(tomllib.loads(path.read_text("utf-8")))
        except tomllib.TOMLDecodeError as error:
            faults.append(Fault(path.name, f"not TOML: {error}"))
        except ValidationError as error:
            faults += [Fault(path.name, f"{'.'.join(map(str, one['loc']))}: {one['msg']}") for one in error.errors()]
        else:
            found.append(agreement)
            faults += [Fault(path.name, message) for message in _wrong(agreement, path.stem, portals, purposes)]
    return found, faults


def _wrong(agreement: Agreement, stem: str, portals: Collection[str], purposes: Purposes) -> list[str]:
    wrong: list[str] = []
    if agreement.code != stem:
        wrong.append("code: must be the file's name")
    if agreement.here == agreement.there:
        wrong.append("there: a portal needs no agreement with itself")
    wrong += [
        f"{side}: no portal is called {portal}"
        for side, portal in (("here", agreement.here), ("there", agreement.there))
        if portal not in portals
    ]
    if agreement.valid_until < agreement.valid_from:
        wrong.append("valid_until: over before it begins")
    codes = [one.code for one in agreement.purposes]
    if not codes or len(set(codes)) != len(codes):
        wrong.append("purposes: at least one, and none twice")
    for one in agreement.purposes:
        wrong += _wrong_purpose(one, purposes.get(one.code))
    return wrong + [
        f"basis.{part}: no words in {language}"
        for part, words in (("title", agreement.basis.title), ("clause", agreement.basis.clause))
        for language in LANGUAGES
        if not words.get(language, "").strip()
    ]


def _wrong_purpose(agreed: AgreedPurpose, purpose: Purpose | None) -> list[str]:
    if purpose is None:
        return [f"purposes.{agreed.code}: there is no such purpose"]
    if not agreed.fields:
        return [f"purposes.{agreed.code}: at least one field"]
    known = {field.code for field in purpose.fields}
    hidden = [] if "loa" in agreed.fields else [f"purposes.{agreed.code}: loa is always seen, so it must be agreed"]
    return hidden + [
        f"purposes.{agreed.code}: the purpose itself does not ask for {code}"
        for code in agreed.fields
        if code not in known
    ]
