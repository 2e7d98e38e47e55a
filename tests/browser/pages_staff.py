"""Staff at their desks: the console of handlers, operators and approvers, and the counter of a clerk."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Screen
from tests.journeys.town import HALL, PASSWORD, Town

WAIT = 15_000
_PRESS = ("keyDown", "keyUp")
_KEY_EVERY = 0.004


async def gun(page: Page, text: str, *, focus: str = "") -> None:
    """A scanner gun: trusted key presses four milliseconds apart, then Enter, with nothing or ``focus`` in focus.

    When each key went down is said with it, so that a busy machine does not turn the gun into a slow hand.
    """
    if focus:
        await page.locator(focus).focus()
    else:
        await page.locator("body").evaluate("document.activeElement.blur()")
    keys = [{"key": one, "text": one, "windowsVirtualKeyCode": ord(one.upper())} for one in text]
    keys.append({"key": "Enter", "code": "Enter", "text": "\r", "windowsVirtualKeyCode": 13})
    begun = time.time()
    session = await page.context.new_cdp_session(page)
    presses = [
        session.send("Input.dispatchKeyEvent", {"type": kind, "timestamp": begun + at * _KEY_EVERY, **key})
        for at, key in enumerate(keys)
        for kind in _PRESS
    ]
    await asyncio.gather(*presses)
    await session.detach()


async def enrol(town: Town, page: Page, counter: str) -> None:
    """An administrator's code typed on this computer: from now on it is a terminal of that counter."""
    code = await town.invitation(counter)
    await page.goto(f"{town.origin}/counter/enrol")
    await page.get_by_label("登记码").fill(code.lower())
    await page.get_by_role("button", name="登记这台设备").click()
    await expect(page.locator("#done-words")).to_contain_text(f"登记好了：{HALL} · {counter}", timeout=WAIT)


async def demo_terminal(page: Page, origin: str) -> str:
    """A browser of the demonstration makes itself a terminal; its id."""
    await page.goto(f"{origin}/counter/sign-in")
    await page.locator("html[data-ready=yes]").wait_for(timeout=WAIT)
    asked = 'import("/static/counter/terminal.js").then((terminal) => terminal.own()).then((device) => device.id)'
    return str(await page.evaluate(asked))


class StaffDesk:
    """A member of staff in front of one browser window."""

    def __init__(self, origin: str, screen: Screen) -> None:
        self.origin, self.screen, self.page = origin, screen, screen.page

    async def sign_in(self, door: str, staff_no: str) -> None:
        """Through the door's own sign-in page."""
        await self.page.goto(f"{self.origin}{door}")
        await self.page.get_by_label("工号").fill(staff_no)
        await self.page.get_by_label("密码").fill(PASSWORD)
        await self.page.get_by_role("button", name="登录").click()
        await expect(self.page).to_have_url(f"{self.origin}{door}", timeout=WAIT)


class Console(StaffDesk):
    """The console."""

    async def go(self, place: str) -> None:
        await self.page.get_by_role("navigation", name="审批台").get_by_role("link", name=place, exact=True).click()

    async def take(self, item: str) -> None:
        """Open the case of this item from the queue."""
        await self.go("办件")
        await self.page.locator(".case-row a", has_text=item).first.click(timeout=WAIT)
        await expect(self.page.locator(".case-head h1")).to_have_text(item, timeout=WAIT)

    async def press(self, action: str) -> None:
        """An action that needs no words."""
        await self.page.locator("#case").get_by_role("button", name=action, exact=True).click(timeout=WAIT)

    async def unfold(self, action: str) -> Locator:
        """The form of an action that needs some."""
        form = self.page.locator(f"#action-{action}")
        await form.locator("summary").click(timeout=WAIT)
        return form

    async def stands(self, status: str) -> None:
        await expect(self.page.locator(".case-line strong").first).to_have_text(status, timeout=WAIT)


class CounterDesk(StaffDesk):
    """The counter page; ``result`` is where it answers."""

    @property
    def result(self) -> Locator:
        return self.page.locator("#result")

    async def open_for(self, staff_no: str, purpose: str) -> None:
        """Sign in and choose what the looks are for."""
        await self.sign_in("/counter", staff_no)
        choice = self.page.get_by_label("这次查验的用途")
        await expect(choice.locator("option")).not_to_have_count(0, timeout=WAIT)
        await choice.select_option(label=purpose)

    async def lives_at(self, moment: float) -> None:
        """This desk's clock goes with the portal's (unix seconds): a terminal whose clock is wrong is told so."""
        await self.page.clock.set_system_time(datetime.fromtimestamp(moment, UTC))
        await self.page.reload()
        await expect(self.page.locator("#purpose option")).not_to_have_count(0, timeout=WAIT)

    async def shoot(self, digits: str) -> None:
        """Read a code with the scanner gun."""
        await gun(self.page, digits)

    async def type_in(self, text: str) -> None:
        """Type a code by hand."""
        await self.page.get_by_label("手工输入").fill(text)
        await self.page.keyboard.press("Enter")

    async def refused(self, code: str) -> Locator:
        """Waits for this refusal; its words."""
        found = self.result.locator(f"[data-code={code}]")
        await expect(found).to_be_visible(timeout=WAIT)
        return found

    async def restart_camera(self) -> None:
        """Off and on again."""
        await self.page.get_by_role("button", name="关闭摄像头").click(timeout=WAIT)
        await self.page.get_by_role("button", name="打开摄像头").click(timeout=WAIT)
        await expect(self.page.locator("#camera")).to_have_attribute("data-on", "true", timeout=WAIT)
