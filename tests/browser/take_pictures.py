"""Takes the README's pictures from a running demonstration.

``python -m tests.browser.take_pictures http://127.0.0.1:8080`` writes them into ``tests/browser/pictures``; names of
pictures after the address take only those. Every one is drawn with few colours, so that each stays under 200 kB.
"""

from __future__ import annotations

import asyncio
import sys

from playwright.async_api import Browser, async_playwright

from tests.browser import pictures_of_acting as others
from tests.browser import pictures_of_the_code as code
from tests.browser.conftest import HOW, chromium
from tests.browser.picture_craft import DESK, PHONE, as_resident, become, keep, settled, sheet


async def phone_pictures(browser: Browser, origin: str) -> None:
    async with sheet(browser, origin, PHONE) as page:
        headers = await as_resident(page, "agent")
        cases = (await (await page.request.get("/api/v1/cases", headers=headers)).json())["cases"]
        running = next(one["case_no"] for one in cases if one["status"] in ("accepted", "in_progress", "proposed"))
        for name, place in (("home", "home/home"), ("case", f"case/case?no={running}"), ("code", "code/code")):
            await page.goto("about:blank")
            await page.goto(f"/m/#/pages/{place}")
            await page.locator(".app [role=heading]").first.wait_for()
            await settled(page)
            keep(f"{name}.png", await page.screenshot())


async def counter_picture(browser: Browser, origin: str) -> None:
    async with sheet(browser, origin, PHONE) as phone, sheet(browser, origin, (1280, 1400)) as page:
        headers = await as_resident(phone, "agent")
        code = await (await phone.request.get("/api/v1/code?scene=03", headers=headers)).json()
        await become(page, "clerk")
        await page.goto("/counter")
        await page.select_option("#purpose", "apply_here")
        await page.get_by_label("手工输入").fill(code["text"])
        await page.keyboard.press("Enter")
        await page.locator(".verdict-ok").wait_for()
        await settled(page)
        keep("counter.png", await page.screenshot())


async def console_pictures(browser: Browser, origin: str) -> None:
    async with sheet(browser, origin, DESK) as page:
        await become(page, "handler")
        await page.goto("/console/cases")
        await page.locator(".case-row").first.wait_for()
        keep("queue.png", await page.screenshot())
    async with sheet(browser, origin, (1280, 1000)) as page:
        await become(page, "operator")
        await page.goto("/console/campaigns/new")
        await page.fill("#item-search", "印刷")
        await page.locator("#item option").nth(1).wait_for(state="attached")
        await page.select_option("#item", "printing-licence")
        await page.fill("#title", "印刷经营许可承诺 2 个工作日办结")
        await page.fill("#body", "((姓名))您好：您办过的“((事项))”，现在承诺 2 个工作日办结，结果免费寄到家。")
        await settled(page)
        keep("compose.png", await page.screenshot())


async def tour_picture(browser: Browser, origin: str) -> None:
    async with sheet(browser, origin, (1280, 1500)) as page:
        await page.goto("/?lang=zh-CN")
        await page.frame_locator("[name=yima-phone]").locator(".app .hero").wait_for()
        for cast_id in ("agent", "clerk", "handler"):
            await page.locator(f".chip[data-cast={cast_id}]").click()
            await settled(page)
        await page.evaluate("scrollTo(0, 0)")
        await settled(page)
        await page.wait_for_timeout(5000)  # the toasts have gone
        keep("tour.png", await page.screenshot())


# A code that was accepted asks its holder for her consent for 90 s, above whatever she has open: those come last.
TAKERS = {
    "phone": phone_pictures,
    "tour": tour_picture,
    "console": console_pictures,
    "credential": code.credential,
    "looks": code.looks_and_licence,
    "hall": code.hall,
    "terminals": code.terminals,
    "devices": others.devices,
    "sending": others.sending,
    "paper": code.paper_and_unplugged,
    "counter": counter_picture,
    "verdicts": code.verdicts,
    "consent": code.consent,
    "acting": others.acting,
}


async def main(origin: str, wanted: list[str]) -> None:
    path = chromium()
    if path is None:
        raise SystemExit(HOW)
    async with async_playwright() as player:
        browser = await player.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        for name in wanted or TAKERS:
            await TAKERS[name](browser, origin)
        await browser.close()


if __name__ == "__main__":
    if len(sys.argv) < 2 or not TAKERS.keys() >= {*sys.argv[2:]}:
        raise SystemExit(f"python -m tests.browser.take_pictures <address of a demonstration> [{' '.join(TAKERS)}]")
    asyncio.run(main(sys.argv[1].rstrip("/"), sys.argv[2:]))
