"""A real Chromium for the tests of pages. Without one they are skipped with a line that says how to get it; where
YIMA_CI is set that is a failure."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, Page, async_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW = "no Chromium found: `apt-get install chromium`, or name one in YIMA_TEST_CHROMIUM"
NewScreen = Callable[..., Awaitable["Screen"]]


def chromium() -> str | None:
    """Where this machine's Chromium is, if it has one."""
    named = os.environ.get("YIMA_TEST_CHROMIUM")
    return named or next((path for name in _NAMES if (path := shutil.which(name))), None)


class Screen:
    """One page in its own browser context; it remembers what the console complained about."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.context, self.page = context, page
        page.set_default_timeout(10_000)
        self.complaints: list[str] = []
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def forgive(self, status: int) -> None:
        """A refusal that the test provoked is also logged by the browser."""
        self.complaints = [text for text in self.complaints if f"status of {status}" not in text]

    async def sideways(self) -> int:
        """How many pixels the page scrolls sideways; 0 is right."""
        return int(await self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))

    async def barriers(self) -> list[str]:
        """Serious and critical findings of axe-core on this page, without its frames."""
        found = await Axe().run(self.page, options={"iframes": False})
        return [
            f"{one['id']}: {one['nodes'][0]['html'][:160]}"
            for one in found.response["violations"]
            if one["impact"] in ("serious", "critical")
        ]


@pytest.fixture
async def screen() -> AsyncIterator[NewScreen]:
    """``await screen(width=360, dark=True, camera=path)``: a fresh page; closed when the test ends."""
    path = chromium()
    if path is None:
        if os.environ.get("YIMA_CI"):
            pytest.fail(HOW)
        pytest.skip(HOW)
    async with AsyncExitStack() as stack:
        player = await stack.enter_async_context(async_playwright())

        async def opened(
            *, width: int = 1280, height: int = 900, dark: bool = False, camera: str = "", arguments: Sequence[str] = ()
        ) -> Screen:
            flags = ["--no-sandbox", "--disable-dev-shm-usage", *arguments]
            if camera:
                flags += ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
                flags += [f"--use-file-for-fake-video-capture={camera}"]
            browser = await player.chromium.launch(executable_path=path, args=flags)
            stack.push_async_callback(browser.close)
            context = await browser.new_context(
                viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", locale="zh-CN"
            )
            return Screen(context, await context.new_page())

        yield opened
