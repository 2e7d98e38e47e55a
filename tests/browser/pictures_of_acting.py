"""The README's pictures of acting for another, of one's devices, and of what became of notices."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from tests.browser.picture_craft import DESK, PHONE, as_resident, become, keep, settled, sheet
from tests.domain.delegations.family import DAUGHTER, FATHER

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

_HEADING = ".app [role=heading]"
_SCOPE = ("item-elder-allowance", "item-elder-card", "purpose-apply_here", "purpose-show_licence")


async def acting(browser: Browser, origin: str) -> None:
    """A delegation at the counter, with both cards; then his code on her phone, and the question to her about him."""
    async with sheet(browser, origin, PHONE) as phone, sheet(browser, origin, (1280, 1400)) as desk:
        await _proven(phone)
        await become(desk, "clerk")
        await _recorded(desk)
        async with sheet(browser, origin, DESK) as second:
            await become(second, "manager")
            await second.goto("/console/delegations")
            await second.get_by_role("button", name="打开核对").first.click()
            await second.get_by_role("button", name="核对无误，确认").first.click()
            await settled(second)
        await phone.goto("/m/#/pages/code/code")
        await phone.get_by_role("button", name=re.compile("代 王")).click()
        await settled(phone)
        keep("acting.png", await phone.screenshot())
        shown = re.search(r"90[\d ]{32,60}", await phone.locator(".app").inner_text())
        assert shown is not None
        await desk.goto("/counter")
        await desk.select_option("#purpose", "apply_here")
        await desk.get_by_label("手工输入").fill(re.sub(r"\D", "", shown.group())[:34])
        await desk.keyboard.press("Enter")
        await phone.get_by_role("dialog").wait_for()
        await settled(phone)
        keep("acting-consent.png", await phone.screenshot())
        await phone.get_by_role("button", name=re.compile("代为同意")).click()
        await desk.get_by_text("代办人已代").wait_for()
        await settled(desk)
        keep("acting-counter.png", await desk.screenshot())


async def _proven(page: Page) -> None:
    """The daughter, proven by name and number, with her session where the front keeps it."""
    token = (await become(page, "mother"))["token"]
    headers = {"Authorization": f"Bearer {token}"}
    me: dict[str, Any] = await (await page.request.get("/api/v1/me", headers=headers)).json()
    if me["loa"] < 3:
        claim = {"method": "name_and_id", "name": DAUGHTER["name"], "id_number": DAUGHTER["id_number"]}
        done = await (await page.request.post("/api/v1/me/verifications", headers=headers, data=claim)).json()
        token, me = done["token"], done["resident"]
    kept = json.dumps(json.dumps({"token": token, "resident": me}))
    await page.add_init_script(f"localStorage.setItem('yima::session', {kept})")


async def _recorded(desk: Page) -> None:
    """Once on a fresh demonstration: the same delegation a second time is refused, and says so on the picture."""
    await desk.goto("/counter/delegation")
    for who, card in (("principal", FATHER), ("helper", DAUGHTER)):
        await desk.locator(f"#{who}-name").fill(card["name"])
        await desk.locator(f"#{who}-id").fill(card["id_number"])
    await desk.locator("#relation").select_option("father")
    for one in (*_SCOPE, "seen"):
        await desk.locator(f"#{one}").check()
    await settled(desk)
    keep("delegation.png", await desk.screenshot())
    await desk.get_by_role("button", name="记录授权").click()
    await settled(desk)


async def devices(browser: Browser, origin: str) -> None:
    """The phones that are signed in as her."""
    async with sheet(browser, origin, PHONE) as page:
        await as_resident(page, "agent")
        await page.goto("/m/#/pages/devices/devices")
        await page.locator(_HEADING).first.wait_for()
        await settled(page)
        keep("devices.png", await page.screenshot())


async def sending(browser: Browser, origin: str) -> None:
    """发送情况: today, one notice to many and what became of it, and how an audience is chosen."""
    async with sheet(browser, origin, DESK) as page:
        await become(page, "operator")
        await page.goto("/console/notices")
        await settled(page)
        keep("notices-today.png", await page.screenshot())
        listed = await (await page.request.get("/console/api/v1/campaigns")).json()
        done = [one["id"] for one in listed["campaigns"] if one["state"] == "finished"]
        await page.goto(f"/console/notices/campaigns/{done[0]}")
        await settled(page)
        keep("notices-result.png", await page.screenshot())
    async with sheet(browser, origin, (1280, 1000)) as page:
        await become(page, "operator")
        await page.goto("/console/audience")
        await settled(page)
        keep("audience.png", await page.screenshot())
