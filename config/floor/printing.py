"""What every printed page is drawn with: the shipped font, lines and blocks that break as Chinese wants it, frames.

The font is a subset of Noto Sans SC (8,105 characters of 通用规范汉字表 and GB 2312); a character that it lacks is
printed as 〓, never as an empty box that looks like a name. Reading the font and writing a file take tens of
milliseconds of processor time: call this off the event loop.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import config

if TYPE_CHECKING:
    from fpdf import FPDF

FONT = Path(config.__file__).parent / "fonts" / "NotoSansSC-paper.otf"
MISSING = "〓"
LINE = 1.35
"""Height of a line in heights of its type."""
_FACE = "paper"
_POINT = 25.4 / 72
_PIECES = re.compile(r" *(?:[!-~]+|[^!-~ ])[、，。；：！？”’）》〉·]*")
"""What stays on one line: a word of ASCII, or one character, with the closing marks after it."""


def document(size: tuple[float, float], font: Path) -> FPDF:
    """An empty one, in millimetres, without margins; pages are the caller's to add."""
    from fpdf import FPDF  # half a second of imports that no other process needs

    pdf = FPDF(unit="mm", format=size)
    pdf.set_margin(0)
    pdf.set_auto_page_break(False)
    pdf.set_creator("Yima")
    pdf.add_font(_FACE, "", str(font))
    pdf.set_text_color(0)
    return pdf


def characters(pdf: FPDF) -> frozenset[int]:
    """What the font can draw."""
    from fpdf.fonts import CoreFont

    face = pdf.fonts[_FACE]
    assert not isinstance(face, CoreFont), "it was read from a file"
    return frozenset(face.cmap)


def printable(text: str, known: frozenset[int]) -> str:
    """The text with 〓 for what the font lacks."""
    return "".join(one if ord(one) in known else MISSING for one in text)


def height(size: float) -> float:
    """Of one line, in millimetres."""
    return size * _POINT * LINE


def line(pdf: FPDF, text: str, left: float, top: float, width: float, size: float) -> float:
    """One line, made smaller until it fits; where the next one begins."""
    pdf.set_font(_FACE, size=size)
    while pdf.get_string_width(text) > width and size > 6:
        size -= 0.5
        pdf.set_font(_FACE, size=size)
    pdf.set_xy(left, top)
    pdf.cell(width, height(size), text, align="L")
    return top + height(size)


def block(pdf: FPDF, text: str, left: float, top: float, width: float, size: float) -> float:
    """Some lines, broken between words or Chinese characters; where the next one begins."""
    for one in lines(pdf, text, width, size):
        pdf.set_xy(left, top)
        pdf.cell(width, height(size), one, align="L")
        top += height(size)
    return top


def lines(pdf: FPDF, text: str, width: float, size: float) -> list[str]:
    """Greedy; no line begins with a closing mark (CLREQ: 避头尾)."""
    pdf.set_font(_FACE, size=size)
    found = [""]
    for piece in _PIECES.findall(text):
        if pdf.get_string_width(found[-1] + piece) > width:
            found.append("")
        found[-1] += piece
    return [one.strip() for one in found if one.strip()]


def boxed(pdf: FPDF, text: str, left: float, top: float, width: float, size: float) -> float:
    """One line in a frame; where the next one begins."""
    end = line(pdf, text, left + 2, top + 0.8, width - 4, size)
    pdf.set_draw_color(0)
    pdf.set_line_width(0.5)
    pdf.rect(left, top, width, end - top + 0.8)
    return end + 1.6


def band(pdf: FPDF, text: str, width: float) -> float:
    """The demonstration's mark: it must not be cut off without cutting into the paper's own words."""
    pdf.set_fill_color(0)
    pdf.rect(0, 0, width, 6.5, style="F")
    pdf.set_text_color(255)
    line(pdf, text, 6, 1.1, width - 12, 9)
    pdf.set_text_color(0)
    return 8.0
