"""The README's pictures of the one code: asked, judged, read unplugged, on paper, looked back at, in the hall."""

from __future__ import annotations

import asyncio
import base64
import io
import time
from typing import TYPE_CHECKING, Any

import pypdfium2
from PIL import Image

from codes import dynamic
from tests.browser.picture_craft import DESK, PHONE, as_resident, become, keep, settled, sheet

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

_HEADING = ".app [role=heading]"
_WECHAT = "134567890123456789"  # 18 digits beginning with 13: a payment code of WeChat
_GAP = 16
_WIDE = 1080  # a window whose answers fit twice in 1280
_SAME_TEXT = 11_000  # longer than the page takes the same text for one look


async def consent(browser: Browser, origin: str) -> None:
    """Who asks, what for and which fields, on her phone."""
    async with sheet(browser, origin, PHONE) as phone, sheet(browser, origin, DESK) as page:
        headers = await as_resident(phone, "agent")
        await phone.goto("/m/#/pages/code/code")
        await phone.locator(_HEADING).first.wait_for()
        code = await _code(phone, headers, "03")
        await _desk(page)
        await _type(page, code)
        await phone.get_by_role("dialog").wait_for()
        await settled(phone)
        keep("consent.png", await phone.screenshot())


async def verdicts(browser: Browser, origin: str) -> None:
    """One sheet with the counter's answer to each kind of code."""
    async with sheet(browser, origin, PHONE) as phone, sheet(browser, origin, (_WIDE, 1000)) as page:
        headers = await as_resident(phone, "agent")
        good, wrong_scene = await _code(phone, headers, "03"), await _other_phone(phone, "01")
        texts = [await _late(phone, headers), await _other_phone(phone, "03", sign_out=True), wrong_scene]
        await _desk(page)
        await page.locator("#result").evaluate("box => { box.style.minHeight = '0' }")  # only what is said
        answers = [await _answer(page, good)]
        answers += [await _answer(page, text) for text in (*texts, _WECHAT, "12345")]
        await page.wait_for_timeout(_SAME_TEXT)  # until the page takes the same text for another look
        answers.insert(1, await _answer(page, good))
        keep("verdicts.png", _side_by_side(answers))


async def paper_and_unplugged(browser: Browser, origin: str) -> None:
    """A paper as it is printed, and the counter that reads it with its plug pulled."""
    async with sheet(browser, origin, PHONE) as phone, sheet(browser, origin, (1280, 1060)) as page:
        headers = {**await as_resident(phone, "agent"), "Idempotency-Key": f"picture-{time.time_ns()}"}
        ordered = await phone.request.post(
            "/api/v1/credentials", headers=headers, data={"tier": "T1", "form": "paper", "device_key": None}
        )
        made = await ordered.json()
        printed = await phone.request.get(f"/api/v1/credentials/{made['id']}/paper?layout=a6", headers=headers)
        keep("paper.png", await asyncio.to_thread(_drawn, await printed.body()))
        await _desk(page)
        await page.locator("html[data-offline]").wait_for(state="attached")
        await page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        await page.context.set_offline(True)
        await page.goto("/counter")
        await page.locator("html[data-ready=yes]").wait_for(state="attached")
        await _type(page, made["text"])
        await page.locator("#result .verdict").wait_for()
        await settled(page)
        keep("unplugged.png", await page.screenshot())


async def credential(browser: Browser, origin: str) -> None:
    """The copy on her phone."""
    async with sheet(browser, origin, PHONE) as page:
        await as_resident(page, "agent")
        await page.goto("/m/#/pages/credential/credential")
        await page.get_by_role("button", name="领取到这部手机").click()
        await page.get_by_alt_text("您的离线凭证，给窗口扫描").wait_for()
        await settled(page)
        await page.wait_for_timeout(4000)  # the toast has gone
        keep("credential.png", await page.screenshot())


