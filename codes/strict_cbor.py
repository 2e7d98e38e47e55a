"""CBOR (RFC 8949) as a signed message needs it, pure: written in one way only, read without surprises.

Written with ``cbor2`` in its canonical form. Read by a reader of our own, because a general one takes a repeated map
key (the last wins), bytes after the item, and tags that build objects. Taken: integers of 64 bits, byte strings, UTF-8
text, true and false, arrays, and maps with integer or text keys; every length definite, every number in its shortest
form, no key twice, nothing left over, depth and size bounded. Refused: floats, null, undefined, every tag. (The two
tags that frame a message, 61 and 18, are read by ``codes/cose.py``.)

``relaxed`` also takes null, floats, longer forms, indefinite lengths, and what stands under a tag as if it had none:
what other issuers write. It is there for public test vectors; a repeated key is refused there as well.
"""

from __future__ import annotations

import struct
from typing import Any, Final

import cbor2

DEEPEST: Final = 8
LARGEST: Final = 4096
_SMALLEST_OF_SIZE: Final = {1: 24, 2: 1 << 8, 4: 1 << 16, 8: 1 << 32}
_FLOATS: Final = {2: ">e", 4: ">f", 8: ">d"}
_BREAK: Final = 0xFF


class Unreadable(ValueError):
    """Not CBOR, or not the part of it that is taken here."""


def encode(value: object) -> bytes:
    """Deterministic CBOR (RFC 8949 §4.2) of integers, bytes, text, lists and maps."""
    return cbor2.dumps(value, canonical=True)


def decode(data: bytes, *, relaxed: bool = False, largest: int = LARGEST) -> object:
    """The one item that ``data`` is, whole; ``Unreadable`` otherwise."""
    if len(data) > largest:
        raise Unreadable("too large")
    try:
        value, end = _item(data, 0, 0, relaxed)
    except IndexError:
        raise Unreadable("ends too early") from None
    if end != len(data):
        raise Unreadable("bytes after the item")
    return value


def take(data: bytes, at: int) -> tuple[object, int]:
    """The item that begins at this place, and where it ends; more may follow."""
    if len(data) > LARGEST:
        raise Unreadable("too large")
    try:
        return _item(data, at, 0, False)
    except IndexError:
        raise Unreadable("ends too early") from None


def bytes_head(data: bytes) -> bytes:
    """What stands before a byte string of this length."""
    size = len(data)
    if size < 24:
        return bytes((0x40 + size,))
    if size < 256:
        return bytes((0x58, size))
    return b"\x59" + size.to_bytes(2, "big") if size < 65536 else b"\x5a" + size.to_bytes(4, "big")


def take_bytes(data: bytes, at: int) -> tuple[bytes, int]:
    """The byte string that begins at this place, and where it ends."""
    try:
        value, end = _item(data, at, 0, False) if data[at] >> 5 == 2 else (None, at)
    except IndexError:
        raise Unreadable("ends too early") from None
    if not isinstance(value, bytes):
        raise Unreadable("no byte string")
    return value, end


def _item(data: bytes, at: int, depth: int, relaxed: bool) -> tuple[object, int]:
    first = data[at]
    at += 1
    if first < 24:  # the two most frequent forms first: a small number, a short text
        return first, at
    major, number = first >> 5, first & 31
    if major == 3 and number < 24 and at + number <= len(data):
        return _text(data[at : at + number]), at + number
    if number > 23:
        if number > 27:
            return _indefinite(data, at, depth, first, relaxed)
        size = 1 << (number - 24)
        if major == 7:
            return _float(data, at, size, relaxed)
        number = int.from_bytes(data[at : at + size], "big")
        at += size
        if number < _SMALLEST_OF_SIZE[size] and not relaxed:
            raise Unreadable("a number in a longer form than it needs")
    if major == 0:
        return number, at
    if major == 3 or major == 2:
        return _string(data, at, number, major)
    if major == 5:
        return _map(data, at, number, depth, relaxed)
    if major == 4:
        return _array(data, at, number, depth, relaxed)
    if major == 1:
        return -1 - number, at
    if major == 6 and relaxed and depth < DEEPEST:
        return _item(data, at, depth + 1, relaxed)
    return _simple(number, at, major, relaxed)


def _string(data: bytes, at: int, length: int, major: int) -> tuple[bytes | str, int]:
    end = at + length
    if end > len(data):
        raise Unreadable("ends too early")
    return (data[at:end] if major == 2 else _text(data[at:end])), end


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Unreadable("text that is not UTF-8") from None


def _array(data: bytes, at: int, count: int, depth: int, relaxed: bool) -> tuple[list[object], int]:
    if depth >= DEEPEST or count > len(data) - at:
        raise Unreadable("too deep or too long")
    found = []
    for _ in range(count):
        value, at = _item(data, at, depth + 1, relaxed)
        found.append(value)
    return found, at


def _map(data: bytes, at: int, count: int, depth: int, relaxed: bool) -> tuple[dict[int | str, object], int]:
    if depth >= DEEPEST or 2 * count > len(data) - at:
        raise Unreadable("too deep or too long")
    found: dict[int | str, object] = {}
    depth += 1
    for _ in range(count):
        key: Any = data[at]
        if key < 24:  # the usual key: one byte
            at += 1
        else:
            key, at = _item(data, at, depth, relaxed)
            if type(key) is not int and type(key) is not str:
                raise Unreadable("a key that is neither a number nor text")
        if key in found:
            raise Unreadable("a key twice")
        found[key], at = _item(data, at, depth, relaxed)
    return found, at


def _simple(number: int, at: int, major: int, relaxed: bool) -> tuple[bool | None, int]:
    if major == 7 and number in (20, 21):
        return number == 21, at
    if major == 7 and number == 22 and relaxed:
        return None, at
    raise Unreadable("a tag or a simple value that is not taken")


def _float(data: bytes, at: int, size: int, relaxed: bool) -> tuple[float, int]:
    if not relaxed or size not in _FLOATS or at + size > len(data):
        raise Unreadable("a float or a simple value that is not taken")
    return struct.unpack(_FLOATS[size], data[at : at + size])[0], at + size


def _indefinite(data: bytes, at: int, depth: int, first: int, relaxed: bool) -> tuple[object, int]:
    major = first >> 5
    if not relaxed or first & 31 != 31 or major not in (2, 3, 4, 5) or depth >= DEEPEST:
        raise Unreadable("an indefinite length or a reserved form")
    if major == 5:
        pairs: dict[int | str, object] = {}
        while data[at] != _BREAK:
            one, at = _map(data, at, 1, depth, relaxed)
            if pairs.keys() & one.keys():
                raise Unreadable("a key twice")
            pairs |= one
        return pairs, at + 1
    found = []
    while data[at] != _BREAK:
        if major != 4 and data[at] >> 5 != major:
            raise Unreadable("a chunk of another kind")
        value, at = _item(data, at, depth + 1, relaxed)
        found.append(value)
    return (found if major == 4 else _joined(found, major)), at + 1


def _joined(chunks: list[object], major: int) -> bytes | str:
    if major == 2:
        return b"".join(chunk for chunk in chunks if isinstance(chunk, bytes))
    return "".join(chunk for chunk in chunks if isinstance(chunk, str))
