"""The code page as scanners see it, and what it says about a scene."""

from __future__ import annotations

import io
import re

import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import expect

from tests.browser.conftest import NewScreen
from tests.browser.pages_phone import WAIT, ResidentPhone
from tests.journeys.town import PEOPLE, Town

SCENES = {"取号": "01", "亮证": "02", "办事": "03", "就医": "04", "乘车": "05", "入园": "06"}


def read(screenshot: bytes) -> dict[str, str]:
    """Every code in a picture of a screen, by its kind."""
    picture = Image.open(io.BytesIO(screenshot)).convert("L")
    return {str(found.format): found.text for found in zxingcpp.read_barcodes(picture)}


@pytest.mark.parametrize("dark", [False, True])
async def test_the_page_at_360_px_reads_as_a_qr_code_and_as_bars(server: Town, screen: NewScreen, dark: bool) -> None:
    await server.resident(0)
    shown = await screen(width=360, height=780, dark=dark)
    phone = ResidentPhone(server.origin, shown, PEOPLE[0][2])
    await phone.already_in("code")
    await phone.code()
    means = phone.main.locator(".means")
    said = set()
    for name, scene in SCENES.items():
        await phone.press(name)
        await expect(phone.main.locator(".code-digits")).to_have_text(re.compile(f"^90{scene} "), timeout=WAIT)
        said.add(await means.inner_text())
    assert len(said) == len(SCENES)
    assert "" not in said
    pictures = read(await phone.page.screenshot())
    code = await phone.code()
    assert {kind: text[:18] for kind, text in pictures.items()} == {"QR Code": code[:18], "Code 128": code[:18]}
    assert shown.complaints == []
