"""What providers and people send us, in one shape for all: receipts, answers to short messages, events.

Reading is pure and total: ``WrongCallback`` for anything that is not what the provider documents.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

MOST_ROWS = 500


class WrongCallback(ValueError):
    """Not what this provider sends."""


@dataclass(frozen=True, slots=True)
class ProviderReceipt:
    """What became of one message. One of the two names it: our id, or the provider's reference."""

    receipt_id: str
    client_msg_id: str
    provider_ref: str
    outcome: Literal["delivered", "failed"]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class InboundText:
    """A short message from somebody. ``repr`` shows neither number nor words."""

    id: str
    phone: str
    text: str

    def __repr__(self) -> str:
        return f"InboundText({self.id})"


@dataclass(frozen=True, slots=True)
class Wish:
    """What an answer asks for."""

    kind: Literal["stop", "rating", "words"]
    stars: int = 0


_STOP = frozenset({"T", "TD", "N", "0000", "退订", "退", "取消", "STOP"})
_DIGITS = str.maketrans("１２３４５ＴＤＮ", "12345TDN")


def understood(text: str) -> Wish:
    """退订 in its usual spellings, a rating of one digit from 1 to 5, or just words."""
    plain = re.sub(r"[\s。.!！]", "", text.translate(_DIGITS)).upper()
    if plain in _STOP:
        return Wish("stop")
    if re.fullmatch("[1-5]", plain):
        return Wish("rating", int(plain))
    return Wish("words")


def mainland(phone: str) -> str:
    """A mobile number as we keep it: without +86, 86 or 0086."""
    digits = re.sub(r"[\s-]", "", phone)
    found = re.fullmatch(r"(?:\+86|0086|86)?(1[3-9][0-9]{9})", digits, re.ASCII)
    return found[1] if found else ""


def text_of(value: Any) -> str:
    """A short text of an answer that nobody promised us; numbers as their digits, anything else as nothing."""
    if isinstance(value, str):
        return value[:256]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def json_rows(raw: bytes) -> list[Mapping[str, Any]]:
    """An array of objects, or one object, as some providers send a single one."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise WrongCallback("not JSON") from error
    rows = found if isinstance(found, list) else [found]
    if len(rows) > MOST_ROWS or not all(isinstance(row, dict) for row in rows):
        raise WrongCallback("not a list of objects")
    return rows
