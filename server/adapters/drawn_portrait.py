"""Invented faces for the demonstration: drawn from a number, of nobody. A PNG without any picture library."""

from __future__ import annotations

import hashlib
import struct
import zlib
from dataclasses import dataclass

WIDTH, HEIGHT = 240, 300
_SKINS = ((241, 205, 170), (229, 186, 148), (214, 168, 128))
_SHIRTS = ((52, 84, 140), (92, 110, 96), (128, 72, 72), (70, 70, 84), (40, 104, 104))
_DARK, _GREY, _PAPER = (44, 38, 36), (176, 174, 172), (222, 231, 242)
_BROW, _LIPS = (70, 58, 52), (176, 92, 88)
Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class _Oval:
    """A filled ellipse."""

    x: float
    y: float
    width: float
    height: float
    colour: Colour

    def span(self, y: int) -> tuple[int, int] | None:
        """Where it lies in this line."""
        off = (y + 0.5 - self.y) / self.height
        if off * off >= 1:
            return None
        half = self.width * (1 - off * off) ** 0.5
        return max(0, round(self.x - half)), min(WIDTH, round(self.x + half))


def portrait(key: str, *, woman: bool, old: bool) -> bytes:
    """A drawn head for this key, always the same one."""
    seed = hashlib.sha256(f"portrait {key}".encode()).digest()
    ovals = _head(seed, woman=woman, old=old)
    lines = bytearray()
    for y in range(HEIGHT):
        line = bytearray(bytes(_PAPER) * WIDTH)
        for oval in ovals:
            if (span := oval.span(y)) is not None:
                line[span[0] * 3 : span[1] * 3] = bytes(oval.colour) * (span[1] - span[0])
        lines += b"\0" + line
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    body = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(bytes(lines), 6)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def _head(seed: bytes, *, woman: bool, old: bool) -> list[_Oval]:
    """From back to front."""
    skin, shirt = _SKINS[seed[0] % len(_SKINS)], _SHIRTS[seed[1] % len(_SHIRTS)]
    hair = _GREY if old else _DARK
    wide, tall, eye = 54 + seed[2] % 10, 70 + seed[3] % 8, 21 + seed[4] % 6
    middle, top = WIDTH / 2, 138
    ovals = [_Oval(middle, top + 12, wide + 20, tall + 44, hair)] if woman else []
    ovals += [
        _Oval(middle, HEIGHT + 16, 104, 92, shirt),
        _Oval(middle, top + tall - 4, 24, 44, skin),
        _Oval(middle, top - 16, wide + 8, tall, hair),
        _Oval(middle - wide, top + 6, 9, 15, skin),
        _Oval(middle + wide, top + 6, 9, 15, skin),
        _Oval(middle, top + (16 if woman else 10), wide, tall - (12 if woman else 4), skin),
    ]
    for side in (-1, 1):
        ovals.append(_Oval(middle + side * eye, top - 12, 11, 3, hair if old else _BROW))
        ovals.append(_Oval(middle + side * eye, top, 8, 5, (250, 250, 250)))
        ovals.append(_Oval(middle + side * eye, top, 4.5, 4.5, _DARK))
    ovals.append(_Oval(middle, top + 20, 7, 10, (skin[0] - 16, skin[1] - 16, skin[2] - 16)))
    ovals.append(_Oval(middle, top + 42, 15 + seed[5] % 6, 4, _LIPS))
    return ovals


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
