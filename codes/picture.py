"""The picture of a dynamic code, pure: QR version 1-M, numeric mode, one fixed mask, black on white.

Choosing the mask is most of the cost of drawing; at this size a fixed one reads as well (decode tests hold it).
A picture still takes most of a millisecond of processor time: call it off the event loop.
"""

from __future__ import annotations

import re
import struct
import zlib
from typing import Final

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from qrcode.util import QRData

MODULES = 21
QUIET = 4
_MASK = 2
_NUMERIC: Final = 1  # mode indicator of ISO/IEC 18004
_TEXT = re.compile(r"[0-9]{34}", re.ASCII)

Matrix = tuple[tuple[bool, ...], ...]


def matrix(text: str) -> Matrix:
    """21 rows of 21 modules, True = dark, without the quiet zone. ``ValueError`` if it is not 34 digits."""
    if _TEXT.fullmatch(text) is None:
        raise ValueError("a dynamic code has 34 digits")
    code = QRCode(version=1, error_correction=ERROR_CORRECT_M, border=0, mask_pattern=_MASK)
    code.add_data(QRData(text, mode=_NUMERIC))
    code.make(fit=False)
    return tuple(tuple(bool(module) for module in line) for line in code.modules)


def svg(text: str) -> str:
    """A self-contained SVG with its quiet zone; dark runs are strokes of one path. No style, no script."""
    strokes = "".join(_strokes(matrix(text)))
    side = MODULES + 2 * QUIET
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path stroke="#000" d="{strokes}"/></svg>'
    )


def _strokes(modules: Matrix) -> list[str]:
    found: list[str] = []
    for row, line in enumerate(modules):
        start: int | None = None
        for column, dark in enumerate((*line, False)):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                found.append(f"M{start + QUIET} {row + QUIET}.5h{column - start}")
                start = None
    return found


def png(text: str, scale: int = 8) -> bytes:
    """A 1-bit greyscale PNG with its quiet zone, ``scale`` pixels a module (1 to 40)."""
    if not 1 <= scale <= 40:
        raise ValueError("scale is 1 to 40 pixels a module")
    side = (MODULES + 2 * QUIET) * scale
    blank = b"\0" + b"\xff" * ((side + 7) // 8)
    lines = [blank * (QUIET * scale)]
    for line in matrix(text):
        lines.append(_png_line(line, side, scale) * scale)
    lines.append(blank * (QUIET * scale))
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    body = zlib.compress(b"".join(lines), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _png_line(line: tuple[bool, ...], side: int, scale: int) -> bytes:
    quiet = "1" * (QUIET * scale)
    bits = quiet + "".join(("0" if dark else "1") * scale for dark in line) + quiet
    padded = bits.ljust((side + 7) // 8 * 8, "1")
    return b"\0" + int(padded, 2).to_bytes(len(padded) // 8, "big")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
