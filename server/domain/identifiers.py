"""Numbers that name a person or a body: read, checked and masked. Pure; knows no register.

Rules: GB 11643 (citizen number), ISO 7064 MOD 11-2, GB 32100 (unified social credit code). A number that
passes here is well formed; whether it belongs to somebody is for an identity register to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from config.floor.refusal import FieldFault, Refusal

IdKind = Literal[
    "mainland", "hk_macao_taiwan_residence", "foreign_permanent_new", "foreign_permanent_old", "hk_macao_pass",
    "taiwan_pass", "chinese_passport", "passport",
]  # fmt: skip
Gender = Literal["male", "female"]
Reason = Literal["characters", "length", "check-digit", "area", "birth-date", "birth-in-future", "birth-too-early"]

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS: Final = "10X98765432"
_PROVINCES: Final = frozenset(
    str(code)
    for span in (range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55), range(61, 66), (71,))
    for code in span
)
_RESIDENCE_PERMITS: Final = frozenset({"81", "82", "83"})
_NEW: Final = re.compile(r"\d{17}[\dX]", re.ASCII)
_OLD: Final = re.compile(r"\d{15}", re.ASCII)
_FOREIGN_OLD: Final = re.compile(r"[A-Z]{3}\d{12}", re.ASCII)
_OTHERS: Final[tuple[tuple[IdKind, re.Pattern[str]], ...]] = (
    ("hk_macao_pass", re.compile(r"[HM]\d{8}(\d{2})?", re.ASCII)),  # 港澳居民来往内地通行证
    ("taiwan_pass", re.compile(r"\d{8}", re.ASCII)),  # 台湾居民来往大陆通行证
    ("chinese_passport", re.compile(r"E\d{8}|E[A-HJ-NP-Z]\d{7}|G\d{8}", re.ASCII)),
    ("passport", re.compile(r"[A-Z]{3}/[A-Z0-9]{5,15}", re.ASCII)),
)
"""Documents without a number of their own that says who it is. A passport's number is unique in its state only, so the
state stands in front of it, by its three letters (ICAO Doc 9303-3): ``UTO/L898902C``."""
_READABLE: Final = re.compile(r"[0-9A-Z]+", re.ASCII)
_MOBILE: Final = re.compile(r"1[3-9]\d{9}", re.ASCII)
_CARD: Final = re.compile(r"\d{16,19}", re.ASCII)
_USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORG_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORG_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)


class IdNumberInvalid(Refusal):
    """The text is not an identity number; ``reason`` says which rule it breaks, the number is never repeated."""

    code = "id-number-invalid"
    kind = "invalid"

    def __init__(self, reason: Reason) -> None:
        super().__init__(faults=(FieldFault("id_number", f"id-number-{reason}"),))
        self.reason: Reason = reason


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A well-formed number of a document; a birth date, a gender and an area only where the number holds them."""

    kind: IdKind
    number: str
    birth_date: date | None
    gender: Gender | None
    area: str | None


def check_digit(first_seventeen: str) -> str:
    """The 18th character of a citizen number (ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(first_seventeen, _WEIGHTS, strict=True))
    return _CHECK_DIGITS[total % 11]


def read_id_number(text: str, *, today: date, earliest_year: int = 1900) -> IdNumber:
    """Read an identity number or raise ``IdNumberInvalid``.

    Spaces around it and a small ``x`` are forgiven; a 15-digit number becomes its 18-digit form.
    ``earliest_year``: a demonstration or a test passes 1800, because its people are born before 1910 so
    that no living person can match.
    """
    number = text.strip().upper()
    for other, form in _OTHERS:
        if form.fullmatch(number):
            return IdNumber(other, number, None, None, None)
    if not _READABLE.fullmatch(number):
        raise IdNumberInvalid("characters")
    if _FOREIGN_OLD.fullmatch(number):
        return IdNumber("foreign_permanent_old", number, None, None, None)
    if _OLD.fullmatch(number):
        first = f"{number[:6]}19{number[6:]}"
        number = first + check_digit(first)
    if len(number) != 18:
        raise IdNumberInvalid("length")
    if not _NEW.fullmatch(number):
        raise IdNumberInvalid("characters")
    kind, area = _kind_and_area(number)
    if check_digit(number[:17]) != number[17]:
        raise IdNumberInvalid("check-digit")
    birth = _birth(number[6:14], today, earliest_year)
    return IdNumber(kind, number, birth, "male" if int(number[16]) % 2 else "female", area)


def _kind_and_area(number: str) -> tuple[IdKind, str]:
    if number[0] == "9":  # 9 + province (2) + country (3): the part that names a place is two digits
        if number[1:3] not in _PROVINCES:
            raise IdNumberInvalid("area")
        return "foreign_permanent_new", number[1:3]
    if number[:2] in _RESIDENCE_PERMITS:
        return "hk_macao_taiwan_residence", number[:6]
    if number[:2] in _PROVINCES:
        return "mainland", number[:6]
    raise IdNumberInvalid("area")


def _birth(digits: str, today: date, earliest_year: int) -> date:
    try:
        birth = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise IdNumberInvalid("birth-date") from None
    if birth > today:
        raise IdNumberInvalid("birth-in-future")
    if birth.year < earliest_year:
        raise IdNumberInvalid("birth-too-early")
    return birth


def age_on(birth: date, day: date, year_shift: int = 0) -> int:
    """Full years of age (周岁) on ``day``. ``year_shift`` moves the people of a demonstration to the present."""
    return day.year - (birth.year + year_shift) - ((day.month, day.day) < (birth.month, birth.day))


def uscc_check_passes(code: str) -> bool:
    """Whether the check character of a unified social credit code agrees.

    Some early registered codes fail: warn and verify by name, never refuse on this alone.
    """
    if len(code) != 18 or any(character not in _USCC_ALPHABET for character in code):
        return False
    total = sum(_USCC_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(code[:17]))
    return code[17] == _USCC_ALPHABET[(31 - total % 31) % 31]


def organisation_check_passes(code: str) -> bool:
    """Whether a 9-character organisation code (the older kind, with or without ``-``) agrees with its check."""
    plain = code.replace("-", "", 1)
    if len(plain) != 9 or any(character not in _ORG_ALPHABET for character in plain):
        return False
    total = sum(_ORG_ALPHABET.index(character) * weight for character, weight in zip(plain, _ORG_WEIGHTS, strict=False))
    return plain[8] == "0123456789X0"[11 - total % 11]


def luhn_passes(text: str) -> bool:
    """Whether this is a bank card's number by its form: 16 to 19 digits and the check digit of ISO/IEC 7812-1."""
    if _CARD.fullmatch(text) is None:
        return False
    digits = [int(digit) for digit in reversed(text)]
    return sum(d if at % 2 == 0 else d * 2 - 9 * (d > 4) for at, d in enumerate(digits)) % 10 == 0


def is_mobile(text: str) -> bool:
    """Whether this is a mainland mobile number: eleven ASCII digits, nothing round them."""
    return _MOBILE.fullmatch(text) is not None


def mask_name(name: str) -> str:
    """张* for two characters, 王*兰 for three; longer names keep the first and the last and never their length."""
    if len(name) <= 2:
        return f"{name[:1]}*"
    return f"{name[0]}{'*' if len(name) == 3 else '**'}{name[-1]}"


def mask_id_number(number: str) -> str:
    """3301**********1234: four at the front, four at the end."""
    return f"{number[:4]}{'*' * (len(number) - 8)}{number[-4:]}" if len(number) > 8 else "*" * len(number)


def mask_phone(phone: str) -> str:
    """138****1234."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) == 11 else "*" * len(phone)
