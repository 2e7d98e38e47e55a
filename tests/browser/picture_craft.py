"""What taking a picture needs: few colours, a fresh page, a session by the tour's door."""

from __future__ import annotations

import io
import json
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image
from playwright.async_api import Browser, Page

from tests.browser.pages_staff import demo_terminal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

FOLDER = Path(__file__).parent / "pictures"
HEAVIEST = 200_000
DESK, PHONE = (1280, 860), (360, 780)


def keep(name: str, taken: bytes | Image.Image) -> None:
    """Writes one picture with a palette, packed as tightly as PNG can."""
    whole = taken if isinstance(taken, Image.Image) else Image.open(io.BytesIO(taken))
    picture = whole.convert("RGB").quantize(128, dither=Image.Dither.NONE)
    packed = io.BytesIO()
    picture.save(packed, "PNG", optimize=True, compress_level=9)
    if len(packed.getvalue()) > HEAVIEST:
        raise SystemExit(f"{name} weighs {len(packed.getvalue())} bytes, more than {HEAVIEST}")
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / name).write_bytes(packed.getvalue())
    print(f"{name}: {len(packed.getvalue()) // 1000} kB")


@asynccontextmanager
async def sheet(browser: Browser, origin: str, size: tuple[int, int]) -> AsyncIterator[Page]:
    """A fresh page of its own, in Chinese, at device scale 1."""
    context = await browser.new_context(
        base_url=origin, viewport={"width": size[0], "height": size[1]}, locale="zh-CN", reduced_motion="reduce"
    )
    yield await context.new_page()
    await context.close()


async def become(page: Page, cast_id: str) -> dict[str, Any]:
    """A session of one of the cast, by the tour's door: a cookie for staff, a token for residents."""
    terminal = await demo_terminal(page, "") if cast_id == "clerk" else None
    body = {"cast_id": cast_id, "terminal_id": terminal}
    answer = await page.request.post("/tour/api/v1/sign-in", data=body)
    if not answer.ok:
        raise SystemExit(f"signing in as {cast_id}: {await answer.text()}")
    session: dict[str, Any] = await answer.json()
    return session


async def as_resident(page: Page, cast_id: str) -> dict[str, str]:
    """Puts the resident's session where the front keeps it; answers the headers for the API."""
    token = (await become(page, cast_id))["token"]
    headers = {"Authorization": f"Bearer {token}"}
    resident = await (await page.request.get("/api/v1/me", headers=headers)).json()
    kept = json.dumps(json.dumps({"token": token, "resident": resident}))
    await page.add_init_script(f"localStorage.setItem('yima::session', {kept})")
    return headers


async def settled(page: Page) -> None:
    """Waits until nothing is fetched and drawn any more; streams stay open, so time decides."""
    await page.wait_for_timeout(1500)
