"""A daughter acts for her father, who has no phone: recorded at the counter, confirmed by a second clerk, shown and
used on her phone with his name, seen at the counter as A for B, and over the moment he takes it back."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.browser.conftest import NewScreen, Screen
from tests.browser.pages_phone import WAIT, ResidentPhone
from tests.browser.pages_staff import Console, CounterDesk
from tests.browser.test_showing import keep
from tests.domain.delegations.family import AGENT, DAUGHTER, FATHER, ITEM, PATH, given
from tests.journeys.town import Town
from tests.web.rounds_showing import application

_COVERED = """() => {
  const said = document.querySelector(".toast, .toast-bar").getBoundingClientRect()
  const codes = [...document.querySelectorAll(".qr, .bars")].map((one) => [one.className, one.getBoundingClientRect()])
  return codes.filter(([, place]) => place.top < said.bottom && place.bottom > said.top).map(([name]) => name)
}"""  # codes that a sentence lies over


async def looked_at(shown: Screen, name: str) -> None:
    """Nothing cut, nothing sideways, nothing that a screen reader stumbles over."""
    await keep(shown, name)
    assert await shown.sideways() == 0, name
    assert await shown.barriers() == [], name


async def recorded(server: Town, screen: NewScreen) -> CounterDesk:
    """Both cards in the clerk's hand; a colleague at the console says yes."""
    await server.hire("C7", ["clerk"], counter="7 号窗口")
    await server.hire("C8", ["clerk"])
    desk = CounterDesk(server.origin, await screen(width=1280))
    await desk.open_for("C7", "办事")
    page = desk.page
    await page.get_by_role("link", name="授权代办").click()
    for who, card in (("principal", FATHER), ("helper", DAUGHTER)):
        await page.locator(f"#{who}-name").fill(card["name"])
        await page.locator(f"#{who}-id").fill(card["id_number"])
    await page.locator("#relation").select_option("father")
    await page.locator("#item-elder-allowance").check()
    await page.locator("#purpose-apply_here").check()
    await page.locator("#seen").check()
    await looked_at(desk.screen, "acting-counter")
    await page.get_by_role("button", name="记录授权").click()
    await expect(page.locator("#found")).to_contain_text("王*兰 代 王*山（父亲）", timeout=WAIT)
    second = await screen(width=1280)
    console = Console(server.origin, second)
    await console.sign_in("/console/delegations", "C8")
    await expect(second.page.locator("#delegations")).to_contain_text("王*兰 代 王*山（父亲）", timeout=WAIT)
    await looked_at(second, "acting-console")
    await second.page.get_by_role("button", name="打开核对").click()
    await expect(second.page.locator("#delegations")).to_contain_text("王德山（证件尾号 1178）", timeout=WAIT)
    await looked_at(second, "acting-compared")
    await second.page.get_by_role("button", name="核对无误，确认").click()
    await expect(second.page.get_by_text("没有等着复核的授权")).to_be_visible(timeout=WAIT)
    return desk


