"""A credential on paper, pure: a card of A6 or a strip of stickers, as PDF, black on white.

The code is at least 40 mm wide with its quiet zone, which is more than half a millimetre a module at version 11. The
font is a subset of Noto Sans SC that is shipped (8,105 characters of 通用规范汉字表 and GB 2312); a character that it
lacks is printed as 〓 and the paper says so, never as an empty box that looks like a name. Reading the font and
writing the file take tens of milliseconds of processor time: call this off the event loop.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import config
from codes import picture

if TYPE_CHECKING:
    from fpdf import FPDF

Layout = Literal["a6", "stickers"]
FONT = Path(config.__file__).parent / "fonts" / "NotoSansSC-paper.otf"
MISSING = "〓"
A6 = (105.0, 148.0)
STICKERS = (100.0, 210.0)
CODE_MM = 58.0
STICKER_CODE_MM = 44.0
_ROWS = 3
_FACE = "paper"
_POINT = 25.4 / 72
_PIECES = re.compile(r" *(?:[!-~]+|[^!-~ ])[、，。；：！？”’）》〉·]*")
"""What stays on one line: a word of ASCII, or one character, with the closing marks after it."""


@dataclass(frozen=True, slots=True)
class PaperWords:
    """Everything that stands on it, in one language. ``name`` is as its tier tells it; empty lines are left out."""

    portal: str
    title: str
    demo: str
    name: str
    tells: str
    card: str
    until: str
    number: str
    lost: str
    missing: str


def draw(text: str, words: PaperWords, layout: Layout = "a6", font: Path | None = None) -> bytes:
    """The PDF of a credential's text. ``font``: another OpenType font than the one that is shipped."""
    pdf = _document(A6 if layout == "a6" else STICKERS, font or FONT)
    known = _characters(pdf)
    modules = picture.credential_matrix(text)
    pdf.set_title(_printable(words.title, known))
    if layout == "a6":
        _card(pdf, modules, words, known)
    else:
        for row in range(_ROWS):
            _sticker(pdf, modules, words, known, row * STICKERS[1] / _ROWS)
    return bytes(pdf.output())


def _document(size: tuple[float, float], font: Path) -> FPDF:
    from fpdf import FPDF  # half a second of imports that no other process needs

    pdf = FPDF(unit="mm", format=size)
    pdf.set_margin(0)
    pdf.set_auto_page_break(False)
    pdf.set_creator("Yima")
    pdf.add_font(_FACE, "", str(font))
    pdf.add_page()
    pdf.set_text_color(0)
    return pdf


def _characters(pdf: FPDF) -> frozenset[int]:
    """What the font can draw."""
    from fpdf.fonts import CoreFont

    face = pdf.fonts[_FACE]
    assert not isinstance(face, CoreFont), "it was read from a file"
    return frozenset(face.cmap)


def _printable(text: str, known: frozenset[int]) -> str:
    return "".join(one if ord(one) in known else MISSING for one in text)


def _card(pdf: FPDF, modules: picture.Matrix, words: PaperWords, known: frozenset[int]) -> None:
    width, margin = A6[0], 9.0
    inner, at = width - 2 * margin, 8.0
    if words.demo:
        at = _band(pdf, _printable(words.demo, known), width)
    at = _line(pdf, _printable(words.portal, known), margin, at, inner, 10)
    at = _line(pdf, _printable(words.title, known), margin, at, inner, 15)
    name = _printable(words.name, known)
    at = _line(pdf, name, margin, at + 0.5, inner, 24)
    if MISSING in name and MISSING not in words.name:
        at = _block(pdf, _printable(words.missing, known), margin, at, inner, 9)
    _code(pdf, modules, (width - CODE_MM) / 2, at, CODE_MM)
    at = _line(pdf, _printable(words.until, known), margin, at + CODE_MM + 0.5, inner, 13)
    if words.card:
        at = _boxed(pdf, _printable(words.card, known), margin, at + 0.5, inner, 12)
    for line, size in ((words.tells, 10), (words.lost, 10), (words.number, 9)):
        at = _block(pdf, _printable(line, known), margin, at + 0.8, inner, size)


