"""What an uploaded file really is, told from its bytes alone. Pure; nothing is decoded, so nothing can explode."""

from __future__ import annotations

import struct
import unicodedata
from dataclasses import dataclass
from typing import Literal

from server.domain.materials.errors import (
    FileDamaged,
    FileEmpty,
    FileTooLarge,
    FileTypeRefused,
    FileUnsafe,
    PictureTooLarge,
)

MediaType = Literal["application/pdf", "image/jpeg", "image/png"]
EXTENSIONS: dict[MediaType, tuple[str, ...]] = {
    "application/pdf": ("pdf",),
    "image/jpeg": ("jpg", "jpeg"),
    "image/png": ("png",),
}
_PNG = b"\x89PNG\r\n\x1a\n"
_ZIP_END = b"PK\x05\x06"
_ZIP_TAIL = 65_557  # the end record of a zip archive with the longest comment
_EICAR = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"
_SCRIPTS = (b"<script", b"<?php", b"<!doctype html", b"<html", b"<svg")
_ACTIVE_PDF = (b"/JavaScript", b"/JS ", b"/JS(", b"/JS<", b"/Launch", b"/EmbeddedFile", b"/RichMedia")
_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_LABEL_LENGTH = 100
_UNSHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class InspectionOptions:
    """The largest file and the largest picture."""

    max_bytes: int = 10 * 1024 * 1024
    max_pixels: int = 25_000_000


@dataclass(frozen=True, slots=True)
class Inspected:
    """A file that may be kept."""

    media_type: MediaType
    size: int
    width: int | None = None
    height: int | None = None


def inspect(content: bytes, options: InspectionOptions) -> Inspected:
    """What it is; refusals for empty, too large, foreign, damaged, two-faced and active content."""
    if not content:
        raise FileEmpty
    if len(content) > options.max_bytes:
        raise FileTooLarge(megabytes=options.max_bytes // (1024 * 1024))
    if content.startswith(b"%PDF-"):
        found = _pdf(content)
    elif content.startswith(b"\xff\xd8\xff"):
        found = _picture("image/jpeg", content, _jpeg_size(content), options)
    elif content.startswith(_PNG):
        found = _picture("image/png", content, _png_size(content), options)
    else:
        raise FileUnsafe if _EICAR in content else FileTypeRefused
    _refuse_second_face(content)
    return found


def _refuse_second_face(content: bytes) -> None:
    if _EICAR in content or _ZIP_END in content[-_ZIP_TAIL:]:
        raise FileUnsafe
    lowered = content.lower()
    if any(mark in lowered for mark in _SCRIPTS):
        raise FileUnsafe


def _pdf(content: bytes) -> Inspected:
    if content[5:7] not in (b"1.", b"2.") or b"\x00" in content[:8]:
        raise FileDamaged
    tail = content[-1024:]
    end = tail.rfind(b"%%EOF")
    if end < 0 or tail[end + 5 :].strip(b"\r\n\t \x00"):
        raise FileDamaged
    if any(mark in content for mark in _ACTIVE_PDF):
        raise FileUnsafe
    return Inspected("application/pdf", len(content))


def _picture(kind: MediaType, content: bytes, size: tuple[int, int], options: InspectionOptions) -> Inspected:
    width, height = size
    if width < 1 or height < 1:
        raise FileDamaged
    if width * height > options.max_pixels:
        raise PictureTooLarge(megapixels=options.max_pixels // 1_000_000)
    return Inspected(kind, len(content), width, height)


def _png_size(content: bytes) -> tuple[int, int]:
    """Walk the chunks: IHDR first, IEND last, and nothing after it."""
    at, size = len(_PNG), (0, 0)
    while at + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        if at == len(_PNG):
            if kind != b"IHDR" or length != 13:
                raise FileDamaged
            size = struct.unpack_from(">II", content, at + 8)
        at += 12 + length
        if kind == b"IEND":
            if at != len(content) or length:
                raise FileDamaged
            return size
    raise FileDamaged


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """Walk the segments up to the scan for the frame's size; the file must end where the picture ends."""
    if not content.rstrip(b"\x00").endswith(b"\xff\xd9"):
        raise FileDamaged
    at, size = 2, (0, 0)
    while at + 4 <= len(content):
        if content[at] != 0xFF:
            raise FileDamaged
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        (length,) = struct.unpack_from(">H", content, at + 2)
        if length < 2 or at + 2 + length > len(content):
            raise FileDamaged
        if marker in _SOF:
            if length < 8:
                raise FileDamaged
            height, width = struct.unpack_from(">HH", content, at + 5)
            size = (width, height)
        if marker == 0xDA:
            return size
        at += 2 + length
    raise FileDamaged


def label(name: str, kind: MediaType) -> str:
    """A name fit to be shown: no path, no control or direction characters, an ending that tells the truth."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    visible = "".join(ch for ch in last if unicodedata.category(ch) not in _UNSHOWN)
    clean = " ".join(visible.split()).strip(". ")
    stem, dot, ending = clean.rpartition(".")
    if dot and ending.lower() in EXTENSIONS[kind]:
        clean = stem.strip(". ")
    return f"{clean[:_LABEL_LENGTH] or 'file'}.{EXTENSIONS[kind][0]}"
