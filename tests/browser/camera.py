"""Films for Chromium's fake camera: what a desk's camera sees before anybody comes, and a phone held up to it."""

from __future__ import annotations

import io
import os
from pathlib import Path

from PIL import Image

WIDTH, HEIGHT = 640, 480
_GREY = 200
_FRAMES = 10  # one second, which Chromium plays over and over


def _write(picture: Image.Image, path: Path) -> None:
    """A Y4M of one still picture, put in its place at once, so that a camera never opens half a film."""
    frame = b"FRAME\n" + picture.tobytes() + bytes([128]) * (WIDTH * HEIGHT // 2)
    part = path.with_suffix(".part")
    part.write_bytes(b"YUV4MPEG2 W%d H%d F10:1 Ip A1:1 C420jpeg\n" % (WIDTH, HEIGHT) + frame * _FRAMES)
    os.replace(part, path)


def film_nobody(path: Path) -> None:
    """An empty desk."""
    _write(Image.new("L", (WIDTH, HEIGHT), _GREY), path)


def film_screen(screenshot: bytes, path: Path, *, share: float = 0.8) -> None:
    """A phone whose screen shows ``screenshot`` (PNG), as high as ``share`` of the picture, on a dim desk."""
    shown = Image.open(io.BytesIO(screenshot)).convert("L")
    scale = share * HEIGHT / shown.height
    shown = shown.resize((round(shown.width * scale), round(shown.height * scale)), Image.Resampling.BILINEAR)
    picture = Image.new("L", (WIDTH, HEIGHT), _GREY)
    picture.paste(shown, ((WIDTH - shown.width) // 2, (HEIGHT - shown.height) // 2))
    _write(picture, path)
