"""What a camera makes of a code on a screen or on a printed page; the same in every run."""

from __future__ import annotations

from collections.abc import Callable

import pypdfium2
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from codes.picture import QUIET, Matrix
from tests.codes.readers import qr_codes

FRAME = 560
CODE = 484
SMALL = 110
DOTS_PER_MM = 11.8


def photographed(modules: Matrix) -> Image.Image:
    """The code with its quiet zone, about 480 pixels wide, in a grey picture of 560."""
    side = len(modules) + 2 * QUIET
    small = Image.new("L", (side, side), 255)
    small.putdata([0 if dark else 255 for line in _framed(modules) for dark in line])
    scale = CODE // side
    drawn = small.resize((side * scale, side * scale), Image.Resampling.NEAREST)
    frame = Image.new("L", (FRAME, FRAME), 255)
    frame.paste(drawn, ((FRAME - drawn.width) // 2, (FRAME - drawn.height) // 2))
    return frame


def printed(pdf: bytes, modules: int) -> Image.Image:
    """As ``photographed``, of the uppermost code of a printed page: in dots of a printer, then as a camera sees it.

    So near to 300 dots an inch that each sheet is whole dots: what draws it would stretch it to the next.
    """
    page = pypdfium2.PdfDocument(pdf)[0].render(scale=DOTS_PER_MM * 25.4 / 72).to_pil().convert("L")
    corners = qr_codes(page)[0].position
    near = 10
    left, top = corners.top_left.x - near, corners.top_left.y - near
    around = page.crop((left, top, corners.bottom_right.x + near, corners.bottom_right.y + near))
    dark = around.point([255] * 128 + [0] * 128).getbbox()
    assert dark is not None
    dots = (dark[2] - dark[0]) / modules
    pixels = CODE // (modules + 2 * QUIET)
    edge = (FRAME - pixels * (modules + 2 * QUIET)) // 2 + QUIET * pixels
    left, top = left + dark[0] - edge * dots / pixels, top + dark[1] - edge * dots / pixels
    span = FRAME * dots / pixels
    room = Image.new("L", (page.width + 2 * FRAME, page.height + 2 * FRAME), 255)
    room.paste(page, (FRAME, FRAME))
    box = (FRAME + left, FRAME + top, FRAME + left + span, FRAME + top + span)
    return room.resize((FRAME, FRAME), Image.Resampling.BOX, box)


def _framed(modules: Matrix) -> list[tuple[bool, ...]]:
    width = len(modules) + 2 * QUIET
    blank = (False,) * width
    quiet = (False,) * QUIET
    return [blank] * QUIET + [quiet + line + quiet for line in modules] + [blank] * QUIET


def blurred(sigma: float) -> Callable[[Image.Image], Image.Image]:
    return lambda picture: picture.filter(ImageFilter.GaussianBlur(sigma))


def moved(picture: Image.Image) -> Image.Image:
    """A streak over nine pixels, across and down: the hand moved."""
    mixed = ImageChops.offset(picture, -4, -4)
    for count, shift in enumerate(range(-3, 5), start=2):
        mixed = Image.blend(mixed, ImageChops.offset(picture, shift, shift), 1 / count)
    return mixed


def turned(picture: Image.Image) -> Image.Image:
    return picture.rotate(37, Image.Resampling.BICUBIC, fillcolor=255, expand=True)


def slanted(share: float) -> Callable[[Image.Image], Image.Image]:
    """Seen from the side: the far edge is this much shorter."""
    far = FRAME * share / 2
    numbers = _coefficients([(0, far), (FRAME, 0), (FRAME, FRAME), (0, FRAME - far)])
    size, way, smooth = (FRAME, FRAME), Image.Transform.PERSPECTIVE, Image.Resampling.BICUBIC
    return lambda picture: picture.transform(size, way, numbers, smooth, fillcolor=255)


def cornered(share: float) -> Callable[[Image.Image], Image.Image]:
    """Seen from a corner: the far corner is drawn in by this share of the side, both ways."""
    far = FRAME * share
    numbers = _coefficients([(far, far), (FRAME, 0), (FRAME, FRAME), (0, FRAME)])
    size, way, smooth = (FRAME, FRAME), Image.Transform.PERSPECTIVE, Image.Resampling.BICUBIC
    return lambda picture: picture.transform(size, way, numbers, smooth, fillcolor=255)


def _coefficients(corners: list[tuple[float, float]]) -> list[float]:
    """The eight numbers that carry these corners of the result to the corners of the picture."""
    rows = []
    for (x, y), (u, v) in zip(corners, [(0, 0), (FRAME, 0), (FRAME, FRAME), (0, FRAME)], strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    return _solved([[float(cell) for cell in row] for row in rows])


def _solved(rows: list[list[float]]) -> list[float]:
    """Gauss and Jordan."""
    size = len(rows)
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(rows[row][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [cell / rows[column][column] for cell in rows[column]]
        for row in range(size):
            if row != column:
                factor = rows[row][column]
                rows[row] = [cell - factor * base for cell, base in zip(rows[row], rows[column], strict=True)]
    return [row[-1] for row in rows]


def pale(picture: Image.Image) -> Image.Image:
    """Black is 115 and white is 140 of 255."""
    return picture.point([115 + level * 25 // 255 for level in range(256)])


def small(modules: int) -> Callable[[Image.Image], Image.Image]:
    """The dark part of a code of so many modules 110 pixels wide."""
    drawn = CODE // (modules + 2 * QUIET) * modules
    side = FRAME * SMALL // drawn
    return lambda picture: picture.resize((side, side), Image.Resampling.LANCZOS)


def creased(picture: Image.Image) -> Image.Image:
    """A white fold, seven pixels wide, down the middle."""
    made = picture.copy()
    ImageDraw.Draw(made).rectangle((FRAME // 2 - 3, 0, FRAME // 2 + 3, FRAME), fill=255)
    return made


def inverted(picture: Image.Image) -> Image.Image:
    return ImageChops.invert(picture)
