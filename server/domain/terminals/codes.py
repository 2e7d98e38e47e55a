"""One-time codes that a clerk types at the desk: eight letters and digits that nobody mistakes for others."""

from __future__ import annotations

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without 0 O 1 I L
LENGTH = 8
"""31⁸ codes, 39 bits: with the budgets of the enrolment a guess finds one in a million years."""


def new_code() -> str:
    """A fresh code, plain."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def shown(code: str) -> str:
    """In two groups, as it is read aloud."""
    return f"{code[:4]}-{code[4:]}"


def plain(typed: str) -> str:
    """What somebody typed, without groups, blanks and small letters; nothing if it cannot be a code."""
    code = "".join(typed.split()).replace("-", "").upper()
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else ""
