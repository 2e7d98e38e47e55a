"""The Damm check digit: finds every single wrong digit and every swap of two neighbours (H. M. Damm, 2004)."""

from __future__ import annotations

import re

_TABLE = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
_DIGITS = re.compile(r"[0-9]+", re.ASCII)
_ROWS = tuple(bytes(48) + bytes(map(int, row)) for row in _TABLE)  # a digit's ASCII code is its place in a row


def check_digit(digits: str) -> str:
    """The digit to append to ``digits``; ``ValueError`` where it is not ASCII digits."""
    if _DIGITS.fullmatch(digits) is None:
        raise ValueError("not digits")
    return str(_interim(digits))


def is_valid(digits: str) -> bool:
    """Whether the last digit is the check digit of those before it; False for anything that is not digits."""
    return len(digits) > 1 and _DIGITS.fullmatch(digits) is not None and _interim(digits) == 0


def _interim(digits: str) -> int:
    interim = 0
    for code in digits.encode("ascii"):
        interim = _ROWS[interim][code]
    return interim
