"""The pictures of codes, pure: black on white, level M, four modules of quiet zone (ISO/IEC 18004).

A dynamic code is version 1 in numeric mode with one fixed mask: choosing the mask is most of the cost of drawing, and
at this size a fixed one reads as well (decode tests hold it). A credential is the smallest version that holds it, in
alphanumeric mode, and the mask is chosen, because it is also printed. Drawing takes a millisecond, or some thirty for
a credential: call it off the event loop.
"""

from __future__ import annotations

import importlib
import re
import struct
import zlib
from functools import cache
from types import ModuleType
from typing import Any, Final

MODULES = 21
QUIET = 4
_MASK = 2
_NUMERIC: Final = 1  # mode indicator of ISO/IEC 18004
_ALPHANUMERIC: Final = 2
_TEXT = re.compile(r"[0-9]{34}", re.ASCII)
_CREDENTIAL = re.compile(r"GZ1:[0-9A-Z $%*+\-./:]{1,1196}", re.ASCII)

Matrix = tuple[tuple[bool, ...], ...]


def matrix(text: str) -> Matrix:
    """21 rows of 21 modules, True = dark, without the quiet zone. ``ValueError`` if it is not 34 digits."""
    if _TEXT.fullmatch(text) is None:
        raise ValueError("a dynamic code has 34 digits")
    qr = _library()
    code = qr.QRCode(version=1, error_correction=qr.constants.ERROR_CORRECT_M, border=0, mask_pattern=_MASK)
    code.add_data(qr.util.QRData(text, mode=_NUMERIC))
    code.make(fit=False)
    return _modules(code)


def credential_matrix(text: str) -> Matrix:
    """As ``matrix``, for the text of a credential. ``ValueError`` if it has characters that base45 has not, or more
    of them than the largest code holds."""
    if _CREDENTIAL.fullmatch(text) is None:
        raise ValueError("a credential is GZ1: and base45")
    qr = _library()
    code = qr.QRCode(version=None, error_correction=qr.constants.ERROR_CORRECT_M, border=0)
    code.add_data(qr.util.QRData(text, mode=_ALPHANUMERIC))
    code.make(fit=True)
    return _modules(code)


@cache
def _library() -> ModuleType:
    """Imported with the first picture: it brings an imaging library that drawing a matrix never touches."""
    return importlib.import_module("qrcode")


def _modules(code: Any) -> Matrix:
    return tuple(tuple(bool(module) for module in line) for line in code.modules)


def version(modules: Matrix) -> int:
    """Which of the 40 sizes this is."""
    return (len(modules) - 17) // 4


def svg(text: str) -> str:
    """A dynamic code as in ``drawn_svg``."""
    return drawn_svg(matrix(text))


def drawn_svg(modules: Matrix) -> str:
    """A self-contained SVG with its quiet zone; dark runs are strokes of one path. No style, no script."""
    strokes = "".join(_strokes(modules))
    side = len(modules) + 2 * QUIET
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
    """A dynamic code as in ``drawn_png``."""
    return drawn_png(matrix(text), scale)


def drawn_png(modules: Matrix, scale: int = 8) -> bytes:
    """A 1-bit greyscale PNG with its quiet zone, ``scale`` pixels a module (1 to 40)."""
    if not 1 <= scale <= 40:
        raise ValueError("scale is 1 to 40 pixels a module")
    side = (len(modules) + 2 * QUIET) * scale
    blank = b"\0" + b"\xff" * ((side + 7) // 8)
    lines = [blank * (QUIET * scale)]
    for line in modules:
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
