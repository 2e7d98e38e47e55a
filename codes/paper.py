"""A credential on paper, pure: a card of A6 or a strip of stickers, as PDF, black on white.

The code is at least 40 mm wide with its quiet zone, which is more than half a millimetre a module at version 11. Its
modules are whole dots of a printer of 300 dots an inch (so of 600 and 1,200 too) and are filled as one shape: drawn one
by one, each is widened by whatever turns the page into dots, and blurred ones were not read any more. Where the shipped
font lacks a character of a name, the paper says so. Call this off the event loop, as ``printing`` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from codes import picture
from config.floor import printing
from config.floor.printing import MISSING, band, block, boxed, line, printable

if TYPE_CHECKING:
    from fpdf import FPDF

Layout = Literal["a6", "stickers"]
A6 = (105.0, 148.0)
STICKERS = (100.0, 210.0)
CODE_MM = 58.5
STICKER_CODE_MM = 44.1
_ROWS = 3
_DOT = 25.4 / 300


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
    pdf = printing.document(A6 if layout == "a6" else STICKERS, font or printing.FONT)
    pdf.add_page()
    known = printing.characters(pdf)
    modules = picture.credential_matrix(text)
    pdf.set_title(printable(words.title, known))
    if layout == "a6":
        _card(pdf, modules, words, known)
    else:
        for row in range(_ROWS):
            _sticker(pdf, modules, words, known, row * STICKERS[1] / _ROWS)
    return bytes(pdf.output())


def _card(pdf: FPDF, modules: picture.Matrix, words: PaperWords, known: frozenset[int]) -> None:
    width, margin = A6[0], 9.0
    inner, at = width - 2 * margin, 8.0
    if words.demo:
        at = band(pdf, printable(words.demo, known), width)
    at = line(pdf, printable(words.portal, known), margin, at, inner, 10)
    at = line(pdf, printable(words.title, known), margin, at, inner, 15)
    name = printable(words.name, known)
    at = line(pdf, name, margin, at + 0.5, inner, 24)
    if MISSING in name and MISSING not in words.name:
        at = block(pdf, printable(words.missing, known), margin, at, inner, 9)
    _code(pdf, modules, (width - CODE_MM) / 2, at, CODE_MM)
    at = line(pdf, printable(words.until, known), margin, at + CODE_MM + 0.5, inner, 13)
    if words.card:
        at = boxed(pdf, printable(words.card, known), margin, at + 0.5, inner, 12)
    for said, size in ((words.tells, 10), (words.lost, 10), (words.number, 9)):
        at = block(pdf, printable(said, known), margin, at + 0.8, inner, size)


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
        shown = printable(text, known)
        write = line if text and text in (words.until, words.card) else block
        at = write(pdf, shown, left, at, inner, size) if text else at
        if text is words.name and shown != text:
            at = block(pdf, printable(words.missing, known), left, at, inner, 7)


def _code(pdf: FPDF, modules: picture.Matrix, left: float, top: float, width: float) -> None:
    """In the middle of this square; nothing else may be drawn inside the quiet zone of four modules."""
    side = len(modules) + 2 * picture.QUIET
    step = int(width / side / _DOT + 1e-6) * _DOT
    inset = (width - side * step) / 2 + picture.QUIET * step
    x, y = (round((edge + inset) / _DOT) * _DOT for edge in (left, top))
    with pdf.new_path() as path:
        path.style.fill_color, path.style.stroke_color = "#000000", None
        for row, dots in enumerate(modules):
            start: int | None = None
            for column, dark in enumerate((*dots, False)):
                if dark and start is None:
                    start = column
                elif not dark and start is not None:
                    path.rectangle(x + start * step, y + row * step, (column - start) * step, step)
                    start = None
