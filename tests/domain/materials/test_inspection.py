"""What is kept and what is refused, told from content alone."""

from __future__ import annotations

import io
import warnings
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from config.floor.refusal import Refusal
from server.domain.materials.errors import (
    FileDamaged,
    FileEmpty,
    FileTooLarge,
    FileTypeRefused,
    FileUnsafe,
    PictureTooLarge,
)
from server.domain.materials.inspection import InspectionOptions, inspect, label
from tests.domain.materials.samples import EICAR, ZIP, jpeg, pdf, png

OPTIONS = InspectionOptions(max_bytes=300_000)


def _drawn(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, kind)
    return out.getvalue()


def _zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../x", b"\0" * 1_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "kind", "size"),
    [
        (pdf(), "application/pdf", (None, None)),
        (jpeg(30, 20), "image/jpeg", (30, 20)),
        (png(30, 20), "image/png", (30, 20)),
        (_drawn("PNG"), "image/png", (40, 30)),
        (_drawn("JPEG"), "image/jpeg", (40, 30)),
    ],
)
def test_true_files_are_kept(content: bytes, kind: str, size: tuple[int | None, int | None]) -> None:
    found = inspect(content, OPTIONS)
    assert (found.media_type, (found.width, found.height), found.size) == (kind, size, len(content))


HOSTILE: list[tuple[str, bytes, type[Refusal]]] = [
    ("empty", b"", FileEmpty),
    ("text", b"hello", FileTypeRefused),
    ("nul", b"\0", FileTypeRefused),
    ("html", b"<html><script>alert(1)</script>", FileTypeRefused),
    ("svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", FileTypeRefused),
    ("xml svg", b"<?xml version='1.0'?><svg/>", FileTypeRefused),
    ("zip", ZIP, FileTypeRefused),
    ("zip bomb with a way out", _zip_bomb(), FileTypeRefused),
    ("gif", b"GIF89a" + b"\0" * 30, FileTypeRefused),
    ("bmp", b"BM" + b"\0" * 60, FileTypeRefused),
    ("webp", b"RIFF\0\0\0\0WEBP", FileTypeRefused),
    ("tiff", b"II*\0" + b"\0" * 30, FileTypeRefused),
    ("exe", b"MZ" + b"\0" * 60, FileTypeRefused),
    ("elf", b"\x7fELF" + b"\0" * 60, FileTypeRefused),
    ("ole", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileTypeRefused),
    ("postscript", b"%!PS-Adobe-3.0", FileTypeRefused),
    ("shell", b"#!/bin/sh\n", FileTypeRefused),
    ("gzip", b"\x1f\x8b\x08\0", FileTypeRefused),
    ("rar", b"Rar!\x1a\x07\0", FileTypeRefused),
    ("mp4", b"\0\0\0\x18ftypmp42", FileTypeRefused),
    ("eicar", EICAR, FileUnsafe),
    ("eicar in a pdf", pdf(EICAR), FileUnsafe),
    ("eicar in a picture", jpeg(comment=EICAR), FileUnsafe),
    ("pdf behind junk", b"junk" + pdf(), FileTypeRefused),
    ("pdf cut off", pdf()[:-10], FileDamaged),
    ("pdf head only", b"%PDF-1.7", FileDamaged),
    ("pdf with a wrong version", b"%PDF-9.9" + pdf()[8:], FileDamaged),
    ("pdf and zip", pdf() + ZIP, FileDamaged),
    ("pdf holding a zip", pdf(ZIP), FileUnsafe),
    ("pdf and html", pdf() + b"<html>", FileDamaged),
    ("pdf holding html", pdf(b"<HTML><body>"), FileUnsafe),
    ("pdf with a script", pdf(b"2 0 obj<</S/JavaScript/JS(app.alert(1))>>endobj"), FileUnsafe),
    ("pdf that launches", pdf(b"2 0 obj<</S/Launch>>endobj"), FileUnsafe),
    ("pdf with an attachment", pdf(b"2 0 obj<</Type/EmbeddedFile>>endobj"), FileUnsafe),
    ("jpeg and zip", jpeg() + ZIP, FileDamaged),
    ("jpeg and script", jpeg(comment=b"<?php system($_GET[0]); ?>"), FileUnsafe),
    ("jpeg and html", jpeg(comment=b"<ScRiPt src=//x>"), FileUnsafe),
    ("jpeg cut off", jpeg()[:-3], FileDamaged),
    ("jpeg head only", b"\xff\xd8\xff", FileDamaged),
    ("jpeg without a frame", b"\xff\xd8\xff\xda\x00\x02\xff\xd9", FileDamaged),
    ("jpeg with a false length", b"\xff\xd8\xff\xe0\xff\xff" + b"\0" * 9 + b"\xff\xd9", FileDamaged),
    ("jpeg of nothing", jpeg(0, 9), FileDamaged),
    ("jpeg of 4 gigapixels", jpeg(65_000, 65_000), PictureTooLarge),
    ("png and zip", png() + ZIP, FileDamaged),
    ("png and html", png() + b"<script>", FileDamaged),
    ("png cut off", png()[:-6], FileDamaged),
    ("png head only", b"\x89PNG\r\n\x1a\n", FileDamaged),
    ("png without a header", b"\x89PNG\r\n\x1a\n" + png()[33:], FileDamaged),
    ("png of 400 megapixels", png(20_000, 20_000), PictureTooLarge),
    ("too large", pdf(b" " * 300_000), FileTooLarge),
]


@pytest.mark.parametrize(("content", "refusal"), [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE])
def test_hostile_files_are_refused(content: bytes, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        inspect(content, OPTIONS)


def test_there_are_at_least_forty_of_them() -> None:
    assert len(HOSTILE) >= 40


@given(st.binary(max_size=400), st.sampled_from([b"", b"%PDF-1.7", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"]))
def test_no_bytes_make_it_stumble(body: bytes, head: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            found = inspect(head + body, OPTIONS)
        except Refusal:
            return
    assert found.size == len(head + body)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("身份证 正面.JPG", "身份证 正面.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\fakepath\\证明.jpeg", "证明.jpg"),
        ("photo.jpg.exe", "photo.jpg.exe.jpg"),
        ("\u202egpj.exe", "gpj.exe.jpg"),
        ("a\0b\r\nc\u200b.png", "abc.png.jpg"),
        ("", "file.jpg"),
        ("...", "file.jpg"),
        (".jpg", "jpg.jpg"),
        ("长" * 300 + ".jpg", "长" * 100 + ".jpg"),
    ],
)
def test_a_name_is_only_a_label(name: str, shown: str) -> None:
    assert label(name, "image/jpeg") == shown


@given(st.text())
def test_any_name_becomes_harmless(name: str) -> None:
    shown = label(name, "application/pdf")
    assert shown.endswith(".pdf")
    assert "/" not in shown
    assert "\\" not in shown
    assert shown.isprintable()
