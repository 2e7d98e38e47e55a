"""Looking at a page the way its acceptance does: nothing sideways, nothing in the console, nothing in anybody's way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Page

from tests.browser.conftest import Screen

WAIT = 20_000
_SETTLED = """() => document.readyState === "complete" &&
  !document.querySelector(".skeleton, #page [aria-busy=true], #page [aria-busy=''], [aria-live] .skeleton-line")"""
_SIDEWAYS = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return "";
  const wide = [...document.body.querySelectorAll("*")]
    .filter((one) => one.getBoundingClientRect().right > root.clientWidth + 1).slice(-1)[0];
  return `${root.scrollWidth - root.clientWidth} px: ${wide ? wide.outerHTML.slice(0, 160) : "?"}`;
}"""


class Look:
    """One window that goes from page to page and gathers what is wrong with them."""

    def __init__(self, screen: Screen, origin: str) -> None:
        self.screen, self.page, self.origin = screen, screen.page, origin
        self.found: list[str] = []
        self._been: set[str] = set()

    async def at(self, place: str, widths: Sequence[int] = ()) -> None:
        """Look at the page as it stands: whether it fits at each of these widths, axe at the first and the last."""
        await settled(self.page)
        for width in widths or (0,):
            if width:
                await self.page.set_viewport_size({"width": width, "height": 800})
            where = f"{place} {width or ''}"
            sideways = await self.page.evaluate(_SIDEWAYS)
            self.found += [f"{where} scrolls sideways {sideways}"] if sideways else []
            if not widths or width in (widths[0], widths[-1]):
                self.found += [f"{where} {one}" for one in await self.screen.barriers()]
        self.found += [f"{place} console: {one}" for one in self.screen.complaints]
        self.screen.complaints.clear()

    async def open(self, path: str, widths: Sequence[int]) -> None:
        """Go to a page of the server and look at it."""
        await self.page.goto(f"{self.origin}{path}")
        await self.at(path, widths)

    async def turn_to(self, page: str, query: str = "") -> None:
        """Go to a page of the residents' front and look at it; the front is loaded anew only for a page seen before."""
        path = f"/pages/{page}/{page}"
        if page in self._been:
            await self.page.goto("about:blank")  # an address set from outside makes a page seen before load itself anew
            self._been.clear()
        self._been.add(page)
        await self.page.goto(f"{self.origin}/m/#{path}{query and '?' + query}")
        await self.page.locator(f'uni-page[data-page="{path[1:]}"]').wait_for(timeout=WAIT)
        await self.at(f"{page} {query}".strip())


async def settled(page: Page) -> None:
    """Wait until nothing on the page says that it is still fetching."""
    await page.wait_for_function(_SETTLED, timeout=WAIT)
    await page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


@asynccontextmanager
async def looking(
    browser: Browser, origin: str, *, width: int = 360, dark: bool = False, remembered: dict[str, Any] | None = None
) -> AsyncIterator[Look]:
    """A window of its own. ``remembered`` is what the residents' front finds on the device, by name."""
    context = await browser.new_context(
        viewport={"width": width, "height": 780},
        color_scheme="dark" if dark else "light",
        locale="zh-CN",
        reduced_motion="reduce",
    )
    for name, value in (remembered or {}).items():
        item = json.dumps(value, ensure_ascii=False)
        put = f"localStorage.setItem({json.dumps('yima::' + name)}, {json.dumps(item)})"
        await context.add_init_script(f"if (location.protocol === 'http:') {put}")
    try:
        yield Look(Screen(context, await context.new_page()), origin)
    finally:
        await asyncio.wait_for(context.close(), 20)