async def test_a_daughter_acts_for_her_father(server: Town, screen: NewScreen) -> None:
    await server.resident()  # she is known by name and number already
    desk = await recorded(server, screen)
    shown = await screen(width=360, height=780)
    phone = ResidentPhone(server.origin, shown, str(DAUGHTER["phone"]))
    await phone.already_in("delegations")
    await phone.sees("王*山")
    await looked_at(shown, "acting-list")
    await phone.press("替 TA 出示")
    await phone.sees("替 王*山（父亲） 出示")
    await phone.sees("代 王*山（父亲） 出示")
    digits = await phone.code()
    await looked_at(shown, "acting-code")
    page = desk.page
    await page.goto(f"{server.origin}/counter")
    await desk.type_in(digits)
    await expect(page.locator("#result")).to_contain_text("王*兰 代 王*山（父亲）", timeout=WAIT)
    await keep(desk.screen, "acting-result")
    question = phone.page.get_by_role("dialog")
    await expect(question).to_contain_text("想看王*山的信息", timeout=WAIT)
    await expect(question).to_contain_text("给出的是对方的信息")
    await looked_at(shown, "acting-consent")
    await phone.press("代为同意 4 项")
    await expect(page.locator("#result")).to_contain_text("代办人已代 王*山 同意", timeout=WAIT)
    await page.locator("[data-step=begin]").click()
    await expect(page.locator("#result [data-acting]")).to_contain_text("王*兰 代 王*山（父亲）", timeout=WAIT)
    await phone.page.goto(f"{server.origin}/m/#/pages/apply/apply?code=elder-allowance")
    await phone.sees("为 王*山（父亲） 办")
    await looked_at(shown, "acting-form")
    await phone.page.goto(f"{server.origin}/m/#/pages/papers/papers")
    await phone.sees("替 王*山（父亲） 领取")
    await page.goto(f"{server.origin}/counter/delegation")
    await page.locator("#found-name").fill(FATHER["name"])
    await page.locator("#found-id").fill(FATHER["id_number"])
    await page.get_by_role("button", name="查看", exact=True).click()
    await page.get_by_role("button", name="收回授权").click(timeout=WAIT)
    await page.get_by_role("button", name=re.compile("马上不能再代办")).click()
    await expect(page.locator("#found")).to_contain_text("已收回", timeout=WAIT)
    await phone.page.goto(f"{server.origin}/m/#/pages/code/code")
    await expect(phone.main.get_by_text("代 王*山（父亲） 出示")).to_have_count(0, timeout=WAIT)
    assert desk.screen.complaints == []
    assert shown.complaints == []


async def test_an_open_question_goes_the_moment_its_delegation_is_taken_back(server: Town, screen: NewScreen) -> None:
    principal, _, delegation = await given(server)
    await server.hire("C7", ["clerk"], counter="7 号窗口")
    desk = CounterDesk(server.origin, await screen(width=1280))
    await desk.open_for("C7", "办事")
    shown = await screen(width=360, height=780)
    phone = ResidentPhone(server.origin, shown, AGENT["phone"])
    await phone.already_in("delegations")
    await phone.press("替 TA 出示")
    await desk.type_in(await phone.code())
    question = phone.page.get_by_role("dialog")
    await expect(question).to_contain_text("想看王*兰的信息", timeout=WAIT)
    await expect(desk.result.locator(".ask")).to_be_visible(timeout=WAIT)
    await principal.must("DELETE", f"{PATH}/{delegation}", status=204)
    await expect(question).to_have_count(0, timeout=WAIT)
    await expect(phone.page.get_by_text("王*兰的授权已结束，窗口的询问不用再答")).to_be_visible(timeout=WAIT)
    assert await phone.page.evaluate(_COVERED) == [], "a scanner reads on while it is said"
    await phone.sees("现在出示的是您自己的码")
    assert await phone.main.locator(".lent").count() == 0
    await looked_at(shown, "acting-over")
    await expect(await desk.refused("delegation-over")).to_contain_text("已经收回")
    await looked_at(desk.screen, "acting-over-counter")


async def test_a_form_that_waits_for_a_word_goes_with_its_delegation_and_says_so(
    server: Town, screen: NewScreen
) -> None:
    principal, _, delegation = await given(server)
    clerk = await server.counter("C7", "7 号窗口")
    phone = ResidentPhone(server.origin, await screen(width=360, height=780), AGENT["phone"])
    await phone.already_in("delegations")
    await phone.press("替 TA 出示")
    answer = await clerk.scan(await phone.code(), "apply_here")
    visit = f"/counter/api/v1/visits/{answer.body['visit_id']}"
    form = phone.page.get_by_role("dialog").filter(has_text="王*兰的名义")
    await phone.page.get_by_role("dialog").get_by_role("button", name="不同意").click(timeout=WAIT)
    await clerk.must("POST", f"{visit}/cases", await application(clerk, visit, ITEM, "phone"), status=201)
    await expect(form).to_be_visible(timeout=WAIT)
    await principal.must("DELETE", f"{PATH}/{delegation}", status=204)
    await expect(form).to_have_count(0, timeout=WAIT)
    await expect(phone.page.get_by_text("王*兰的授权已结束，没有提交")).to_be_visible(timeout=WAIT)
    assert phone.screen.complaints == []
