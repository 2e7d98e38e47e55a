"""A real Chromium for the tests of pages, one for all of them, each page in a context of its own. Without one they are
skipped with a line that says how to get it; where YIMA_CI is set that is a failure."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, BrowserContext, BrowserType, Page, async_playwright, expect

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW = "no Chromium found: `apt-get install chromium`, or name one in YIMA_TEST_CHROMIUM"
PATIENCE = 30_000
"""Milliseconds that a page is waited for: two busy cores draw slowly, and no promise about time is made here."""
expect.set_options(timeout=PATIENCE / 2)
_BARRIERS = """async () => (await axe.run(document, {resultTypes: ["violations"], iframes: false})).violations
  .filter(({impact}) => impact === "serious" || impact === "critical")
  .flatMap(({id, nodes}) => nodes.slice(0, 3).map(({html}) => `${id}: ${html.slice(0, 160)}`))"""
# A colour on its way from light to dark, or a line that is still rising, is nobody's look. What runs on is one.
_ARRIVED = """async () => {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
  const moving = document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime < 2000)
  const over = Promise.allSettled(moving.map((one) => one.finished))
  await Promise.race([over, new Promise((done) => setTimeout(done, 2000))])  // one that is held never finishes
}"""
NewScreen = Callable[..., Awaitable["Screen"]]


def chromium() -> str | None:
    """Where this machine's Chromium is, if it has one."""
    named = os.environ.get("YIMA_TEST_CHROMIUM")
    return named or next((path for name in _NAMES if (path := shutil.which(name))), None)


class Screen:
    """One page in its own browser context; it remembers what the console complained about."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.context, self.page = context, page
        page.set_default_timeout(PATIENCE)
        self.complaints: list[str] = []
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def forgive(self, status: int) -> None:
        """A refusal that the test provoked is also logged by the browser."""
        self.complaints = [text for text in self.complaints if f"status of {status}" not in text]

    async def sideways(self) -> int:
        """How many pixels the page scrolls sideways; 0 is right."""
        return int(await self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))

    async def as_seen(self, width: int, *, dark: bool) -> None:
        """The same page in another window: so wide, and light or dark."""
        await self.page.set_viewport_size({"width": width, "height": 900})
        await self.page.emulate_media(color_scheme="dark" if dark else "light")
        await self.page.evaluate(_ARRIVED)

    async def barriers(self) -> list[str]:
        """Serious and critical findings of axe-core on this page, without its frames, once nothing moves any more."""
        await self.page.evaluate(_ARRIVED)
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(AXE_SCRIPT)
        return [str(one) for one in await self.page.evaluate(_BARRIERS)]


class Chromium:
    """Starts browsers, and keeps the one that most pages share."""

    def __init__(self, kind: BrowserType, path: str) -> None:
        self._kind, self._path = kind, path
        self._shared: Browser | None = None
        self.loop = asyncio.get_running_loop()

    async def shared(self) -> Browser:
        """The browser of all pages that need none of their own."""
        if self._shared is None or not self._shared.is_connected():
            self._shared = await self.launched()
        return self._shared

    async def launched(self, *flags: str) -> Browser:
        """A browser of its own; whoever asked closes it."""
        always = ["--no-sandbox", "--disable-dev-shm-usage"]
        return await self._kind.launch(executable_path=self._path, args=[*always, *flags])

    async def close(self) -> None:
        if self._shared is not None:
            await self._shared.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browsers() -> AsyncIterator[Chromium]:
    """Chromium for the whole run: starting it takes longer than most tests."""
    path = chromium()
    if path is None:
        if os.environ.get("YIMA_CI"):
            pytest.fail(HOW)
        pytest.skip(HOW)
    async with async_playwright() as player:
        made = Chromium(player.chromium, path)
        yield made
        await made.close()


@pytest.fixture
async def screen(browsers: Chromium) -> AsyncIterator[NewScreen]:
    """``await screen(width=360, dark=True, camera=path)``: a fresh page; closed when the test ends."""
    if asyncio.get_running_loop() is not browsers.loop:
        pytest.fail("the tests of pages share one loop: `make browser`, with WHICH=tests/browser/… for some of them")
    async with AsyncExitStack() as stack:

        async def opened(
            *, width: int = 1280, height: int = 900, dark: bool = False, camera: str = "", arguments: Sequence[str] = ()
        ) -> Screen:
            flags = [*arguments]
            if camera:
                flags += ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
                flags += [f"--use-file-for-fake-video-capture={camera}"]
            if flags:
                browser = await browsers.launched(*flags)
                stack.push_async_callback(browser.close)
            else:
                browser = await browsers.shared()
            context = await browser.new_context(
                viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", locale="zh-CN"
            )
            stack.push_async_callback(context.close)
            return Screen(context, await context.new_page())

        yield opened
