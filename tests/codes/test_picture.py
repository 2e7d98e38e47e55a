"""The pictures, read back by an independent reader."""

from __future__ import annotations

import io
import random
import re

import pytest
from PIL import Image, ImageDraw, ImageFilter

from codes import dynamic, picture
from tests.codes.readers import qr_codes

KEY = bytes(range(32))


def some_texts(count: int) -> list[str]:
    dice = random.Random(7)
    return [
        dynamic.compose(
            KEY, f"{dice.randrange(10**12):012}", 59_000_000 + dice.randrange(10**6), f"0{dice.randrange(7)}"
        )
        for _ in range(count)
    ]


def read(image: Image.Image) -> str:
    found = qr_codes(image)
    return found[0].text if found else ""


def rasterised(svg: str, scale: int) -> Image.Image:
    """Draws the path by its own numbers: rows of ``M x y.5 h length``."""
    side = int(re.findall(r'viewBox="0 0 (\d+)', svg)[0])
    image = Image.new("L", (side * scale, side * scale), 255)
    draw = ImageDraw.Draw(image)
    for x, y, length in re.findall(r"M(\d+) (\d+)\.5h(\d+)", svg):
        left, top = int(x) * scale, int(y) * scale
        draw.rectangle((left, top, left + int(length) * scale - 1, top + scale - 1), fill=0)
    return image


@pytest.mark.parametrize("scale", [1, 3, 8])
def test_the_png_reads_back(scale: int) -> None:
    for text in some_texts(25):
        image = Image.open(io.BytesIO(picture.png(text, scale)))
        assert image.size == (29 * scale, 29 * scale)
        assert image.mode == "1"
        assert read(image.convert("L").resize((290, 290), Image.Resampling.NEAREST)) == text


def test_the_svg_reads_back() -> None:
    for text in some_texts(25):
        assert read(rasterised(picture.svg(text), 6)) == text


def test_a_blurred_tilted_picture_still_reads() -> None:
    """The fixed mask must not cost reading: what a bad camera sees."""
    texts = some_texts(12)
    seen = 0
    for turn, text in enumerate(texts):
        image = Image.open(io.BytesIO(picture.png(text, 10))).convert("L")
        bad = image.rotate(turn * 7, expand=True, fillcolor=255).filter(ImageFilter.GaussianBlur(3))
        seen += read(bad) == text
    assert seen == len(texts)


def test_the_svg_is_small_and_carries_neither_style_nor_script() -> None:
    svg = picture.svg(some_texts(1)[0])
    assert len(svg) < 2000
    assert not re.search(r"style|script|href|on[a-z]+=", svg)


def test_it_is_the_smallest_version() -> None:
    assert len(picture.matrix("9" * 34)) == 21


@pytest.mark.parametrize("text", ["", "9" * 33, "9" * 35, "９" * 34, "a" * 34])
def test_only_34_digits_are_drawn(text: str) -> None:
    with pytest.raises(ValueError, match="34 digits"):
        picture.matrix(text)


@pytest.mark.parametrize("scale", [0, 41])
def test_an_absurd_scale_is_refused(scale: int) -> None:
    with pytest.raises(ValueError, match="scale"):
        picture.png("9" * 34, scale)
