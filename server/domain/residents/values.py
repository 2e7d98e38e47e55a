"""One resident's values, each opened and read when it is first asked for: a scan that shows a masked name opens
nothing but the name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cached_property

from config.floor import sql
from config.floor.vault import Vault
from server.domain.identifiers import IdNumber, age_on, mask_id_number, mask_name, mask_phone, read_id_number

_ADULT_AGE, _SENIOR_AGE = 18, 65


class Values:
    """The row of a resident, on ``today``. ``year_shift``: demo and test only, for birth years."""

    def __init__(self, vault: Vault, row: sql.Row, today: date, year_shift: int) -> None:
        self._vault = vault
        self._row = row
        self._today = today
        self._year_shift = year_shift

    def get(self, field: str) -> str | None:
        """A field by the name that purposes and forms use; None where it is not known of her, or no field at all."""
        reader = _READERS.get(field)
        return reader(self) if reader else None

    @cached_property
    def name(self) -> str | None:
        return self._opened("name")

    @property
    def masked_name(self) -> str | None:
        return mask_name(self.name) if self.name is not None else None

    @cached_property
    def id_number(self) -> str | None:
        return self._opened("id_number")

    @property
    def masked_id_number(self) -> str | None:
        return mask_id_number(self.id_number) if self.id_number else None

    @cached_property
    def phone(self) -> str | None:
        return self._opened("phone")

    @property
    def masked_phone(self) -> str | None:
        return mask_phone(self.phone) if self.phone else None

    @cached_property
    def identity(self) -> IdNumber | None:
        """What her number says; it was checked when it was taken in."""
        return read_id_number(self.id_number, today=self._today, earliest_year=1800) if self.id_number else None

    @property
    def birth_date(self) -> date | None:
        return self.identity.birth_date if self.identity else None

    @property
    def gender(self) -> str | None:
        return self.identity.gender if self.identity else None

    @property
    def age(self) -> int | None:
        born = self.birth_date
        return age_on(born, self._today, self._year_shift) if born else None

    @property
    def age_band(self) -> str | None:
        age = self.age
        if age is None:
            return None
        if age < _ADULT_AGE:
            return "minor"
        return "senior" if age >= _SENIOR_AGE else "adult"

    @property
    def senior(self) -> str | None:
        age = self.age
        return None if age is None else str(age >= _SENIOR_AGE).lower()

    @property
    def loa(self) -> int:
        return int(self._row["loa"])

    @property
    def region(self) -> str:
        return str(self._row["region"])

    def _opened(self, what: str) -> str | None:
        sealed = self._row[f"{what}_sealed"]
        return self._vault.open(sealed, f"residents.{what}") if sealed else None


_READERS: dict[str, Callable[[Values], str | None]] = {
    "name": lambda of: of.name,
    "name_masked": lambda of: of.masked_name or "",
    "id_number": lambda of: of.id_number,
    "id_number_masked": lambda of: of.masked_id_number,
    "phone": lambda of: of.phone,
    "phone_masked": lambda of: of.masked_phone or "",
    "birth_date": lambda of: of.birth_date.isoformat() if of.birth_date else None,
    "gender": lambda of: of.gender,
    "age": lambda of: None if of.age is None else str(of.age),
    "age_band": lambda of: of.age_band,
    "senior": lambda of: of.senior,
    "loa": lambda of: str(of.loa),
    "region": lambda of: of.region,
}