async def looks_and_licence(browser: Browser, origin: str) -> None:
    """Who looked at her, and the face of a licence."""
    async with sheet(browser, origin, PHONE) as page:
        await as_resident(page, "agent")
        await page.goto("/m/#/pages/visits/visits")
        await page.locator(_HEADING).first.wait_for()
        await settled(page)
        keep("looks.png", await page.screenshot())
        await page.goto("/m/#/pages/licences/licences")
        await page.get_by_role("main").get_by_role("link").first.click()
        await page.get_by_text("给窗口扫，核对真伪").wait_for()
        await settled(page)
        keep("licence.png", await page.screenshot())


async def hall(browser: Browser, origin: str) -> None:
    """The display on the wall and the manager's page."""
    async with sheet(browser, origin, DESK) as page:
        await become(page, "manager")
        await page.goto("/console/halls")
        await page.locator("[data-counter]").first.wait_for()
        await settled(page)
        keep("hall.png", await page.screenshot())
    async with sheet(browser, origin, (1280, 720)) as page:
        await page.goto("/hall/demo-hall/board")
        await page.get_by_role("button", name="点一下，打开广播").click()
        await page.locator("#hero").wait_for()
        await settled(page)
        keep("board.png", await page.screenshot())


async def terminals(browser: Browser, origin: str) -> None:
    """The counters' devices."""
    async with sheet(browser, origin, DESK) as page:
        await become(page, "administrator")
        await page.goto("/console/terminals")
        await page.locator(".terminal-row").first.wait_for()
        keep("terminals.png", await page.screenshot())


async def _code(phone: Page, headers: dict[str, str], scene: str) -> str:
    answer = await phone.request.get(f"/api/v1/code?scene={scene}", headers=headers)
    return str((await answer.json())["text"])


async def _late(phone: Page, headers: dict[str, str]) -> str:
    """A code of three minutes ago, derived as a phone derives it."""
    answer = await phone.request.post("/api/v1/code-keys", headers=headers, data={"device": "picture"})
    issued: dict[str, Any] = await answer.json()
    key = base64.urlsafe_b64decode(issued["key"] + "=" * (-len(issued["key"]) % 4))
    return dynamic.compose(key, issued["handle"], dynamic.step_of(time.time() - 180), "03")


async def _other_phone(phone: Page, scene: str, *, sign_out: bool = False) -> str:
    """A code of another phone of hers, which may have been signed out since."""
    opened = await phone.request.post("/tour/api/v1/sign-in", data={"cast_id": "agent", "terminal_id": None})
    headers = {"Authorization": f"Bearer {(await opened.json())['token']}"}
    code = await _code(phone, headers, scene)
    if sign_out:
        await phone.request.delete("/api/v1/sessions/current", headers=headers)
    return code


async def _desk(page: Page) -> None:
    await become(page, "clerk")
    await page.goto("/counter")
    await page.select_option("#purpose", "apply_here")


async def _type(page: Page, text: str) -> None:
    await page.get_by_label("手工输入").fill(text)
    await page.keyboard.press("Enter")


async def _answer(page: Page, text: str) -> bytes:
    """The panel with what the counter says to this text."""
    async with page.expect_response("**/counter/api/v1/scans"):
        await _type(page, text)
    await settled(page)
    return await page.locator("#result").screenshot()


def _side_by_side(answers: list[bytes]) -> Image.Image:
    """In two columns, the next one always where there is more room."""
    drawn = [Image.open(io.BytesIO(one)).convert("RGB") for one in answers]
    width = max(one.width for one in drawn)
    heights, places = [_GAP, _GAP], []
    for one in drawn:
        column = heights.index(min(heights))
        places.append((_GAP + column * (width + _GAP), heights[column]))
        heights[column] += one.height + _GAP
    whole = Image.new("RGB", (2 * width + 3 * _GAP, max(heights)), "#F4F6F9")
    for one, place in zip(drawn, places, strict=True):
        whole.paste(one, place)
    return whole


def _drawn(pdf: bytes) -> Image.Image:
    """The first page as it comes out of the printer, at 150 dots an inch."""
    document = pypdfium2.PdfDocument(pdf)
    drawn: Image.Image = document[0].render(scale=150 / 72).to_pil()
    document.close()
    return drawn
