"""Our own pictures under bad conditions, read by zxing-cpp and by zbar. Of eight codes each, at least as many are read
as were measured when the formats were chosen; zbar reads no pale and no inverted code reliably, so it is not asked to.

Paper is read twice: its matrix, and the printed page in dots of a printer, of both layouts, with the same floors.

The same T1 credential in the EU's usual error level Q (two versions larger) read worse, which is why it is level M.

"Perspective .2" of those measurements is asked in both its plain meanings. A corner a fifth nearer: both read all. The
far edge a fifth shorter: zxing-cpp reads all, zbar a V1-M but no V11-M; it reads V11-M up to .15 and none from .18 on.
That is zbar's own limit for that version: a picture of 420 to 1,120 pixels, and each of the eight masks, changes
nothing; the same text in level L (V10) reaches .18, and gives up the crease that level M survives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pytest
from PIL import Image

from codes import holder_proof, paper, picture
from codes.picture import Matrix
from tests.codes import cameras
from tests.codes.credentials import LONG_NAME, NOW, WANG, issued, key, text_of
from tests.codes.readers import by_zbar, by_zxing
from tests.codes.test_paper import WORDS
from tests.codes.test_picture import some_texts

EACH = 8
View = Callable[[Image.Image], Image.Image]


@dataclass(frozen=True)
class Shown:
    """A text, its size and what a camera would see at its best."""

    text: str
    version: int
    frame: Image.Image


def shown(text: str, modules: Matrix) -> Shown:
    return Shown(text, picture.version(modules), cameras.photographed(modules))


@cache
def dynamic_codes() -> list[Shown]:
    """Version 1-M, on a screen."""
    return [shown(text, picture.matrix(text)) for text in some_texts(EACH)]


@cache
def papers() -> list[Shown]:
    """T1 in version 11-M, on paper."""
    texts = [text_of(issued(1, person=LONG_NAME, index=1_000 + number)) for number in range(EACH)]
    return [shown(text, picture.credential_matrix(text)) for text in texts]


@cache
def printed(layout: paper.Layout) -> list[Shown]:
    """The same papers as they come out of the printer."""
    codes = [(code, len(picture.credential_matrix(code.text))) for code in papers()]
    return [
        Shown(code.text, code.version, cameras.printed(paper.draw(code.text, WORDS, layout), modules))
        for code, modules in codes
    ]


@cache
def phone_copies() -> list[Shown]:
    """T1 and T2 with a proof, up to version 15-M, on a screen."""
    people = (WANG, LONG_NAME)
    made = [issued(tier, person=person, bound=True) for tier in (1, 2) for person in people]
    texts = [holder_proof.show(text_of(one), key("phone"), NOW + turn) for turn, one in enumerate(made)]
    return [shown(text, picture.credential_matrix(text)) for text in texts]


def read(codes: list[Shown], view: View, *readers: Callable[[Image.Image], str]) -> list[int]:
    """How many each reader reads, each as its own text."""
    seen = [(view(code.frame), code.text) for code in codes]
    return [sum(reader(picture_seen) == text for picture_seen, text in seen) for reader in readers]


def expect(codes: list[Shown], view: View, zxing: int, zbar: int | None) -> None:
    """At least so many by either reader."""
    if zbar is None:
        assert read(codes, view, by_zxing)[0] >= zxing
    else:
        given = read(codes, view, by_zxing, by_zbar)
        assert given[0] >= zxing and given[1] >= zbar, given


DYNAMIC: list[tuple[str, View, int, int | None]] = [
    ("blur of 3", cameras.blurred(3), 8, 8), ("blur of 4", cameras.blurred(4), 8, 8), ("motion", cameras.moved, 8, 8),
    ("turned by 37°", cameras.turned, 8, 8), ("seen from the side", cameras.slanted(0.2), 8, 8),
    ("seen from a corner", cameras.cornered(0.2), 8, 8),
    ("pale", cameras.pale, 8, None), ("110 pixels", cameras.small(21), 8, 8), ("a crease", cameras.creased, 6, 1),
    ("inverted", cameras.inverted, 8, None),
]  # fmt: skip

PAPER: list[tuple[str, View, int, int | None]] = [
    ("blur of 3", cameras.blurred(3), 8, 6), ("motion", cameras.moved, 8, 8), ("turned by 37°", cameras.turned, 8, 8),
    ("seen from a corner", cameras.cornered(0.2), 8, 8),
    ("seen from the side", cameras.slanted(0.15), 8, 7), ("further from the side", cameras.slanted(0.2), 8, None),
    ("pale", cameras.pale, 8, None), ("110 pixels", cameras.small(61), 8, 8), ("a crease", cameras.creased, 8, 8),
    ("inverted", cameras.inverted, 8, None),
]  # fmt: skip

FINE = ("blur of 3", "motion", "110 pixels")
"""Where the width of a module decides, so that a wider print would show."""

PHONE: list[tuple[str, View, int, int | None]] = [
    ("blur of 2", cameras.blurred(2), 4, 4), ("turned by 37°", cameras.turned, 4, 4),
    ("seen from the side", cameras.slanted(0.1), 4, 4), ("seen from a corner", cameras.cornered(0.2), 4, 4),
]  # fmt: skip


NAMES = ("name", "view", "zxing", "zbar")


def worded(part: object) -> str:
    return part if isinstance(part, str) else ""


@pytest.mark.parametrize(NAMES, DYNAMIC, ids=worded)
def test_a_dynamic_code_reads_under_bad_conditions(name: str, view: View, zxing: int, zbar: int | None) -> None:
    expect(dynamic_codes(), view, zxing, zbar)


@pytest.mark.parametrize(NAMES, PAPER, ids=worded)
def test_a_paper_of_tier_1_reads_under_bad_conditions(name: str, view: View, zxing: int, zbar: int | None) -> None:
    assert {code.version for code in papers()} == {11}
    expect(papers(), view, zxing, zbar)


@pytest.mark.parametrize(NAMES, PAPER, ids=worded)
def test_a_printed_card_reads_under_bad_conditions(name: str, view: View, zxing: int, zbar: int | None) -> None:
    expect(printed("a6"), view, zxing, zbar)


@pytest.mark.parametrize(NAMES, [one for one in PAPER if one[0] in FINE], ids=worded)
def test_a_printed_sticker_reads_where_the_print_decides(name: str, view: View, zxing: int, zbar: int | None) -> None:
    expect(printed("stickers"), view, zxing, zbar)


@pytest.mark.parametrize(NAMES, PHONE, ids=worded)
def test_a_phone_copy_reads_from_a_screen(name: str, view: View, zxing: int, zbar: int | None) -> None:
    assert max(code.version for code in phone_copies()) <= 15
    expect(phone_copies(), view, zxing, zbar)
