"""Case numbers: 20 digits = 6 region + 13 random + 1 Damm check digit. They cannot be guessed or counted."""

from __future__ import annotations

import re
import secrets

from config.floor.damm import check_digit, is_valid

_SHAPE = re.compile(r"[0-9]{20}", re.ASCII)


def new_case_no(region: str) -> str:
    """A fresh number for a case of ``region`` (12 digits, the first six are used)."""
    body = region[:6] + f"{secrets.randbelow(10**13):013d}"
    return body + check_digit(body)


def grouped(case_no: str) -> str:
    """As people read it: five groups of four."""
    return " ".join(case_no[at : at + 4] for at in range(0, len(case_no), 4))


def parse_case_no(text: str) -> str | None:
    """The number that ``text`` shows, with or without its gaps; None if it cannot be one."""
    digits = text.replace(" ", "").replace("-", "")
    return digits if _SHAPE.fullmatch(digits) and is_valid(digits) else None
