"""A resident at her phone: the H5 pages, used the way a thumb uses them."""

from __future__ import annotations

import asyncio
import json
import re

from playwright.async_api import FilePayload, Locator, expect

from tests.browser.conftest import Screen
from tests.journeys.people import Phone, a_page, a_photo

WAIT = 15_000
PDF: FilePayload = {"name": "租赁合同.pdf", "mimeType": "application/pdf", "buffer": a_page()}
PHOTO: FilePayload = {"name": "授权委托书.jpg", "mimeType": "image/jpeg", "buffer": a_photo()}


# Once a tab, so that who signs out stays out.
_KEPT = """if (location.protocol === "http:" && !sessionStorage.getItem("kept")) {
  sessionStorage.setItem("kept", "1")
  localStorage.setItem("yima::session", %s)
}"""


def grouped(digits: str) -> str:
    """Digits in groups of four, as her screen shows them."""
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


class ResidentPhone:
    """Her screen, 360 by 780, and her number."""

    def __init__(self, origin: str, screen: Screen, number: str) -> None:
        self.origin, self.screen, self.page, self.number = origin, screen, screen.page, number
        self.main = self.page.get_by_role("main")

    async def press(self, name: str) -> None:
        """A button by its words."""
        await self.page.get_by_role("button", name=name, exact=True).click(timeout=WAIT)

    async def sees(self, words: str) -> Locator:
        """Waits until the page says this; where."""
        found = self.main.get_by_text(words).first
        await expect(found).to_be_visible(timeout=WAIT)
        return found

    async def title(self, words: str) -> None:
        """Waits until this is the page's title."""
        await expect(self.page.get_by_role("heading", level=1, name=words)).to_be_visible(timeout=WAIT)

    async def tab(self, name: str) -> None:
        """One of the five tabs, from a page that has them."""
        await self.page.get_by_role("navigation", name="主导航").get_by_role("link", name=name).click(timeout=WAIT)

    async def back(self) -> None:
        await self.press("返回")

    async def sms(self) -> list[str]:
        """Text messages on this phone, newest first, as the demonstration's outbox shows them."""
        answer = await self.page.request.get(f"{self.origin}/dev/outbox?to={self.number}")
        return [one["text"] for one in (await answer.json())["messages"] if one["channel"] != "live"]

    async def _newer_sms(self, before: int) -> list[str]:
        """Text messages once there are more than ``before``."""
        for _ in range(200):
            if len(texts := await self.sms()) > before:
                return texts
            await asyncio.sleep(0.01)
        raise AssertionError("no SMS arrived")

    async def already_in(self, then: str) -> None:
        """She signed in on this phone some time ago, and opens the page ``then``."""
        async with Phone(self.origin, self.number) as handset:
            await handset.sign_in()
        token = handset.headers["Authorization"].removeprefix("Bearer ")
        kept = json.dumps({"token": token, "resident": handset.me})
        await self.screen.context.add_init_script(_KEPT % json.dumps(kept))
        await self.page.goto(f"{self.origin}/m/#/pages/{then}/{then}")

    async def open(self) -> None:
        await self.page.goto(f"{self.origin}/m/")
        await expect(self.page.get_by_role("search")).to_be_visible(timeout=WAIT)

    async def sign_in(self) -> None:
        """Phone number, then the code out of the text message."""
        await self.page.get_by_role("link", name="登录", exact=True).click()
        await self.page.get_by_label("手机号").fill(self.number)
        before = len(await self.sms())
        await self.press("获取验证码")
        otp = self.page.get_by_label("短信验证码")
        await expect(otp).to_be_visible(timeout=WAIT)
        code = re.search(r"(?<!\d)\d{6}(?!\d)", (await self._newer_sms(before))[0])
        assert code is not None
        await otp.fill(code[0])
        await self.press("登录")

    async def verify(self, name: str, id_number: str) -> None:
        """Name and number against the register."""
        await self.page.get_by_label("姓名").fill(name)
        await self.page.get_by_label("身份证号").fill(id_number)
        await self.press("核对身份")

    async def hand_in(self, material: str, file: FilePayload) -> None:
        """Pick a file for one material and see that it arrived."""
        async with self.page.expect_file_chooser() as chosen:
            await self.press(f"上传{material}")
        await (await chosen.value).set_files([file])
        await expect(self.main.get_by_text(file["name"])).to_be_visible(timeout=WAIT)

    async def case_says(self, status: str) -> None:
        """Waits until the open case page says how it stands now."""
        await expect(self.main.get_by_text(f"现在：{status}")).to_be_visible(timeout=WAIT)

    async def code(self) -> str:
        """The digits under her code, without the gaps."""
        shown = self.main.locator(".code-digits")
        await expect(shown).to_have_text(re.compile(r"^[\d\s]{34,}$"), timeout=WAIT)
        return re.sub(r"\D", "", await shown.inner_text())

    async def code_picture(self) -> bytes:
        """A picture of the code as her own screen shows it (PNG)."""
        picture = self.page.get_by_alt_text("您的动态二维码，给窗口扫描")
        await expect(picture).to_be_visible(timeout=WAIT)
        return await picture.screenshot()
