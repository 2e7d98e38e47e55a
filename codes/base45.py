"""Base45 (RFC 9285), pure: bytes as the 45 characters of a QR code's alphanumeric mode.

Two bytes are three characters, a last single byte is two. The reader is strict: only the alphabet, no white space,
no trailing newline, no group above its largest value, so that one byte string has exactly one text.
"""

from __future__ import annotations

import struct
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_OUTSIDE: Final = 255
_VALUES: Final = bytes(ALPHABET.find(chr(code)) if chr(code) in ALPHABET else _OUTSIDE for code in range(256))
_PAIRS: Final = tuple(first + second for second in ALPHABET for first in ALPHABET)  # of value first + 45 * second


def encode(data: bytes) -> str:
    """The text of ``data``."""
    whole = len(data) // 2
    groups = [_PAIRS[word % 2025] + ALPHABET[word // 2025] for word in struct.unpack(f">{whole}H", data[: 2 * whole])]
    if len(data) % 2:
        groups.append(_PAIRS[data[-1]])
    return "".join(groups)


def decode(text: str) -> bytes | None:
    """The bytes of ``text``, or None if it is not base45."""
    try:
        values = text.encode("ascii").translate(_VALUES)
    except UnicodeEncodeError:
        return None
    rest = len(values) % 3
    if rest == 1 or _OUTSIDE in values:
        return None
    head = len(values) - rest
    words = [
        low + 45 * middle + 2025 * high
        for low, middle, high in zip(values[0:head:3], values[1:head:3], values[2:head:3], strict=True)
    ]
    try:
        data = struct.pack(f">{len(words)}H", *words)
    except struct.error:
        return None
    if not rest:
        return data
    last = values[-2] + 45 * values[-1]
    return data + bytes((last,)) if last < 256 else None
