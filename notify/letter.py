"""A notice as a letter, pure: A4, black on white, many in one file. Call this off the event loop.

The sheet is plain: no standard for the window of an envelope is known here, so the address lines are left free and are
filled in by hand, where somebody knows the address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from config.floor import printing
from config.floor.printing import MISSING, band, block, height, line, lines, printable

if TYPE_CHECKING:
    from fpdf import FPDF

A4 = (210.0, 297.0)
_LEFT, _TOP, _BOTTOM = 25.0, 20.0, 268.0
_INNER = A4[0] - 2 * _LEFT
_TEXT, _SMALL = 12.0, 9.5


@dataclass(frozen=True, slots=True)
class LetterWords:
    """Everything that stands on one letter, in one language; empty lines are left out. ``sheet`` takes {page} and
    {pages}."""

    portal: str
    demo: str
    date: str
    to: str
    address: str
    title: str
    body: str
    notes: tuple[str, ...]
    number: str
    sheet: str
    missing: str


def draw(letters: Sequence[LetterWords], font: Path | None = None) -> bytes:
    """The PDF: each letter begins on a sheet of its own. ``font``: another OpenType font than the shipped one."""
    pdf = printing.document(A4, font or printing.FONT)
    known = printing.characters(pdf)
    if letters:
        pdf.set_title(printable(letters[0].portal, known))
    for words in letters:
        _letter(pdf, words, known)
    return bytes(pdf.output())


def _letter(pdf: FPDF, words: LetterWords, known: frozenset[int]) -> None:
    pdf.add_page()
    start = at = _head(pdf, words, known)
    texts = [(one, _TEXT) for one in _paragraphs(pdf, words.body, known)]
    notes = [one for note in words.notes for one in lines(pdf, printable(note, known), _INNER, _SMALL)]
    texts += [("", 6.0), *((one, _SMALL) for one in notes)]
    sheets: list[list[tuple[str, float]]] = [[]]
    for text, size in texts:
        if at + height(size) > _BOTTOM:
            sheets.append([])
            at = _TOP
        sheets[-1].append((text, size))
        at += height(size)
    for number, sheet in enumerate(sheets, start=1):
        if number > 1:
            pdf.add_page()
            start = _TOP
        _sheet(pdf, sheet, start)
        foot = words.sheet.format(page=number, pages=len(sheets))
        line(pdf, printable(f"{words.number}    {foot}", known), _LEFT, _BOTTOM + 8, _INNER, 8.5)


def _head(pdf: FPDF, words: LetterWords, known: frozenset[int]) -> float:
    """Who writes, when, to whom; where the text begins."""
    if words.demo:
        band(pdf, printable(words.demo, known), A4[0])
    at = line(pdf, printable(words.portal, known), _LEFT, _TOP, _INNER, 15)
    at = line(pdf, printable(words.date, known), _LEFT, at, _INNER, 10)
    to = printable(words.to, known)
    at = line(pdf, to, _LEFT, at + 7, _INNER, 13)
    if MISSING in to and MISSING not in words.to:
        at = block(pdf, printable(words.missing, known), _LEFT, at, _INNER, 9)
    at = line(pdf, printable(words.address, known), _LEFT, at + 1, _INNER, 10)
    pdf.set_draw_color(120)
    pdf.set_line_width(0.2)
    for _ in range(2):
        at += 7
        pdf.line(_LEFT, at, _LEFT + 110, at)
    return block(pdf, printable(words.title, known), _LEFT, at + 12, _INNER, 16) + 3


def _sheet(pdf: FPDF, texts: Sequence[tuple[str, float]], at: float) -> None:
    for text, size in texts:
        if text:
            line(pdf, text, _LEFT, at, _INNER, size)
        at += height(size)


def _paragraphs(pdf: FPDF, body: str, known: frozenset[int]) -> list[str]:
    """Its lines; an empty one stays empty."""
    found: list[str] = []
    for paragraph in body.splitlines():
        found += lines(pdf, printable(paragraph, known), _INNER, _TEXT) or [""]
    return found