def _sticker(pdf: FPDF, modules: picture.Matrix, words: PaperWords, known: frozenset[int], top: float) -> None:
    width, height = STICKERS[0], STICKERS[1] / _ROWS
    if top:
        pdf.set_draw_color(120)
        pdf.set_line_width(0.2)
        pdf.set_dash_pattern(dash=2, gap=2)
        pdf.line(0, top, width, top)
        pdf.set_dash_pattern()
    _code(pdf, modules, 3, top + (height - STICKER_CODE_MM) / 2, STICKER_CODE_MM)
    left, at = 3 + STICKER_CODE_MM + 1, top + 5
    inner = width - left - 4
    lines: Sequence[tuple[str, float]] = (
        (words.demo, 7.5), (words.portal, 9), (words.title, 11), (words.name, 17), (words.until, 11), (words.card, 11),
        (words.lost, 8), (words.number, 8),
    )  # fmt: skip
    for text, size in lines:
        shown = _printable(text, known)
        write = _line if text and text in (words.until, words.card) else _block
        at = write(pdf, shown, left, at, inner, size) if text else at
        if text is words.name and shown != text:
            at = _block(pdf, _printable(words.missing, known), left, at, inner, 7)


def _code(pdf: FPDF, modules: picture.Matrix, left: float, top: float, width: float) -> None:
    """Dark runs as rectangles; nothing else may be drawn inside the quiet zone of four modules."""
    step = width / (len(modules) + 2 * picture.QUIET)
    pdf.set_fill_color(0)
    for row, line in enumerate(modules):
        start: int | None = None
        for column, dark in enumerate((*line, False)):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                x, y = left + (start + picture.QUIET) * step, top + (row + picture.QUIET) * step
                pdf.rect(x, y, (column - start) * step, step + 0.01, style="F")
                start = None


def _line(pdf: FPDF, text: str, left: float, top: float, width: float, size: float) -> float:
    """One line, made smaller until it fits; where the next one begins."""
    pdf.set_font(_FACE, size=size)
    while pdf.get_string_width(text) > width and size > 6:
        size -= 0.5
        pdf.set_font(_FACE, size=size)
    height = size * _POINT * 1.35
    pdf.set_xy(left, top)
    pdf.cell(width, height, text, align="L")
    return top + height


def _block(pdf: FPDF, text: str, left: float, top: float, width: float, size: float) -> float:
    """Some lines, broken between words or Chinese characters; where the next one begins."""
    pdf.set_font(_FACE, size=size)
    for line in _lines(pdf, text, width):
        pdf.set_xy(left, top)
        pdf.cell(width, size * _POINT * 1.35, line, align="L")
        top += size * _POINT * 1.35
    return top


def _lines(pdf: FPDF, text: str, width: float) -> list[str]:
    """Greedy; no line begins with a closing mark (CLREQ: 避头尾)."""
    lines = [""]
    for piece in _PIECES.findall(text):
        if pdf.get_string_width(lines[-1] + piece) > width:
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines if line.strip()]


def _boxed(pdf: FPDF, text: str, left: float, top: float, width: float, size: float) -> float:
    end = _line(pdf, text, left + 2, top + 0.8, width - 4, size)
    pdf.set_draw_color(0)
    pdf.set_line_width(0.5)
    pdf.rect(left, top, width, end - top + 0.8)
    return end + 1.6


def _band(pdf: FPDF, text: str, width: float) -> float:
    """The demonstration's mark: it must not be cut off without cutting into the paper's own words."""
    pdf.set_fill_color(0)
    pdf.rect(0, 0, width, 6.5, style="F")
    pdf.set_text_color(255)
    _line(pdf, text, 6, 1.1, width - 12, 9)
    pdf.set_text_color(0)
    return 8.0
