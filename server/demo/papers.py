"""Papers to hand in: small real PDF and PNG files, made here, saying that they are samples."""

from __future__ import annotations

import struct
import zlib

_WIDTH, _HEIGHT = 480, 300


def sample_pdf(title: str) -> bytes:
    """A one-page PDF with ``title`` (ASCII) on it."""
    note = "Sample paper of the demonstration. Nobody real."
    text = f"BT /F1 24 Tf 72 720 Td ({title}) Tj 0 -36 Td /F1 14 Tf ({note}) Tj ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    count = len(objects) + 1
    tail = f"trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return f"{body}xref\n0 {count}\n0000000000 65535 f \n{table}{tail}".encode("ascii")


def sample_png(seed: int) -> bytes:
    """A picture like a photographed paper: a light sheet with grey lines on a coloured table; ``seed`` varies it."""
    table = bytes(((70 + seed * 37) % 120 + 60, (90 + seed * 53) % 120 + 60, (110 + seed * 71) % 120 + 60))
    rows = bytearray()
    for y in range(_HEIGHT):
        rows.append(0)
        rows += b"".join(_pixel(x, y, seed, table) for x in range(_WIDTH))
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    parts = (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(bytes(rows), 6)), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _pixel(x: int, y: int, seed: int, table: bytes) -> bytes:
    if not (40 <= x < _WIDTH - 40 and 24 <= y < _HEIGHT - 24):
        return table
    line = (y - 24) % 28 in (14, 15) and 70 <= x < _WIDTH - 70 - (y * (seed + 3)) % 90
    return b"\x9a\x9f\xa6" if line else b"\xf6\xf4\xee"


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
