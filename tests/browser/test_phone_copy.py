"""The credential on her phone: read from the page's picture, alive without a network, dead once it is old or lost."""

from __future__ import annotations

import asyncio
import io
import re
from datetime import UTC, datetime, timedelta

from PIL import Image
from playwright.async_api import expect

from codes.holder_proof import LATE_SECONDS
from tests.browser.conftest import NewScreen, Screen
from tests.browser.pages_phone import WAIT, ResidentPhone
from tests.codes.readers import qr_codes
from tests.journeys.people import Counter
from tests.journeys.town import PEOPLE, Town

_SECOND = 1000
PURPOSE = "hall_queue"


async def signed_in(town: Town, screen: Screen, then: str) -> ResidentPhone:
    """Her phone, signed in, on the page ``then``."""
    phone = ResidentPhone(town.origin, screen, PEOPLE[0][2])
    await phone.already_in(then)
    return phone


async def pictured(phone: ResidentPhone, *, other_than: str = "") -> str:
    """What a reader makes of her screen as it is, once that is another picture than before."""
    await expect(phone.page.get_by_alt_text("您的离线凭证，给窗口扫描")).to_be_visible(timeout=WAIT)
    for _ in range(100):
        picture = Image.open(io.BytesIO(await phone.page.screenshot())).convert("L")
        found = [one.text for one in qr_codes(picture)]
        if found and found[0] != other_than:
            return found[0]
        await asyncio.sleep(0.05)
    raise AssertionError("the screen shows no other code")


async def accepted(clerk: Counter, text: str) -> None:
    seen = await clerk.scan(text, PURPOSE)
    assert seen.status == 200, str(seen)
    assert seen.body["credential"]["form"] == "phone"


async def refused(clerk: Counter, text: str, code: str) -> None:
    await clerk.refused("POST", "/counter/api/v1/scans", {"text": text, "purpose": PURPOSE}, code=code)


async def test_a_phone_copy_is_read_from_the_screen_without_a_network_and_its_screenshot_is_refused(
    server: Town, screen: NewScreen
) -> None:
    await server.resident(0)
    clerk = await server.counter()
    shown = await screen(width=360, height=780)
    await shown.page.clock.install(time=datetime.fromtimestamp(server.now(), UTC) - timedelta(minutes=3))
    phone = await signed_in(server, shown, "credential")
    await phone.main.get_by_text("遮住姓名", exact=True).click()
    await phone.press("领取到这部手机")
    await accepted(clerk, await pictured(phone))
    await shown.context.set_offline(True)
    begin = datetime.fromtimestamp(int(server.now()) + 30, UTC)
    server.clock.set(begin)
    await shown.page.clock.pause_at(begin - timedelta(minutes=3))
    await shown.page.clock.run_for(_SECOND)
    server.clock.advance(timedelta(seconds=1))
    first = await pictured(phone)
    await accepted(clerk, first)
    await shown.page.clock.run_for((LATE_SECONDS + 1) * _SECOND)
    server.clock.advance(timedelta(seconds=LATE_SECONDS + 1))
    await refused(clerk, first, "code-expired")  # a screenshot of it
    await accepted(clerk, await pictured(phone, other_than=first))
    await expect(phone.main.get_by_text("离线也有效")).to_be_visible()


async def test_a_lost_phone_reported_on_another_shows_no_credential_any_more(server: Town, screen: NewScreen) -> None:
    here = await server.resident(0)
    clerk = await server.counter()
    shown = await screen(width=360, height=780)
    phone = await signed_in(server, shown, "credential")
    await phone.press("领取到这部手机")
    copy = await pictured(phone)
    await accepted(clerk, copy)
    done = await here.must("POST", "/api/v1/me/loss-report", {"what": "phone"}, status=201)
    assert (done["sessions"], done["credentials"]) == (1, 1)
    await refused(clerk, copy, "code-revoked")
    await expect(phone.page.get_by_alt_text("您的离线凭证，给窗口扫描")).to_have_count(0, timeout=WAIT)
    stored = "yima::session"
    assert await phone.page.evaluate(f"localStorage.getItem('{stored}')") is None
    kept = "new Promise((done) => { const open = indexedDB.open('yima', 1); open.onsuccess = () => {"
    kept += "const all = open.result.transaction('keys').objectStore('keys').getAllKeys();"
    kept += "all.onsuccess = () => done(all.result) } })"
    assert await phone.page.evaluate(kept) == []


async def test_a_paper_is_ordered_printed_and_reported_lost(server: Town, screen: NewScreen) -> None:
    await server.resident(0)
    shown = await screen(width=360, height=780)
    phone = await signed_in(server, shown, "papers")
    await phone.press("领取")
    to_print = phone.page.expect_response(re.compile(r"/paper\?layout=a6$"))
    async with shown.context.expect_page() as opened, to_print as printed:
        await phone.press("打印卡片")
    answer = await printed.value
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    await (await opened.value).close()
    await phone.press("这份丢了，挂失")
    dialog = phone.page.get_by_role("alertdialog")
    await expect(dialog).to_contain_text("不能恢复")
    await dialog.get_by_role("button", name="挂失", exact=True).click()
    await phone.sees("已经不能用的")
    await expect(phone.page.get_by_role("button", name="打印卡片")).to_have_count(0)
    assert shown.complaints == []


async def test_that_was_not_me_leads_to_the_loss_report_which_says_what_it_ends(
    server: Town, screen: NewScreen
) -> None:
    thief, clerk = await server.resident(0), await server.counter()
    await clerk.scan(await thief.code("01", at=server.now()), PURPOSE)
    shown = await screen(width=360, height=780)
    phone = await signed_in(server, shown, "visits")
    await phone.main.get_by_role("button", name=re.compile("这不是我")).click(timeout=WAIT)
    dialog = phone.page.get_by_role("alertdialog")
    await expect(dialog).to_contain_text("审计人员会核查")
    await dialog.get_by_role("button", name="这不是我").click()
    await phone.sees("您说这不是您，等核查")
    await phone.main.get_by_role("link", name="挂失").click()
    await phone.title("挂失")
    await phone.press("挂失")
    await phone.sees("请选丢了什么")
    await phone.main.get_by_text("手机", exact=True).click()
    await phone.sees("别的手机上的登录马上退出。")
    await phone.sees("纸质凭证和办件照常。")
    await phone.press("挂失")
    await expect(dialog).to_contain_text("挂失不能撤销")
    await phone.press("确认挂失")
    await phone.sees("退出登录 1 处，停用动态码 1 个、凭证 0 份。")
    await thief.refused("GET", "/api/v1/me", code="unauthenticated")
    assert await shown.barriers() == []
    assert shown.complaints == []
